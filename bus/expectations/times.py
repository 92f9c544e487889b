"""Rules about how often: exactly, at most or at least once for each key, or in each flow."""

from __future__ import annotations

import numpy as np

from bus.expectations.keys import Keys, same_code
from bus.expectations.records import JudgedRecords
from bus.expectations.verdict import NONE, Look, Rows
from bus.expectations.words import by, first_of
from bus.scenario.rules import AtLeastOnce, AtMostOnce, Times
from bus.wording import several
from buslens.records import NameKind, Outcome


def times(rule: Times, records: JudgedRecords) -> Look:
    """How often each key was emitted, or handled well by one handler."""
    rows = _happened(rule, records)
    found = records.keys(rows, rule.paths)
    codes, count = np.unique(found.codes, return_counts=True)
    wanted, unknown = _wanted(rule, records)
    # Of what happened twice the last is that which was too much.
    last = len(found.codes) - 1 - np.unique(found.codes[::-1], return_index=True)[1]
    twice = found.rows[last[count > 1]]
    never = wanted.rows[same_code(codes, wanted.codes) < 0]
    total = len(codes) + len(never)
    if isinstance(rule, AtMostOnce):
        never = NONE
    if isinstance(rule, AtLeastOnce):
        twice = NONE
    against, waiting = records.ordered(twice), records.ordered(never)
    told = [f"{number} {what}" for number, what in ((len(twice), "more than once"), (len(never), "never")) if number]
    what = f"{rule.handler} handles {rule.counted}" if rule.handler else rule.counted
    word = rule.verb().replace("_", " ")
    shown = against if len(against) else waiting
    keys = several(total, "key", "keys") if rule.paths else several(total, "flow")
    return Look(
        f"{what}{by(rule)}{f', for each {rule.for_}' if rule.for_ else ''}", word,
        f"{' and '.join(told)} of {keys}{first_of(records, shown)}" if told else f"all of {keys}",
        against=against, waiting=waiting, unknown=found.unknown or unknown,
    )  # fmt: skip


def _happened(rule: Times, records: JudgedRecords) -> Rows:
    """A row of a dispatch for each time that it happened."""
    rows = records.emits(rule.counted)
    if rule.handler is None:
        return rows
    trace = records.trace
    handled = np.isin(trace.calls.handler, records.names(NameKind.HANDLER, rule.handler))
    well = np.flatnonzero(handled & (trace.calls.outcome == Outcome.OK))
    mine = trace.dispatches.rows_of(trace.calls.dispatch[well])
    return records.ordered(mine[np.isin(mine, rows)])


def _wanted(rule: Times, records: JudgedRecords) -> tuple[Keys, str]:
    """The first dispatch of each key that must not be lacking, and why others are not known."""
    of = rule.for_ or (rule.counted if rule.handler else None)
    if of is None or isinstance(rule, AtMostOnce):
        return Keys(NONE, NONE, ""), ""
    keys = records.keys(records.emits(of), rule.paths)
    firsts = keys.firsts()
    return Keys(keys.rows[firsts], keys.codes[firsts], ""), keys.unknown
