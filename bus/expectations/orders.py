"""Rules about order: events that belong together come in this order, a handler takes them in theirs."""

from __future__ import annotations

import fnmatch

import numpy as np

from bus.expectations.records import JudgedRecords
from bus.expectations.verdict import Look
from bus.expectations.words import by, first_of
from bus.scenario.rules import HandledInOrder, InOrder
from buslens.records import NameKind


def in_order(rule: InOrder, records: JudgedRecords) -> Look:
    """No event comes before one that stands before it in the rule and belongs to it."""
    found = records.keys(records.emits(rule.in_order), rule.paths)
    dispatches, names = records.trace.dispatches, records.trace.names
    levels = {
        event: next(at for at, pattern in enumerate(rule.in_order) if fnmatch.fnmatchcase(names.text(event), pattern))
        for event in {int(each) for each in dispatches.event[found.rows]}
    }
    against = []
    for rows in found.groups().values():
        level = [levels[int(dispatches.event[row])] for row in rows]
        # From behind: what comes before an event that should have come earlier.
        earliest = len(rule.in_order)
        for row, mine in zip(reversed(rows), reversed(level), strict=True):
            if mine > earliest:
                against.append(row)
            earliest = min(earliest, mine)
    broken = records.ordered(np.array(against, np.int64))
    return Look(
        f"{', '.join(rule.in_order)}{by(rule)}", "in this order",
        f"{len(broken)} too early{first_of(records, broken)}" if len(broken) else f"all {len(found.rows)}",
        against=broken, unknown=found.unknown,
    )  # fmt: skip


def handled_in_order(rule: HandledInOrder, records: JudgedRecords) -> Look:
    """Calls of a handler begin in the order in which their events were emitted, among those that belong together."""
    trace = records.trace
    calls = np.flatnonzero(np.isin(trace.calls.handler, records.names(NameKind.HANDLER, rule.handled_in_order)))
    dispatch = trace.dispatches.rows_of(trace.calls.dispatch[calls])
    calls, dispatch = calls[dispatch >= 0], dispatch[dispatch >= 0]
    # Of an event that is handled again only the first call counts: a retry is late by its nature.
    order = np.lexsort((calls, trace.calls.started_ns[calls]))
    calls, dispatch = calls[order], dispatch[order]
    _, firsts = np.unique(dispatch, return_index=True)
    first_call = {int(dispatch[at]): int(calls[at]) for at in firsts}
    by_start = np.array(list(dict.fromkeys(dispatch.tolist())), np.int64)
    found = records.keys(by_start, rule.paths)
    against = []
    for rows in found.groups().values():
        latest = -1
        for row in rows:
            place = int(records.places[row])
            if place < latest:
                against.append(first_call[row])
            latest = max(latest, place)
    broken = np.array(against, np.int64)
    first = records.told(int(trace.dispatches.row_of(int(trace.calls.dispatch[broken[0]])))) if len(broken) else ""
    return Look(
        f"{rule.handled_in_order} in the order of emits{by(rule)}", "in order",
        f"{len(broken)} overtaken, the first event is {first}" if len(broken) else f"all {len(by_start)}",
        against=broken, unknown=found.unknown, table="calls",
    )  # fmt: skip
