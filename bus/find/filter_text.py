"""The search line, read: `event:order.* outcome:failed -handler:audit duration>50ms payload.id=13 "text" OR id:812`.

Terms that stand side by side must all match; OR or `|` between blanks joins alternatives, `-` or `not`
excludes, brackets group.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches

from bus.errors import Place, UserError
from bus.trace.fates import FATES
from bus.trace.ids import id_of
from bus.trace.payload_paths import steps_of
from buslens.records import Outcome

MAX_TEXT = 10_000
MAX_DEPTH = 50

NAME_FIELDS = ("event", "bus", "handler", "lane")
TEXT_FIELDS = ("error", "payload", "note")
SPAN_FIELDS = ("duration", "delay", "latency")
NUMBER_FIELDS = ("id", "flow", "cone", "attempt")
FIELDS = (*NAME_FIELDS, "outcome", "fate", *SPAN_FIELDS, "time", *NUMBER_FIELDS, *TEXT_FIELDS)

OUTCOMES = {
    "ok": Outcome.OK,
    "failed": Outcome.FAILED,
    "cancelled": Outcome.CANCELLED,
    "timed_out": Outcome.TIMED_OUT,
    "running": Outcome.RUNNING,
    "lost": Outcome.LOST,
    "kept": Outcome.KEPT,
    "never-ran": Outcome.NEVER_RAN,
}
_SPELLINGS = {
    "canceled": "cancelled", "timeout": "timed_out", "timedout": "timed_out", "timed-out": "timed_out",
    "fail": "failed", "never_ran": "never-ran", "neverran": "never-ran",
}  # fmt: skip

UNITS_NS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "min": 60_000_000_000,
    "h": 3_600_000_000_000,
}

_PATH = r'(?:\."(?:[^"\\]|\\.)*"|\.[^\s.:=<>~!()"\[\]]+|\[\d+\])+'
_FIELD = re.compile(rf"([A-Za-z_]+)({_PATH})?(!=|>=|<=|[:=<>~])", re.IGNORECASE)
_NUMBER = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*([A-Za-zµμ]*)")


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that a row must have."""

    field: str
    """One of FIELDS; "" for text that is looked for in names, errors, notes and payloads."""

    operator: str
    """`=` is the whole value, `~` part of it; `:` was replaced by the one that the field means by it."""

    text: str
    """In lower case; may hold `*` and `?` in a name."""

    number: int = 0
    """Nanoseconds, an id or a count; an Outcome."""

    path: tuple[str, ...] = ()
    """Of a payload's field: the steps to it."""


@dataclass(frozen=True, slots=True)
class Not:
    """Negation: matches where its node does not."""

    node: Node


@dataclass(frozen=True, slots=True)
class And:
    """Conjunction: all of its nodes must match; with none it matches everything."""

    nodes: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Or:
    """Disjunction: one of its nodes must match."""

    nodes: tuple[Node, ...]


Node = Term | Not | And | Or


def read(text: str) -> Node:
    """What a search line asks for. Raises UserError with the column of the mistake."""
    if len(text) > MAX_TEXT:
        raise mistake(f"the filter is {len(text)} characters long, at most {MAX_TEXT} are read", MAX_TEXT)
    reader = _Reader(text)
    node = reader.alternatives(0)
    if reader.at < len(text):
        raise mistake("there is no bracket that this one closes", reader.at)
    return node


def mistake(problem: str, at: int, hint: str = "") -> UserError:
    """What is wrong, and where: `at` counts characters from 0, people count columns from 1."""
    return UserError(problem, at=Place("", 1, at + 1), hint=hint)


class _Reader:
    """One pass over the text, by recursive descent."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def alternatives(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise mistake(f"more than {MAX_DEPTH} brackets inside each other", self.at)
        nodes = [self.together(depth)]
        while self.alternative(look=True):
            here = self.at
            self.alternative()
            nodes.append(self.together(depth))
            if And() in nodes[-2:]:
                raise mistake("OR stands between two terms", here)
        return nodes[0] if len(nodes) == 1 else Or(tuple(nodes))

    def together(self, depth: int) -> Node:
        nodes: list[Node] = []
        while True:
            self.blanks()
            if self.at >= len(self.text) or self.text[self.at] == ")" or self.alternative(look=True):
                return nodes[0] if len(nodes) == 1 else And(tuple(nodes))
            if not self.word("AND"):
                nodes.append(self.one(depth))

    def one(self, depth: int) -> Node:
        negations = 0
        while True:
            self.blanks()
            if self.text.startswith("-", self.at):
                self.at += 1
            elif not (self.word("not") or self.word("NOT")):
                break
            negations += 1
        if self.at >= len(self.text) or self.text[self.at].isspace():
            raise mistake("there is nothing here to exclude", max(self.at - 1, 0), "write -field:value or -text")
        node = self.group(depth) if self.text[self.at] == "(" else self.term()
        return Not(node) if negations % 2 else node

    def group(self, depth: int) -> Node:
        opened = self.at
        self.at += 1
        node = self.alternatives(depth + 1)
        if not self.text.startswith(")", self.at):
            raise mistake("this bracket is never closed", opened)
        self.at += 1
        return node

    def term(self) -> Node:
        start = self.at
        found = _FIELD.match(self.text, self.at)
        if found and found[2] and found[1].lower() not in FIELDS:
            found = None  # such as order.placed=1: text like any other
        if not found:
            text, _ = self.value()
            if text.startswith("#") and id_of(text) is not None:
                return term("id", "=", text[1:], start, start)
            return Term("", "~", text.lower())
        self.at = found.end()
        field, path, operator = found[1].lower(), found[2], found[3]
        if field not in FIELDS:
            near = get_close_matches(field, FIELDS, 1, 0.5)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(FIELDS)}"
            raise mistake(
                f"there is no field {found[1]}", start, f'{hint} For text that holds "{operator}" use quotes.'
            )
        begins = self.at
        text, quoted = self.value()
        if not text and not quoted:
            raise mistake(f"{field}{path or ''}{operator} needs a value", begins)
        if path and field != "payload":
            raise mistake(f"{field} has no fields of its own", start, f"payloads have: payload{path}{operator}{text}")
        if path:
            return of_payload(path, operator, text, start)
        if field in ("outcome", "fate") and not quoted and "," in text:
            return Or(tuple(term(field, operator, part, start, begins) for part in text.split(",")))
        return term(field, operator, text, start, begins)

    def value(self) -> tuple[str, bool]:
        """The word or quoted text that begins here, and whether it was quoted."""
        if not self.text.startswith('"', self.at):
            start = self.at
            while self.at < len(self.text) and not self.text[self.at].isspace() and self.text[self.at] not in '()"':
                self.at += 1
            return self.text[start : self.at], False
        opened = self.at
        letters: list[str] = []
        self.at += 1
        while self.at < len(self.text) and self.text[self.at] != '"':
            if self.text[self.at] == "\\" and self.text[self.at + 1 : self.at + 2] in ('"', "\\"):
                self.at += 1
            letters.append(self.text[self.at])
            self.at += 1
        if self.at >= len(self.text):
            raise mistake("this quote is never closed", opened)
        self.at += 1
        return "".join(letters), True

    def blanks(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def alternative(self, *, look: bool = False) -> bool:
        """Whether another alternative is announced here. A `|` inside a word belongs to the word: names may hold it."""
        return self.word("OR", look=look) or self.word("|", look=look)

    def word(self, word: str, *, look: bool = False) -> bool:
        """Whether this word stands here on its own; it is passed over unless we only look."""
        self.blanks()
        end = self.at + len(word)
        here = self.text.startswith(word, self.at) and (end == len(self.text) or self.text[end] in " \t\n()")
        if here and not look:
            self.at = end
        return here


def of_payload(path: str, operator: str, text: str, start: int) -> Node:
    """A term about a field of payloads."""
    try:
        steps = steps_of(path)
    except ValueError:
        hint = "write payload.customer.id=13 or payload.items[0].sku=A-1"
        raise mistake(f"payload{path} is not a valid path to a field", start, hint) from None
    found = Term("payload", "=" if operator in (":", "!=") else operator, text.lower(), path=steps)
    return Not(found) if operator == "!=" else found


def term(field: str, operator: str, text: str, start: int, begins: int) -> Node:
    """A term whose field is known; checks the value."""
    if field in NAME_FIELDS or field in TEXT_FIELDS:
        if operator in ("<", ">", "<=", ">="):
            raise mistake(f"{field} is text, it is neither greater nor less", start, f"write {field}:{text}")
        part = operator == "~" or (operator == ":" and field in TEXT_FIELDS)
        found = Term(field, "~" if part else "=", text.lower())
        return Not(found) if operator == "!=" else found
    if operator == "~":
        raise mistake(f"{field} is not a text to look into", start, f"write {field}:{text}")
    if field == "fate":
        found = Term(field, "=", text.lower(), fate(text, begins))
        if operator not in (":", "=", "!="):
            raise mistake("fates have no order", start, f"write fate:{text}")
    elif field == "outcome":
        found = Term(field, "=", text.lower(), outcome(text, begins))
        if operator not in (":", "=", "!="):
            raise mistake("outcomes have no order", start, f"write outcome:{text}")
    elif field == "cone" and operator not in (":", "=", "!="):
        raise mistake("a cone is of one dispatch or call", start, f"write cone:{text}")
    else:
        number = NUMBERS[field](field, text, begins) if field in NUMBERS else span_ns(field, text, begins)
        found = Term(field, "=" if operator in (":", "!=") else operator, text, number)
    return Not(found) if operator == "!=" else found


def outcome(text: str, at: int) -> Outcome:
    """The outcome of this name."""
    name = text.lower().replace(" ", "_").replace("-", "_")
    name = _SPELLINGS.get(name, name)
    if name not in OUTCOMES:
        near = get_close_matches(name, OUTCOMES, 1, 0.5)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(OUTCOMES)}"
        raise mistake(f"there is no outcome {text}", at, hint)
    return OUTCOMES[name]


def fate(text: str, at: int) -> int:
    """The number of this word for what became of an event."""
    name = text.lower()
    if name not in FATES:
        near = get_close_matches(name, FATES, 1, 0.5)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(FATES)}"
        raise mistake(f"there is no fate {text}", at, hint)
    return FATES.index(name)


def whole(field: str, text: str, at: int) -> int:
    """A number as it is typed for a count, with or without #. Raises UserError at place `at`."""
    digits = text.removeprefix("#")
    if not digits.isascii() or not digits.isdecimal() or len(digits) > 20:
        raise mistake(f"{field} is a whole number, not {text}", at)
    return int(digits)


def an_id(field: str, text: str, at: int) -> int:
    """The id that is typed, with or without #. Raises UserError at place `at`."""
    found = id_of(text)
    if found is None:
        hint = f"write {field}:17, or {field}:2:17 for that of the second process of a session"
        raise mistake(f"{field} is a whole number, not {text}", at, hint)
    return found


NUMBERS: dict[str, Callable[[str, str, int], int]] = {"id": an_id, "flow": an_id, "cone": an_id, "attempt": whole}


def span_ns(field: str, text: str, at: int) -> int:
    """A length of time with its unit."""
    found = _NUMBER.fullmatch(text)
    if not found or len(found[1]) > 20:
        hint = f"write {field}>50ms; units are ns, us, ms, s, min, h"
        raise mistake(f"{text} is not a valid length of time", at, hint)
    unit = found[2].lower()
    if unit not in UNITS_NS:
        problem = f"there is no unit {unit}" if unit else f"{text} of what?"
        raise mistake(problem, at, "units are ns, us, ms, s, min, h")
    return max(min(round(float(found[1]) * UNITS_NS[unit]), (1 << 62)), -(1 << 62))
