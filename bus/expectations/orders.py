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
    events, which = np.unique(dispatches.event[found.rows], return_inverse=True)
    texts = [names.text(event) for event in events.tolist()]
    levels = [next(at for at, each in enumerate(rule.in_order) if fnmatch.fnmatchcase(text, each)) for text in texts]
    order = found.grouped()
    level = np.array(levels, np.int64)[which[order]]
    # From behind, the lowest level so far: numbers that are lower for each group before begin anew with each.
    group = np.cumsum(np.diff(found.codes[order], prepend=found.codes[order][:1]) != 0) * len(rule.in_order)
    lowest = np.minimum.accumulate((group + level)[::-1])[::-1]
    broken = records.ordered(found.rows[order][group + level > lowest])
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
    firsts = np.sort(np.unique(dispatch, return_index=True)[1])
    by_start, first_call = dispatch[firsts], calls[firsts]
    found = records.keys(by_start, rule.paths)
    order = found.grouped()
    place = records.places[found.rows[order]]
    # The latest place so far: numbers that are higher for each group after begin anew with each.
    group = np.cumsum(np.diff(found.codes[order], prepend=found.codes[order][:1]) != 0) * len(records.places)
    is_overtaken = np.zeros(len(found.rows), bool)
    is_overtaken[order] = group + place < np.maximum.accumulate(group + place)
    broken = first_call[np.isin(by_start, found.rows[is_overtaken])]
    first = records.told(int(trace.dispatches.row_of(int(trace.calls.dispatch[broken[0]])))) if len(broken) else ""
    return Look(
        f"{rule.handled_in_order} in the order of emits{by(rule)}", "in order",
        f"{len(broken)} overtaken, the first event is {first}" if len(broken) else f"all {len(by_start)}",
        against=broken, unknown=found.unknown, table="calls",
    )  # fmt: skip
