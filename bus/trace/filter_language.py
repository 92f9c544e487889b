"""The search line's language: `event:order.* outcome:failed duration>50ms text`.

Terms side by side must all match; `OR` between two means either; `-` in front excludes. Values with blanks stand in
double quotes. Names take `*` for any text; a term without a field looks into names and errors.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from bus.errors import Place, UserError
from buslens.records import Outcome

NAMES = ("event", "handler", "lane", "outcome", "error", "payload")
TIMES = ("duration", "latency", "delay", "time")
NUMBERS = ("id", "attempt")
OUTCOMES = tuple(outcome.name.lower() for outcome in Outcome)
COMPLETIONS = (
    *(f"{field}:" for field in NAMES),
    *(f"outcome:{outcome}" for outcome in OUTCOMES),
    *(f"{field}>" for field in TIMES),
    "attempt>1",
    "id:",
)
"""What the search line proposes."""

LONGEST = 2000
_UNITS_NS = {"ns": 1, "us": 1_000, "µs": 1_000, "ms": 1_000_000, "s": 1_000_000_000, "min": 60_000_000_000}
_WORD = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^\s"])+|"\S*')
_FIELD = re.compile(r"(-?)([A-Za-z]+)(:|>=|<=|>|<|=)(.*)", re.DOTALL)
_NUMBER = re.compile(r"(\d+(?:\.\d+)?)\s*([a-zµ]*)")


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that a row must be, or must not be."""

    field: str
    """One of NAMES, TIMES, NUMBERS, or "text"."""

    value: str
    excluded: bool = False
    comparison: str = "="
    """>, >=, <, <= or =, of times and numbers."""

    number: int = 0
    """Nanoseconds, or a plain number."""


@dataclass(frozen=True, slots=True)
class Filter:
    """A search line that was understood."""

    all_of: tuple[tuple[Term, ...], ...] = ()
    """Of each group one term must match."""


def parse(text: str) -> Filter:
    """Read a search line. Raises UserError whose column points into it."""
    if len(text) > LONGEST:
        raise UserError(f"the filter is longer than {LONGEST} characters", at=Place("filter", 1, LONGEST))
    groups: list[tuple[Term, ...]] = []
    either = False
    for found in _WORD.finditer(text):
        word, column = found.group(), found.start() + 1
        if word in ("OR", "|"):
            if not groups or either:
                raise UserError("OR stands between two terms", at=Place("filter", 1, column))
            either = True
            continue
        term = _term(word, column)
        if either:
            groups[-1] = (*groups[-1], term)
        else:
            groups.append((term,))
        either = False
    if either:
        raise UserError("OR stands between two terms", at=Place("filter", 1, len(text)))
    return Filter(tuple(groups))


def _term(word: str, column: int) -> Term:
    at = Place("filter", 1, column)
    if len(re.findall(r'(?<!\\)"', word)) % 2:
        raise UserError('the quotation mark " is not closed', at=at)
    found = _FIELD.fullmatch(word)
    if found is None:
        excluded = word.startswith("-") and len(word) > 1
        return Term("text", _unquoted(word[1:] if excluded else word), excluded)
    minus, field, sign, said = found.groups()
    field, value = field.lower(), _unquoted(said)
    known = (*NAMES, *TIMES, *NUMBERS)
    if field not in known:
        near = difflib.get_close_matches(field, known, 1)
        hint = f"did you mean {near[0]}?" if near else f"fields: {', '.join(known)}"
        raise UserError(f"no field {field}", at=at, hint=hint)
    inside = Place("filter", 1, column + found.start(4))
    if not value:
        raise UserError(f"{field}{sign} needs a value", at=inside)
    if field in NAMES:
        return _named(field, sign, value, bool(minus), at, inside)
    return Term(field, value, bool(minus), "=" if sign == ":" else sign, _number(field, value, inside))


def _named(field: str, sign: str, value: str, excluded: bool, at: Place, inside: Place) -> Term:
    if sign not in (":", "="):
        raise UserError(f"{field} is not a number", at=at, hint=f"write {field}:{value}")
    if field == "outcome" and value.lower().replace(" ", "_") not in OUTCOMES:
        near = difflib.get_close_matches(value.lower(), OUTCOMES, 1)
        hint = f"did you mean {near[0]}?" if near else f"one of {', '.join(OUTCOMES)}"
        raise UserError(f"no outcome {value}", at=inside, hint=hint)
    return Term(field, value, excluded)


def _number(field: str, value: str, at: Place) -> int:
    found = _NUMBER.fullmatch(value)
    if found is None or len(found.group(1)) > 18:
        expected = "a time such as 50ms" if field in TIMES else "a number"
        raise UserError(f"expected {expected}, found {value}", at=at)
    number, unit = found.groups()
    if field in NUMBERS:
        if unit or "." in number:
            raise UserError(f"expected a whole number, found {value}", at=at)
        return int(number)
    if unit not in _UNITS_NS:
        raise UserError(f"expected a time with a unit, found {value}", at=at, hint=f"units: {', '.join(_UNITS_NS)}")
    return min(round(float(number) * _UNITS_NS[unit]), (1 << 62))


def _unquoted(text: str) -> str:
    if '"' not in text:
        return text
    return re.sub(r"\\(.)", r"\1", re.sub(r'(?<!\\)"', "", text))
