"""What an expression asks for that is nowhere: variables, functions, fields. It would fail whenever it is evaluated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bus.scenario.nearest import nearest

IN_HANDLERS = ("event", "count", "counters")
REPLY = "reply"
"""What has come to the newest request of a call: a handler that has none has no reply."""

IN_SCRIPT = ("count", "counters")
IN_RULES = ("event",)
IN_WHEN = ("event", "counters")

FUNCTIONS = frozenset("has size int uint double string bytes type dyn timestamp duration".split())
"""Of CEL, that its library here knows; each takes one value."""

METHODS = {
    **dict.fromkeys(("contains", "startsWith", "endsWith", "matches", "orValue", "or"), (1,)),
    **dict.fromkeys(("size", "hasValue", "value"), (0,)),
    **dict.fromkeys("getFullYear getMonth getDate getDayOfMonth getDayOfWeek getDayOfYear".split(), (0,)),
    **dict.fromkeys("getHours getMinutes getSeconds getMilliseconds".split(), (0,)),
    **dict.fromkeys(("filter", "all", "exists", "exists_one"), (2,)),
    "map": (2, 3),
}
"""Functions behind a dot, and how many values their brackets may hold."""

OPTIONAL = ("of", "none", "ofNonZeroValue")
"""Behind `optional.`"""

_MACROS = ("map", "filter", "all", "exists", "exists_one")
_OF_TEXTS = ("size", "contains", "startsWith", "endsWith", "matches")
_WORDS = frozenset("true false null in int uint double bool string bytes list map type null_type".split())
_TOKEN = re.compile(
    r"""[rRbB]{0,2}(?:'{3}(?:\\.|[^\\])*?'{3}|"{3}(?:\\.|[^\\])*?"{3}|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
    r"""|//[^\n]*|[A-Za-z_]\w*|\d[\w.]*|\s+|.""",
    re.DOTALL,
)

Found = tuple[int, str]


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    at: int

    @property
    def is_name(self) -> bool:
        return self.text[0].isidentifier() and self.text.isidentifier()

    @property
    def unquoted(self) -> str | None:
        """What stands in quotes; None where it is not a plain text in quotes."""
        return self.text[1:-1] if self.text[0] in "'\"" and len(self.text) > 1 else None


def unknown(text: str, variables: tuple[str, ...], counters: frozenset[str] | None = None) -> Iterator[Found]:
    """Offset and problem of each name of an expression that is not there.

    variables: those that are; counters: the names that are counted, None where that is not known.
    """
    tokens = [
        _Token(found.group(), found.start())
        for found in _TOKEN.finditer(text)
        if not found.group().isspace() and not found.group().startswith("//")
    ]
    bound = set(_bound_in(tokens))
    for index, token in enumerate(tokens):
        if not token.is_name:
            continue
        called = _text_at(tokens, index + 1) == "("
        if _text_at(tokens, index - 1) == ".":
            if called:
                yield from _method(tokens, index)
        elif token.text in bound:
            continue
        elif called:
            yield from _function(tokens, index)
        elif token.text == "optional" and _text_at(tokens, index + 2) in OPTIONAL:
            continue
        elif token.text not in _WORDS and token.text not in variables:
            yield token.at, _no_variable(token.text, variables)
        elif token.text in variables:
            yield from _fields(tokens, index, counters)


def _bound_in(tokens: list[_Token]) -> Iterator[str]:
    """Names that map, filter, all and exists give to each item."""
    for index, token in enumerate(tokens):
        if token.text in _MACROS and _text_at(tokens, index - 1) == "." and _text_at(tokens, index + 1) == "(":
            yield _text_at(tokens, index + 2)


def _text_at(tokens: list[_Token], index: int) -> str:
    return tokens[index].text if 0 <= index < len(tokens) else ""


def _no_variable(name: str, variables: tuple[str, ...]) -> str:
    if name == "event":
        return "there is no event here: what is emitted from the script is the first of its flow"
    known = f"there is no {name} here, there is {', '.join(variables)}"
    if name == "payload" and "event" in variables:
        return f"{known}; write event.payload"
    near = nearest(name, variables)
    return f"{known}; {near}" if near else known


def _function(tokens: list[_Token], index: int) -> Iterator[Found]:
    name, at = tokens[index].text, tokens[index].at
    if name in FUNCTIONS:
        if _values_in(tokens, index + 1) != 1:
            yield at, f"{name} takes one value in its brackets"
    elif name in METHODS:
        yield at, f"{name} stands behind a value and a dot, such as event.name.{name}({_example(name)})"
    else:
        near = nearest(name, FUNCTIONS)
        yield at, f"there is no function {name}; {near or 'there are ' + ', '.join(sorted(FUNCTIONS))}"


def _method(tokens: list[_Token], index: int) -> Iterator[Found]:
    name, at = tokens[index].text, tokens[index].at
    if name in OPTIONAL and _text_at(tokens, index - 2) == "optional":
        return
    if name in METHODS:
        wanted, given = METHODS[name], _values_in(tokens, index + 1)
        if given not in wanted:
            yield at, f"{name} takes {_several(wanted)} in its brackets, found {given}"
    elif name in FUNCTIONS:
        yield at, f"{name} stands before its value: {name}(event.payload)"
    else:
        near = nearest(name, METHODS) or "there are size, contains, startsWith, endsWith, matches, map and others"
        yield at, f"there is no function {name} behind a dot; {near}"


def _several(wanted: tuple[int, ...]) -> str:
    known: dict[tuple[int, ...], str] = {(0,): "nothing", (1,): "one value"}
    return known.get(wanted, f"{' or '.join(map(str, wanted))} values")


def _example(name: str) -> str:
    return {0: "", 1: "'a'"}.get(METHODS[name][0], "x, true")


def _values_in(tokens: list[_Token], opens: int) -> int:
    """How many values stand between the bracket that opens there and its end."""
    depth, commas = 0, 0
    for index in range(opens, len(tokens)):
        sign = tokens[index].text
        depth += (sign in "([{") - (sign in ")]}")
        if depth == 0:
            return 0 if index == opens + 1 else commas + 1
        commas += depth == 1 and sign == ","
    return commas + 1


def _fields(tokens: list[_Token], index: int, counters: frozenset[str] | None) -> Iterator[Found]:
    """What is asked of event, count and counters."""
    root = tokens[index].text
    if root == "count":
        yield from _of_a_number(tokens, index + 1, "count")
        return
    step = _step(tokens, index + 1)
    if step is None:
        return
    key, at, behind = step
    if root in ("event", REPLY):
        if key not in ("name", "payload"):
            yield at, f"{'an event' if root == 'event' else 'a reply'} has no {key}, it has name and payload"
        elif key == "name":
            yield from _of_a_text(tokens, behind, f"{root}.name")
        return
    if counters is not None and key not in counters and not _is_asked_for(tokens, index):
        near = nearest(key, counters)
        yield at, f"no step counts {key}{'; ' + near if near else ''}"
    yield from _of_a_number(tokens, behind, f"counters.{key}")


def _step(tokens: list[_Token], at: int) -> tuple[str, int, int] | None:
    """The field that is asked for behind a value, where it stands, and what stands behind it.

    None where nothing is, where it is a function, or where it is known when the expression is evaluated only.
    """
    if _text_at(tokens, at) == "." and at + 1 < len(tokens) and tokens[at + 1].is_name:
        is_function = _text_at(tokens, at + 2) == "("
        return None if is_function else (tokens[at + 1].text, tokens[at + 1].at, at + 2)
    if _text_at(tokens, at) == "[" and _text_at(tokens, at + 2) == "]":
        key = tokens[at + 1]
        if key.unquoted is not None or key.text.isdigit():
            return (key.unquoted if key.unquoted is not None else key.text), key.at, at + 3
    return None


def _of_a_number(tokens: list[_Token], at: int, what: str) -> Iterator[Found]:
    if _text_at(tokens, at) == "[" or _text_at(tokens, at) == ".":
        yield tokens[at].at, f"{what} is a whole number: nothing is inside it"


def _of_a_text(tokens: list[_Token], at: int, what: str) -> Iterator[Found]:
    if _text_at(tokens, at) == "[":
        yield tokens[at].at, f"{what} is a text: it has no items"
    elif _text_at(tokens, at) == "." and _text_at(tokens, at + 1) not in _OF_TEXTS:
        if _text_at(tokens, at + 2) == "(" and _text_at(tokens, at + 1) not in METHODS:
            return  # that there is no such function is told by itself
        yield tokens[at].at, f"{what} is a text: it has no {_text_at(tokens, at + 1)}"


def _is_asked_for(tokens: list[_Token], index: int) -> bool:
    """Whether it stands in has(…), which says false where it is not there."""
    return _text_at(tokens, index - 1) == "(" and _text_at(tokens, index - 2) == "has"


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
