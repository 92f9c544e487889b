"""Which variables and functions an expression asks for: those that are nowhere would fail whenever it is evaluated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bus.scenario.nearest import nearest

IN_HANDLERS = ("event", "count", "counters")
IN_SCRIPT = ("count", "counters")

FUNCTIONS = frozenset("has size int uint double string bytes type dyn timestamp duration matches".split())
"""Of CEL that its library here knows; those of texts and lists stand behind a dot."""

_TEXT = re.compile(r"""[rRbB]{0,2}("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')""")
_BOUND = re.compile(r"\.\s*(?:map|filter|all|exists|exists_one)\s*\(\s*([A-Za-z_]\w*)\s*,")
_NAME = re.compile(r"(?<![\w.])([A-Za-z_]\w*)\b\s*(\()?")
_AFTER_DOT = re.compile(r"\.\s+")
_WORDS = frozenset("true false null in int uint double bool string bytes list map type null_type".split())
_FIELDS = {"event": ("name", "payload")}
_FIELD = re.compile(r"(?<![\w.])event\s*\.\s*([A-Za-z_]\w*)")


def unknown(text: str, variables: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """Offset and problem of each name of an expression that is not there; variables: those that are."""
    blank = _TEXT.sub(lambda found: "'" + " " * (len(found.group()) - 2) + "'", text)
    blank = _AFTER_DOT.sub(lambda found: " " * (len(found.group()) - 1) + ".", blank)
    bound = set(_BOUND.findall(blank))
    for found in _NAME.finditer(blank):
        name, called = found[1], found[2]
        if name in bound or (name in _WORDS and not called):
            continue
        if called:
            if name not in FUNCTIONS:
                yield found.start(), f"there is no function {name}"
        elif name == "event" and "event" not in variables:
            yield found.start(), "there is no event here: what is emitted from the script is the first of its flow"
        elif name not in variables:
            yield found.start(), f"there is no {name} here, there is {', '.join(variables)}{_meant(name, variables)}"
    if "event" in variables:
        for found in _FIELD.finditer(blank):
            if found[1] not in _FIELDS["event"]:
                yield found.start(1), f"an event has no {found[1]}, it has name and payload"


def _meant(name: str, variables: tuple[str, ...]) -> str:
    if name == "payload" and "event" in variables:
        return "; write event.payload"
    near = nearest(name, variables)
    return f"; {near}" if near else ""


def expressions_in(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], int, str]]:
    """Path, where it begins in its text, and the text of each expression in a payload."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from expressions_in(each, (*path, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from expressions_in(each, (*path, index))
    elif isinstance(value, str) and not value.startswith("$$"):
        if value.startswith("$") and not value.startswith("${"):
            yield path, 1, value[1:]
        else:
            for found in re.finditer(r"\$\{([^{}]*)\}", value):
                yield path, found.start(1), found[1]
