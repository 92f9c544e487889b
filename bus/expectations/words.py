"""Words that the verdicts of several rules share."""

from __future__ import annotations

from bus.expectations.records import JudgedRecords
from bus.expectations.verdict import Rows
from bus.scenario.rules import Keyed


def by(rule: Keyed) -> str:
    """What makes events belong together: `, by id`, or `, in one flow`."""
    return f", by {' or '.join(rule.paths)}" if rule.paths else ", in one flow"


def first_of(records: JudgedRecords, rows: Rows) -> str:
    """Which of these dispatches is the first, and when: `, the first is 17 at 2.50 s`; "" where there are none."""
    if not len(rows):
        return ""
    word = "the first is" if len(rows) > 1 else "it is"
    return f", {word} {records.told(int(rows[0]))}"
