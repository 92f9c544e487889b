"""Rules that a whole run surely meets, seen at a glance: most runs of an exploration break nothing, and columns of
their few records cost more than the run itself. What is not sure is for the judge.
"""

from __future__ import annotations

import fnmatch
from bisect import bisect_right
from collections.abc import Callable, Hashable, Sequence
from typing import Protocol

from bus.expectations.counts import COMPARE
from bus.expectations.keys import key_of
from bus.scenario.distribution import parse_time
from bus.scenario.model import Expectation, Expected, parse_bound
from bus.scenario.rules import AtMostOnce, Eventually, ExactlyOnce, LeadsTo, Never, Times
from bus.trace.payload_fields import Missing, value_at

_NOT_EMITTED = frozenset(Expectation.model_fields) - {"event", "emitted"}


class Emits(Protocol):
    """The emits of one whole run, in their order."""

    @property
    def events(self) -> Sequence[str]:
        """Their names."""

    @property
    def times(self) -> Sequence[int]:
        """When each was, in nanoseconds; they do not descend."""

    def payload(self, place: int) -> object:
        """What one carried; None also where that was not recorded whole."""


Surely = Callable[[Emits], bool]
"""Whether a rule is surely met; False: that is not sure."""


def surely(expected: Sequence[Expected]) -> Surely | None:
    """Whether all of them are surely met; None where of one of them it never would be known."""
    rules = [_rule(each) for each in expected]
    known = [rule for rule in rules if rule is not None]
    if len(known) < len(rules):
        return None

    def all_met(emits: Emits) -> bool:
        return all(rule(emits) for rule in known)

    return all_met


def _rule(rule: Expected) -> Surely | None:
    if isinstance(rule, Expectation):
        return None if any(getattr(rule, field) is not None for field in _NOT_EMITTED) else _emitted(rule)
    if isinstance(rule, Never):
        return None if rule.if_ is not None or rule.after is not None else _counted(rule.never, "==", 0)
    if isinstance(rule, Eventually):
        return None if rule.if_ is not None or rule.within is not None else _counted(rule.eventually, ">", 0)
    if isinstance(rule, LeadsTo):
        return None if rule.if_ is not None or not rule.paths else _leads_to(rule)
    if isinstance(rule, AtMostOnce | ExactlyOnce):
        return None if rule.handler is not None or rule.for_ is not None or not rule.paths else _once(rule)
    return None


def _emitted(rule: Expectation) -> Surely:
    comparison, number = parse_bound("" if rule.emitted is None else rule.emitted)
    return _counted(rule.event or "*", comparison, number)


def _counted(pattern: str, comparison: str, number: int) -> Surely:
    def count(emits: Emits) -> bool:
        return COMPARE[comparison](len(_places(emits, (pattern,))), number)

    return count


def _once(rule: Times) -> Surely:
    patterns, paths = (rule.counted,), rule.paths

    def once(emits: Emits) -> bool:
        keys = _keys(emits, _places(emits, patterns), paths)
        return keys is not None and len(set(keys)) == len(keys)

    return once


def _leads_to(rule: LeadsTo) -> Surely:
    causes, paths = (rule.each,), rule.paths
    answers = (rule.leads_to,) if isinstance(rule.leads_to, str) else tuple(rule.leads_to)
    within_ns = None if rule.within is None else parse_time(rule.within)

    def leads(emits: Emits) -> bool:
        begins, ends = _places(emits, causes), _places(emits, answers)
        wanted, found = _keys(emits, begins, paths), _keys(emits, ends, paths)
        if wanted is None or found is None:
            return False
        by_key: dict[Hashable, list[int]] = {}
        for place, key in zip(ends, found, strict=True):
            by_key.setdefault(key, []).append(place)
        for place, key in zip(begins, wanted, strict=True):
            those = by_key.get(key, [])
            after = bisect_right(those, place)
            if after == len(those):
                return False
            if within_ns is not None and emits.times[those[after]] - emits.times[place] > within_ns:
                return False
        return True

    return leads


def _places(emits: Emits, patterns: Sequence[str]) -> list[int]:
    wanted = {event for event in set(emits.events) for each in patterns if fnmatch.fnmatchcase(event, each)}
    return [place for place, event in enumerate(emits.events) if event in wanted]


def _keys(emits: Emits, places: Sequence[int], paths: Sequence[str]) -> list[Hashable] | None:
    """What they belong to; None where of one it is not known."""
    keys: list[Hashable] = []
    for place in places:
        payload = emits.payload(place)
        value = next((found for path in paths if (found := value_at(payload, path)) is not Missing), Missing)
        if value is Missing:
            return None
        keys.append(key_of(value))
    return keys
