"""Rules about what must follow: one event leads to another, and each ends in exactly one of several."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable

import numpy as np

from bus.expectations.records import JudgedRecords
from bus.expectations.verdict import Look
from bus.expectations.words import by, first_of
from bus.scenario.distribution import parse_time
from bus.scenario.rules import EndsIn, LeadsTo
from bus.wording import one_of


def leads_to(rule: LeadsTo, records: JudgedRecords) -> Look:
    """After each of some events comes one that belongs to it, in time."""
    those = [rule.leads_to] if isinstance(rule.leads_to, str) else rule.leads_to
    begins, unknown = records.meeting(records.emits(rule.each), rule.if_)
    causes, answers = records.keys(begins, rule.paths), records.keys(records.emits(those), rule.paths)
    following = _Following(records, answers.groups(), rule.within)
    missing: list[int] = []
    waiting: list[int] = []
    for row, key in zip(causes.rows.tolist(), causes.keys, strict=True):
        if not following.of(row, key):
            (waiting if following.may_come(row) else missing).append(row)
    lacking = records.ordered(np.array([*missing, *waiting], np.int64))
    about = f"each {rule.each}{f' where {rule.if_}' if rule.if_ else ''} leads to {one_of(those)}{by(rule)}"
    found = f"{len(lacking)} of {len(begins)} without{first_of(records, lacking)}"
    return Look(
        about, f"within {rule.within}" if rule.within else "each", found if len(lacking) else f"all {len(begins)}",
        missing=np.array(missing, np.int64), waiting=np.array(waiting, np.int64),
        unknown=unknown or causes.unknown or answers.unknown,
    )  # fmt: skip


def ends_in(rule: EndsIn, records: JudgedRecords) -> Look:
    """Each of some events ends in exactly one of others, once, in time."""
    begins = records.emits(rule.each)
    causes, ends = records.keys(begins, rule.paths), records.keys(records.emits(rule.ends_in), rule.paths)
    following = _Following(records, ends.groups(), rule.within)
    twice: list[int] = []
    missing: list[int] = []
    waiting: list[int] = []
    for row, key in zip(causes.rows.tolist(), causes.keys, strict=True):
        count = following.of(row, key)
        if count > 1:
            twice.append(row)
        elif not count:
            (waiting if following.may_come(row) else missing).append(row)
    wrong = records.ordered(np.array([*twice, *missing, *waiting], np.int64))
    never = len(missing) + len(waiting)
    told = [f"{number} in {what}" for number, what in ((len(twice), "several"), (never, "none")) if number]
    within = f" within {rule.within}" if rule.within else ""
    return Look(
        f"each {rule.each} ends in {one_of(rule.ends_in)}{by(rule)}", f"exactly one{within}",
        f"{' and '.join(told)} of {len(begins)}{first_of(records, wrong)}" if told else f"all {len(begins)}",
        against=records.ordered(np.array(twice, np.int64)), missing=np.array(missing, np.int64),
        waiting=np.array(waiting, np.int64), unknown=causes.unknown or ends.unknown,
    )  # fmt: skip


class _Following:
    """How many events of a key come after one, in time."""

    def __init__(self, records: JudgedRecords, groups: dict[Hashable, list[int]], within: str | None) -> None:
        self._records = records
        self._within = parse_time(within) if within else None
        places = records.places
        self._places = {key: [int(places[row]) for row in rows] for key, rows in groups.items()}
        self._times = {key: [records.at(row) for row in rows] for key, rows in groups.items()}

    def of(self, row: int, key: Hashable) -> int:
        """How many come after this dispatch and in time."""
        places = self._places.get(key, [])
        first = bisect_right(places, int(self._records.places[row]))
        if self._within is None:
            return len(places) - first
        return bisect_right(self._times[key], self._records.at(row) + self._within, lo=first) - first if places else 0

    def may_come(self, row: int) -> bool:
        """Whether its time was not over when the trace was."""
        return self._within is None or self._records.last_ns <= self._records.at(row) + self._within
