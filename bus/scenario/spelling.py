"""Values as YAML text, as a person would write them: steps in blocks, small payloads on one line."""

from __future__ import annotations

import json
import re
from typing import Any

from bus.scenario import tree
from bus.scenario.acts import ACTS
from bus.scenario.parts import Says, all_fields
from bus.scenario.steps import VERBS

ON_ONE_LINE = frozenset(
    field.key
    for field in all_fields((*VERBS.values(), *ACTS.values()))
    if field.says is Says.VALUE or field.options is not None
) | {"sample", "schema", "on"}
"""Keys whose lists and mappings stand on one line where they fit."""

LONGEST_LINE = 90
_SPECIAL = re.compile("[\x7f-\x9f\xad\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")
_MAYBE_PLAIN = re.compile(r"[^\s\"'#&*!|>%@`{}\[\],?:\-][^\"#{}\[\],\n]*|-?\w[^\"#{}\[\],\n]*")


def block(value: Any, column: int, key: str = "") -> str:
    """A value whose first line stands at this column; the following lines are indented to it."""
    if key in ON_ONE_LINE and isinstance(value, dict | list):
        line = flow(value)
        if len(line) <= LONGEST_LINE:
            return line
    gap = "\n" + " " * column
    if isinstance(value, dict) and value:
        return gap.join(f"{scalar(name)}:{behind_key(each, column, name)}" for name, each in value.items())
    if isinstance(value, list) and value:
        return gap.join(f"- {block(each, column + 2)}" for each in value)
    return flow(value)


def behind_key(value: Any, column: int, key: str) -> str:
    """What stands behind `key:`, where the key stands at this column."""
    if isinstance(value, str) and "\n" in value and _fits_literal(value):
        return " " + literal(value, column + 2)
    text = block(value, column + 2, key)
    is_block = isinstance(value, dict | list) and value and not text.startswith(("{", "["))
    return f"\n{' ' * (column + 2)}{text}" if is_block else f" {text}"


def flow(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(name)}: {flow(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(each) for each in value) + "]"
    return scalar(value)


def scalar(value: Any) -> str:
    """A text, number, true, false or null; quoted only where it must be."""
    if not isinstance(value, str):
        return json.dumps(value, allow_nan=False)
    if _MAYBE_PLAIN.fullmatch(value) and _reads_as_itself(value):
        return value
    return _SPECIAL.sub(_escaped, json.dumps(value, ensure_ascii=False))


def literal(text: str, column: int) -> str:
    """A text of several lines, as `|` and its lines."""
    ending = "" if text.endswith("\n") else "-"
    lines = text.removesuffix("\n").split("\n")
    return f"|{ending}" + "".join(f"\n{' ' * column}{line}" if line else "\n" for line in lines)


def _fits_literal(text: str) -> bool:
    lines = text.removesuffix("\n").split("\n")
    return (
        not _SPECIAL.search(text)
        and all(character.isprintable() or character in "\n\t" for character in text)
        and bool(lines[0].strip())
        and not lines[0].startswith((" ", "\t"))
        and bool(lines[-1].strip())
        and all(line == line.rstrip() for line in lines)
    )


def _reads_as_itself(text: str) -> bool:
    return text == text.strip() and ": " not in text and not text.endswith(":") and tree.reads_as_text(text)


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found.group()):04X}"
