"""What a headless run tells at its end: per event and per handler, for a person as tables, for a program as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table
from rich.text import Text

from app import cli_output
from app.cli_text import cell, plain
from app.verdict_formats import as_json, as_table
from bus.analysis import ledger, statistics
from bus.analysis.failures import Failures, failures_of
from bus.analysis.ledger import Ledger
from bus.analysis.standstill import standstill
from bus.analysis.statistics import Quantiles, Statistic
from bus.behaviour.places import Lines
from bus.engines import ENGINES
from bus.expectations.judge import judge
from bus.expectations.verdict import Verdict
from bus.runtime.state import LATE_NS, LATE_WORDS
from bus.session import Session
from bus.wording import duration, extent

QUANTILES = ("p50", "p95", "p99")
MOST_FAILURES = 5
"""Reasons for failures that are told, the most frequent first."""

FILE_COLUMNS = 140
"""Where the summary goes into a file or a pipe, nothing has to fit a screen."""


@dataclass(frozen=True, slots=True)
class Summary:
    """The summary of a run, as tables or JSON show it."""

    name: str
    engine: str
    seed: int | None
    span_ns: int
    """First to last fact, on the engine's clock."""

    late_ns: int
    """The longest by which a wait ended after it was due; the machine had no time for it."""

    dispatches: int
    calls: int
    dropped: int
    events: Sequence[Statistic]
    handlers: Sequence[Statistic]
    expectations: Sequence[Verdict]
    lines: Lines | None
    """Where its expectations stand; None where there is no scenario."""

    ledger: Ledger | None
    """What became of every event; None on an engine that keeps nothing: there the tables say it all."""

    failures: Sequence[Failures] = ()
    """Why calls failed."""

    standstill: str = ""
    """What waits for what, where nothing of the run can happen any more though something is open; else empty."""

    @classmethod
    def of(cls, session: Session) -> Summary:
        """Count what the session has seen."""
        trace, state, document = session.trace, session.engine_state, session.document
        first, last = trace.span_ns
        is_durable = state.engine in ENGINES and ENGINES[state.engine].is_durable
        return cls(
            name=document.scenario.name if document else "",
            engine=state.engine,
            seed=state.seed,
            span_ns=last - first,
            late_ns=state.late_ns,
            dispatches=len(trace.dispatches),
            calls=len(trace.calls),
            dropped=trace.dropped,
            events=statistics.by_event(trace),
            handlers=statistics.by_handler(trace),
            expectations=judge(document.scenario.expect, trace, end_is_known=True) if document else [],
            lines=Lines(document) if document else None,
            ledger=ledger.of_trace(trace) if is_durable else None,
            failures=failures_of(trace),
            standstill=standstill(trace),
        )

    @property
    def failed(self) -> int:
        """Calls that failed or timed out."""
        return sum(row.failed for row in self.handlers)

    @property
    def lost(self) -> int:
        """Dispatches that one of their handlers, or all, will never have handled."""
        return sum(row.lost for row in self.events)

    @property
    def unmet(self) -> int:
        """Bounds of expectations that the run did not keep."""
        return sum(not verdict.met for verdict in self.expectations)


def print_json(summary: Summary) -> None:
    """One JSON object on stdout; times in nanoseconds, null where nothing was measured."""
    fields = {
        "scenario": summary.name,
        "engine": summary.engine,
        "seed": summary.seed,
        "span_ns": summary.span_ns,
        "late_ns": summary.late_ns,
        "dispatches": summary.dispatches,
        "calls": summary.calls,
        "failed": summary.failed,
        "failures": [asdict(each) for each in summary.failures],
        "lost": summary.lost,
        "standstill": summary.standstill,
        "records_dropped": summary.dropped,
        "events": [_as_json(row) for row in summary.events],
        "handlers": [_as_json(row) for row in summary.handlers],
        "expectations": as_json(summary.expectations, summary.lines),
        "ledger": _ledger_as_json(summary.ledger),
    }
    print(json.dumps(fields, indent=2))


def print_tables(summary: Summary) -> None:
    """Print a summary as tables on stdout."""
    console = cli_output.console(columns=FILE_COLUMNS)
    seed = "" if summary.seed is None else f", seed {summary.seed}"
    console.print(cell(summary.name or "scenario", "bold"), Text(f"on {summary.engine}{seed}"))
    for title, rows in (("event", summary.events), ("handler", summary.handlers)):
        if rows:
            console.print(_table(title, rows))
    if summary.expectations:
        console.print(as_table(summary.expectations))
    for line in _ledger_lines(summary.ledger):
        console.print(line)
    dropped = f", {summary.dropped} records dropped" if summary.dropped else ""
    console.print(
        f"{extent(summary.dispatches, summary.calls)}, {summary.failed} failed, {summary.lost} lost"
        f"{dropped}, in {duration(summary.span_ns)}"
    )
    for line in _failure_lines(summary.failures):
        console.print(line, soft_wrap=True)
    if summary.late_ns >= LATE_NS:
        console.print(Text(f"up to {duration(summary.late_ns)} late: {LATE_WORDS}", style="yellow"), soft_wrap=True)


def _table(title: str, rows: Sequence[Statistic]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="dim")
    table.add_column(title, overflow="fold", min_width=12)
    # The group is named once, over its first column: on 80 columns every column counts.
    times = [
        f"{what if quantile == 'p50' else ''}\n{quantile}" for what in ("delay", "duration") for quantile in QUANTILES
    ]
    for heading in ("count", "failed", "lost", *times):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(
            cell(row.name),
            str(row.count),
            cell(str(row.failed), "red" if row.failed else ""),
            cell(str(row.lost), "yellow" if row.lost else ""),
            *(duration(getattr(quantiles, q)) for quantiles in (row.queue_delay, row.duration) for q in QUANTILES),
        )
    return table


def _failure_lines(failures: Sequence[Failures]) -> list[Text]:
    told = [
        f"  {each.count} {each.type or 'of unknown type'} in {each.handler}"
        + (f": {each.message}" if each.message else "")
        for each in failures[:MOST_FAILURES]
    ]
    rest = sum(each.count for each in failures[MOST_FAILURES:])
    lines = [*told, *([f"  and {rest} more of other types or handlers"] if rest else [])]
    return [Text(plain(line)[:FILE_COLUMNS], style="red") for line in lines]


def _ledger_lines(found: Ledger | None) -> list[Text]:
    if found is None:
        return []
    told = " + ".join(f"{number} {fate}" for fate, number in found.parts.items())
    reasons = [(fate, one) for fate, each in found.why.items() for one in each]
    return [
        Text(f"{found.emitted} emitted = {told}"),
        *(Text(f"  {count} {fate}: {plain(reason)}") for fate, (reason, count) in reasons),
    ]


def _ledger_as_json(found: Ledger | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"emitted": found.emitted, **found.parts, "why": {fate: dict(each) for fate, each in found.why.items()}}


def _as_json(row: Statistic) -> dict[str, Any]:
    return {
        "name": row.name,
        "count": row.count,
        "failed": row.failed,
        "lost": row.lost,
        "queue_delay_ns": _quantiles(row.queue_delay),
        "duration_ns": _quantiles(row.duration),
    }


def _quantiles(quantiles: Quantiles) -> dict[str, float | None]:
    values = {name: getattr(quantiles, name) for name in QUANTILES}
    return {name: None if value is None or math.isnan(value) or value < 0 else value for name, value in values.items()}
