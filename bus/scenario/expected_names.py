"""Which events and handlers expectations and faults name, and where: in a file that may be wrong in other ways too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bus.scenario.faults import FAULTS
from bus.scenario.model import Expectation
from bus.scenario.parts import Says, VerbPart, fields_of, verb_of
from bus.scenario.rules import RULES

Place = tuple[str | int, ...]


NAMING: Mapping[str, Mapping[str, type[VerbPart]]] = {"expect": RULES, "faults": FAULTS}
"""Sections of a file whose entries name events and handlers, and the kinds of these entries by their verbs."""


def handlers_in(part: Any, section: str = "expect") -> Iterator[tuple[Place, str]]:
    """Where each handler stands in an entry of a section as the file says it, and its name."""
    return _named(part, section, Says.HANDLER)


def patterns_in(part: Any, section: str = "expect") -> Iterator[tuple[Place, str]]:
    """Where each event, or pattern of events, stands in an entry of a section as the file says it, and what it is."""
    return _named(part, section, Says.PATTERN)


def _named(part: Any, section: str, says: Says) -> Iterator[tuple[Place, str]]:
    if not isinstance(part, dict):
        return
    kinds = NAMING[section]
    kind = kinds.get(verb_of(part, kinds) or "", Expectation)
    for field in fields_of(kind):
        value = part.get(field.key) if field.says is says else None
        if isinstance(value, str):
            yield (field.key,), value
        elif isinstance(value, list):
            yield from (((field.key, at), each) for at, each in enumerate(value) if isinstance(each, str))
