"""Which events and handlers an expectation names, and where: in a file that may be wrong in other ways too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bus.scenario.model import Expectation
from bus.scenario.parts import Says, fields_of, verb_of
from bus.scenario.rules import RULES

Place = tuple[str | int, ...]


def handlers_in(expected: Any) -> Iterator[tuple[str, str]]:
    """Key and name of each handler that an expectation names, as the file says it."""
    for key, value in _said(expected, Says.HANDLER):
        if isinstance(value, str):
            yield key, value


def patterns_in(expected: Any) -> Iterator[tuple[Place, str]]:
    """Where each event, or pattern of events, stands in an expectation as the file says it, and what it is."""
    for key, value in _said(expected, Says.PATTERN):
        if isinstance(value, str):
            yield (key,), value
        elif isinstance(value, list):
            yield from (((key, at), each) for at, each in enumerate(value) if isinstance(each, str))


def _said(expected: Any, kind: Says) -> Iterator[tuple[str, Any]]:
    if not isinstance(expected, dict):
        return
    part = RULES.get(verb_of(expected, RULES) or "", Expectation)
    for field in fields_of(part):
        if field.says is kind and field.key in expected:
            yield field.key, expected[field.key]
