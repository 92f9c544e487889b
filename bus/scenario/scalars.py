"""Values without quotes that YAML reads as something else than what stands there: 01234, 0x1F, yes, a text with ` #5`.

Said of numbers and words only in payloads and schemas' values, where any value is right: elsewhere the model refuses
what it cannot take.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bus.scenario.acts import ACTS
from bus.scenario.parts import Says, all_fields
from bus.scenario.steps import VERBS

Path = tuple[Any, ...]

_INSIDE_PAYLOADS = frozenset(
    field.key for field in all_fields((*VERBS.values(), *ACTS.values())) if field.says is Says.VALUE
) | {"sample", "const", "enum", "default", "examples"}
_NUMBER = re.compile(
    r"[+-]?(0[0-9_]+|0[xob][0-9A-Fa-f_]+|[0-9][0-9.]*_[0-9_.]*|[0-9.]+[eE][+-]?[0-9]+"
    r"|\d*\.?\d{17,}|\d+\.\d{16,}|\d{16,}\.\d*)|\+[0-9.]+"
)
_YES = re.compile(r"y|yes|n|no|on|off", re.IGNORECASE)
_CUT = re.compile(r"[ \t]+#[^\s#!]")
_BEHIND_KEY = re.compile(r"\s*:[ \t]+(#[^\s#!].*)")


def remarks(root: Node, text: str) -> Iterator[tuple[int, int, str, str]]:
    """Line and column from 1, problem and hint of each."""
    lines = text.split("\n")
    for path, key, node in _scalars(root):
        if node.style is not None:
            continue
        line, column = node.start_mark.line, node.start_mark.column
        end = lines[node.end_mark.line][node.end_mark.column :] if node.end_mark.line < len(lines) else ""
        if node.value and _CUT.match(end):
            yield (
                node.end_mark.line + 1,
                node.end_mark.column + 1,
                f"the value ends before {end.strip()[:40]}, which YAML takes for a comment",
                "put the whole value in quotes, or a space behind the #",
            )
        if not _INSIDE_PAYLOADS.isdisjoint(path) and not node.value:
            yield from _nothing(lines, key)
        elif not _INSIDE_PAYLOADS.isdisjoint(path):
            otherwise = _otherwise(node)
            if otherwise:
                yield line + 1, column + 1, otherwise, f'put it in quotes where it is a text: "{node.value}"'


def _nothing(lines: list[str], key: Node | None) -> Iterator[tuple[int, int, str, str]]:
    """A value that is not there, where a text was meant that begins with #."""
    if key is None or key.end_mark.line >= len(lines):
        return
    line, column = key.end_mark.line, key.end_mark.column
    comment = _BEHIND_KEY.match(lines[line], column)
    if comment:
        problem = f"there is no value before {comment[1].strip()[:40]}, which YAML takes for a comment"
        yield line + 1, comment.start(1) + 1, problem, "put it in quotes where it is a text, or a space behind the #"


def _otherwise(node: ScalarNode) -> str:
    value = str(node.value)
    kind = str(node.tag).rpartition(":")[2]
    if kind in ("int", "float") and _NUMBER.fullmatch(value):
        return f"{value} is read as the number {_read(value, kind)}"
    if kind == "str" and _YES.fullmatch(value):
        return f"{value} is read as a text, not as {'true' if value.lower() in ('y', 'yes', 'on') else 'false'}"
    return ""


def _read(value: str, kind: str) -> str:
    """As ruamel.yaml reads it: YAML 1.2, in which a leading zero is nothing."""
    plain = value.replace("_", "")
    if kind == "float":
        return repr(float(plain))
    sign, digits = ("-", plain[1:]) if plain.startswith("-") else ("", plain.lstrip("+"))
    base = {"0x": 16, "0o": 8, "0b": 2}.get(digits[:2].lower(), 10)
    return f"{sign}{int(digits, base)}"


def _scalars(root: Node) -> Iterator[tuple[Path, Node | None, ScalarNode]]:
    """Each with its path and the key that it stands behind: where an empty one stands, the parser does not know."""
    waiting: list[tuple[Path, Node | None, Node]] = [((), None, root)]
    while waiting:
        path, behind, node = waiting.pop()
        if isinstance(node, ScalarNode):
            yield path, behind, node
        elif isinstance(node, SequenceNode):
            waiting += [((*path, index), None, each) for index, each in enumerate(node.value)]
        elif isinstance(node, MappingNode):
            waiting += [((*path, str(key.value)), key, value) for key, value in node.value]
