"""Rules about single events: never, always, eventually."""

from __future__ import annotations

from bus.expectations import conditions
from bus.expectations.keys import same_code
from bus.expectations.records import JudgedRecords
from bus.expectations.verdict import Look
from bus.expectations.words import by, first_of
from bus.scenario.distribution import parse_time
from bus.scenario.rules import Always, Eventually, Never
from bus.wording import duration, several


def never(rule: Never, records: JudgedRecords) -> Look:
    """No such event, or none after one that it belongs to."""
    rows, unknown = records.meeting(records.emits(rule.never), rule.if_)
    about = f"never {rule.never}" + (f" where {rule.if_}" if rule.if_ else "")
    if rule.after is not None:
        about += f" after {rule.after}{by(rule)}"
        firsts = records.keys(records.emits(rule.after), rule.paths)
        mine = records.keys(rows, rule.paths)
        unknown = unknown or mine.unknown or firsts.unknown
        begins = firsts.firsts()
        codes, places = firsts.codes[begins], records.places[firsts.rows[begins]]
        begun = same_code(codes, mine.codes)
        is_late = begun >= 0
        is_late[is_late] = places[begun[is_late]] < records.places[mine.rows[is_late]]
        rows = mine.rows[is_late]
    found = f"{len(rows)}{first_of(records, rows)}"
    return Look(about, "none", found, against=rows, unknown=unknown, is_met_by_none=True)


def always(rule: Always, records: JudgedRecords) -> Look:
    """A condition holds for each of these events; one that cannot be evaluated does not hold."""
    rows = records.emits(rule.always)
    answers = records.answers(rows, rule.holds)
    broken = rows[(answers.said == conditions.NO) | (answers.said == conditions.FAILED)]
    unrecorded = rows[answers.said == conditions.NOT_RECORDED]
    unknown = ""
    if len(unrecorded):
        why = records.not_recorded(int(unrecorded[0]))
        unknown = f"of {several(len(unrecorded), 'event')} it is not known: {why}"
    why = f" ({answers.failed})" if answers.failed else ""
    found = f"{several(len(broken), 'event')} of {len(rows)} not{first_of(records, broken)}{why}"
    return Look(
        f"always {rule.always}: {rule.holds}", "each", found if len(broken) else f"all {len(rows)}",
        against=broken, unknown=unknown,
    )  # fmt: skip


def eventually(rule: Eventually, records: JudgedRecords) -> Look:
    """At least one such event, in time."""
    rows, unknown = records.meeting(records.emits(rule.eventually), rule.if_)
    about = f"eventually {rule.eventually}" + (f" where {rule.if_}" if rule.if_ else "")
    first = records.at(int(rows[0])) - records.first_ns if len(rows) else None
    last = parse_time(rule.within) if rule.within else None
    is_in_time = first is not None and (last is None or first <= last)
    over = first is not None or (last is not None and records.last_ns - records.first_ns > last)
    return Look(
        about, f"within {rule.within}" if rule.within else "at least one",
        "none" if first is None else f"{several(len(rows), 'event')}, the first after {duration(first)}",
        unknown="" if is_in_time else unknown, is_settled=is_in_time, is_broken=not is_in_time, may_come=not over,
        search=None if len(rows) else "",
    )  # fmt: skip
