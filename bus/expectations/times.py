"""Rules about how often: exactly, at most or at least once for each key, or in each flow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable

import numpy as np

from bus.expectations.records import JudgedRecords
from bus.expectations.verdict import Look, Rows
from bus.expectations.words import by, first_of
from bus.scenario.rules import AtLeastOnce, AtMostOnce, Times
from bus.wording import several
from buslens.records import NameKind, Outcome


def times(rule: Times, records: JudgedRecords) -> Look:
    """How often each key was emitted, or handled well by one handler."""
    rows = _happened(rule, records)
    found = records.keys(rows, rule.paths)
    count = Counter(found.keys)
    wanted, unknown = _wanted(rule, records)
    twice = [row for row, key in _last_of(found.rows, found.keys).items() if count[key] > 1]
    never = [row for key, row in wanted.items() if not count[key]]
    if isinstance(rule, AtMostOnce):
        never = []
    if isinstance(rule, AtLeastOnce):
        twice = []
    against, waiting = records.ordered(np.array(twice, np.int64)), records.ordered(np.array(never, np.int64))
    told = [f"{number} {what}" for number, what in ((len(twice), "more than once"), (len(never), "never")) if number]
    what = f"{rule.handler} handles {rule.counted}" if rule.handler else rule.counted
    word = rule.verb().replace("_", " ")
    shown = against if len(against) else waiting
    total = len({*count, *wanted})
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


def _wanted(rule: Times, records: JudgedRecords) -> tuple[dict[Hashable, int], str]:
    """The first dispatch of each key that must not be lacking, and why others are not known."""
    of = rule.for_ or (rule.counted if rule.handler else None)
    if of is None or isinstance(rule, AtMostOnce):
        return {}, ""
    keys = records.keys(records.emits(of), rule.paths)
    return {key: rows[0] for key, rows in keys.groups().items()}, keys.unknown


def _last_of(rows: Rows, keys: list[Hashable]) -> dict[int, Hashable]:
    """The last row of each key: of what happened twice, that which was too much."""
    last = dict(zip(keys, rows.tolist(), strict=True))
    return {row: key for key, row in last.items()}
