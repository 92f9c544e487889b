"""Rules about what must follow: one event leads to another, and each ends in exactly one of several."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bus.expectations.keys import Keys, same_code
from bus.expectations.records import JudgedRecords
from bus.expectations.verdict import Look, Rows
from bus.expectations.words import by, first_of
from bus.scenario.distribution import parse_time
from bus.scenario.rules import EndsIn, LeadsTo
from bus.wording import one_of


def leads_to(rule: LeadsTo, records: JudgedRecords) -> Look:
    """After each of some events comes one that belongs to it, in time."""
    those = [rule.leads_to] if isinstance(rule.leads_to, str) else rule.leads_to
    begins, unknown = records.meeting(records.emits(rule.each), rule.if_)
    causes, answers = records.keys(begins, rule.paths), records.keys(records.emits(those), rule.paths)
    lacking = causes.rows[_following(records, causes, answers, rule.within) == 0]
    may_come = _may_come(records, lacking, rule.within)
    about = f"each {rule.each}{f' where {rule.if_}' if rule.if_ else ''} leads to {one_of(those)}{by(rule)}"
    found = f"{len(lacking)} of {len(begins)} without{first_of(records, lacking)}"
    return Look(
        about, f"within {rule.within}" if rule.within else "each", found if len(lacking) else f"all {len(begins)}",
        missing=lacking[~may_come], waiting=lacking[may_come],
        unknown=unknown or causes.unknown or answers.unknown,
    )  # fmt: skip


def ends_in(rule: EndsIn, records: JudgedRecords) -> Look:
    """Each of some events ends in exactly one of others, once, in time."""
    begins = records.emits(rule.each)
    causes, ends = records.keys(begins, rule.paths), records.keys(records.emits(rule.ends_in), rule.paths)
    count = _following(records, causes, ends, rule.within)
    twice, lacking = causes.rows[count > 1], causes.rows[count == 0]
    may_come = _may_come(records, lacking, rule.within)
    wrong = causes.rows[count != 1]
    told = [f"{number} in {what}" for number, what in ((len(twice), "several"), (len(lacking), "none")) if number]
    within = f" within {rule.within}" if rule.within else ""
    return Look(
        f"each {rule.each} ends in {one_of(rule.ends_in)}{by(rule)}", f"exactly one{within}",
        f"{' and '.join(told)} of {len(begins)}{first_of(records, wrong)}" if told else f"all {len(begins)}",
        against=twice, missing=lacking[~may_come], waiting=lacking[may_come], unknown=causes.unknown or ends.unknown,
    )  # fmt: skip


def _following(records: JudgedRecords, causes: Keys, answers: Keys, within: str | None) -> npt.NDArray[np.int64]:
    """For each cause, how many answers of its key come after it, in time."""
    places, total = records.places, len(records.places)
    order = answers.grouped()
    codes, group = np.unique(answers.codes[order], return_inverse=True)
    # Ascending numbers: by the key first, then by the place in the order of emits.
    those = group * total + places[answers.rows[order]]
    mine = same_code(codes, causes.codes)
    begins = mine * total + places[causes.rows]
    ends = mine * total + _emitted_until(records, causes.rows, within)
    count = np.searchsorted(those, ends, "left") - np.searchsorted(those, begins, "right")
    return np.where(mine >= 0, count, 0)


def _emitted_until(records: JudgedRecords, rows: Rows, within: str | None) -> npt.NDArray[np.int64]:
    """For each of these dispatches, how many of all were emitted by the time that is over so long after it."""
    emitted = records.trace.dispatches.emitted_ns
    if within is None:
        return np.full(len(rows), len(emitted))
    span = min(parse_time(within), records.last_ns - records.first_ns)
    return np.searchsorted(np.sort(emitted), emitted[rows] + span, "right")


def _may_come(records: JudgedRecords, rows: Rows, within: str | None) -> npt.NDArray[np.bool_]:
    """Whether the time of each of these dispatches was not over when the trace was."""
    if within is None:
        return np.ones(len(rows), bool)
    return records.last_ns - records.trace.dispatches.emitted_ns[rows] <= parse_time(within)
