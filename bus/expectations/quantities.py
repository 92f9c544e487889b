"""Bounds on times, on what waits at once, and on rates."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis.begun import Waits
from bus.analysis.statistics import quantiles_of
from bus.expectations.records import JudgedRecords
from bus.expectations.verdict import NOT_MEASURED, Look, search_of
from bus.scenario.distribution import parse_time
from bus.scenario.rules import QUANTILES, Bounded, parse_rate
from bus.wording import duration, several
from buslens.records import NameKind, Outcome

Array = npt.NDArray[Any]
_WORDS = {"latency": "latency", "duration": "duration", "waiting": "wait before a call"}


NOT_OPEN = np.zeros(0, bool)
"""Of what is counted, and not measured: what is open is counted as well."""


def bounded(rule: Bounded, records: JudgedRecords) -> list[Look]:
    """One look for each bound."""
    if rule.bounded == "queue":
        return [_queue(rule, records)]
    if rule.bounded == "rate":
        return [each(rule, records) for each, bound in ((_most, rule.most), (_least, rule.least)) if bound is not None]
    return [_time(rule, records, word) for word in QUANTILES if getattr(rule, word) is not None]


def _subject(rule: Bounded) -> str:
    return " in ".join(part for part in (rule.event, rule.handler) if part) or "all events"


def _time(rule: Bounded, records: JudgedRecords, quantile: str) -> Look:
    trace, bound, lacking = records.trace, str(getattr(rule, quantile)), 0
    limit = parse_time(bound)
    if rule.bounded == "latency":
        table: Any = trace.dispatches
        rows = records.emits(rule.event or "*")
        begins, ends = table.emitted_ns[rows], table.ended_ns[rows]
        is_open = table.outcome[rows] == Outcome.RUNNING
    elif rule.bounded == "waiting":
        table, rows = trace.calls, _calls(rule, records)
        waits = Waits(trace)
        begins, ends = table.emitted_ns[rows], waits.ended_ns[rows]
        is_open, lacking = waits.is_open[rows], int(np.count_nonzero(waits.is_unknown[rows]))
    else:
        table, rows = trace.calls, _calls(rule, records)
        is_open = table.outcome[rows] == Outcome.RUNNING
        begins, ends = table.started_ns[rows], table.ended_ns[rows]
    # What has not ended has taken at least until the end of the trace.
    spans = np.where(is_open, records.last_ns, ends) - begins
    quantiles = quantiles_of(spans)
    found = quantiles.max if quantile == "longest" else float(getattr(quantiles, quantile))
    longer = rows[spans > limit]
    is_broken = found > limit
    unknown = _unknown(len(spans), is_open, lacking) if not is_broken else ""
    least = "at least " if bool(is_open.any()) and is_broken else ""
    return Look(
        f"{_subject(rule)}: {quantile} of the {_WORDS[rule.bounded]}", f"<= {bound}",
        f"{least}{duration(found)}",
        is_broken=is_broken, may_come=quantile != "longest",
        unknown=unknown,
        table="dispatches" if rule.bounded == "latency" else "calls",
        # What waits for a worker has begun for its bus: no field of a search line tells how long.
        search=search_of(trace, "calls", longer) if rule.bounded == "waiting"
        else f"{rule.bounded}>{bound.replace(' ', '')}" if len(longer) else "",
    )  # fmt: skip


def _unknown(measured: int, is_open: Array, lacking: int) -> str:
    """Why a bound that is not broken may not be kept either; "" where all is known."""
    if not measured:
        return NOT_MEASURED
    if lacking:
        return f"of {several(lacking, 'call')} it is not recorded when a worker began it"
    return "some have not ended" if is_open.any() else ""


def _calls(rule: Bounded, records: JudgedRecords) -> Array:
    calls = records.trace.calls
    mine = np.ones(len(calls), bool)
    if rule.handler is not None:
        mine &= np.isin(calls.handler, records.names(NameKind.HANDLER, rule.handler))
    if rule.event is not None:
        rows = records.trace.dispatches.rows_of(calls.dispatch)
        mine &= np.isin(rows, records.emits(rule.event))
    return np.flatnonzero(mine)


def _queue(rule: Bounded, records: JudgedRecords) -> Look:
    """The most that waited at once: announced calls, from the emit until they began or were given up."""
    calls, rows = records.trace.calls, _calls(rule, records)
    found = Waits(records.trace)
    lacking = int(np.count_nonzero(found.is_unknown[rows]))
    emitted = calls.emitted_ns[rows]
    started = np.where(found.is_open[rows], np.iinfo(np.int64).max, found.ended_ns[rows])
    waits = started > emitted
    if rule.handler is None:
        emits = records.emits(rule.event or "*")
        waiting = records.trace.dispatches.waiting[emits]
        never = np.repeat(records.trace.dispatches.emitted_ns[emits], waiting)
    else:
        never = np.empty(0, np.int64)
    enters, leaves = np.sort(np.concatenate([emitted[waits], never])), np.sort(started[waits])
    is_measured = len(rows) > 0 or len(never) > 0
    depth = np.arange(1, len(enters) + 1) - np.searchsorted(leaves, enters, "right")
    most = int(depth.max()) if len(depth) else 0
    is_broken = most > int(str(rule.most))
    when = f", at {duration(int(enters[int(depth.argmax())]) - records.first_ns)}" if most else ""
    return Look(
        f"{_subject(rule)}: calls that wait at once", f"<= {rule.most}", f"{most}{when}" if is_measured else "-",
        unknown="" if is_broken else _unknown(is_measured, NOT_OPEN, lacking), is_broken=is_broken,
        table="calls", search="",
    )  # fmt: skip


def _most(rule: Bounded, records: JudgedRecords) -> Look:
    """The most events in any span of the rate's own unit."""
    count, span_ns = parse_rate(rule.most)
    times = np.sort(records.trace.dispatches.emitted_ns[records.emits(rule.event or "*")])
    inside = np.searchsorted(times, times + span_ns, "left") - np.arange(len(times))
    most = int(inside.max()) if len(inside) else 0
    when = f", from {duration(int(times[int(inside.argmax())]) - records.first_ns)} on" if most else ""
    unit = str(rule.most).partition("/")[2].strip()
    return Look(
        f"{_subject(rule)}: events in one {_UNITS[unit]}", f"<= {count:g}", f"{most}{when}" if len(times) else "-",
        unknown="" if len(times) else NOT_MEASURED, is_broken=most > count, search="",
    )  # fmt: skip


def _least(rule: Bounded, records: JudgedRecords) -> Look:
    """The fewest events in any whole span of the rate's own unit, counted from the first record on."""
    count, span_ns = parse_rate(rule.least)
    unit = _UNITS[str(rule.least).partition("/")[2].strip()]
    about, spans = f"{_subject(rule)}: events in one {unit}", (records.last_ns - records.first_ns) // span_ns
    if spans < 1:
        return Look(about, f">= {count:g}", "-", unknown=f"it took less than a {unit}", search="")
    offsets = (records.trace.dispatches.emitted_ns[records.emits(rule.event or "*")] - records.first_ns) // span_ns
    each = np.unique(offsets[offsets < spans], return_counts=True)
    # Spans without any event are not listed: there may be as many as the trace is long.
    least = int(each[1].min()) if len(each[0]) == spans else 0
    return Look(about, f">= {count:g}", str(least), is_broken=least < count, search="")


_UNITS = {"ms": "millisecond", "s": "second", "min": "minute", "h": "hour"}
