"""What is asked of a capture of ten million calls: the questions of *Why*, *Pending*, the cone, the map, a report.

The capture comes from benchmarks/generate.py; added to its end are a hundred thousand emits of which one handler runs
still and one has not begun, and a handler that was subscribed and removed a hundred thousand times. Each row is a look
on one thread, as the window makes it beside its own; of a question the slowest of some. *menu* is what a right click
waits for, *first menu* the same where nothing was asked before. *MB* is what a look needs at most beside the trace.
Seconds of the processor, which other programs do not lengthen.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.generate import EVENTS, HANDLERS, Made, generate
from bus.analysis.topology import of_trace
from bus.analysis.why import QUESTIONS, Subject, ask, questions_for
from bus.analysis.why.pending import pending
from bus.capture import capture
from bus.export.maps import svg
from bus.find.cone import cone
from bus.report import Wanted, gather, page
from bus.trace.facts import FACT_DTYPE
from bus.trace.trace import Trace
from buslens import wire
from buslens.records import Kind, NameKind, Outcome

CALLS = 10_000_000
OPEN = 100_000
"""Emits that have not ended, and subscriptions of one handler that were removed again."""

SLOWEST_S = 5.0
MENU_S = 0.05
"""A menu opens within some frames."""

NEVER_EMITTED = "order.archived"

Row = dict[str, object]


def measure(calls: int = CALLS) -> list[Row]:
    """One row for each thing that is asked."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.buslens"
        append_what_is_open(path, generate(calls, path))
        trace = capture.load(path)
        rows = asked(trace)
        rows.append(row("pending", SLOWEST_S, lambda: pending(trace)))
        rows.append(row("cone", SLOWEST_S, lambda: cone(trace, largest_flow(trace))))
        rows.append(row("map", SLOWEST_S, lambda: list(svg.lines(of_trace(trace)))))
        rows.append(row("report", "", lambda: page(gather(trace, path, Wanted()), trace.span_ns[0])))
        return rows


def row(what: str, target: object, look: Callable[[], object]) -> Row:
    """Look once, and say what it took."""
    reset_peak()
    before, began = memory_mb("VmRSS"), time.process_time()
    look()
    spent = time.process_time() - began
    return {"what": what, "s": spent, "MB": round(memory_mb("VmHWM") - before), "target s": target}


def asked(trace: Trace) -> list[Row]:
    """The menu and each question, of the subject that takes longest."""
    first, *others = candidates(trace)
    begun = row("first menu", "", partial(questions_for, trace, first))
    menus, answers = [], {each.id: list[Row]() for each in QUESTIONS}
    for subject in (first, *others):
        menus.append(row("menu", MENU_S, partial(questions_for, trace, subject)))
        for offer in questions_for(trace, subject):
            look = partial(ask, trace, subject, offer.question, offer.other)
            answers[offer.question].append(row(offer.question, SLOWEST_S, look))
    return [begun, *(max(rows, key=seconds_of) for rows in (menus, *answers.values()))]


def seconds_of(measured: Row) -> float:
    return float(str(measured["s"]))


def candidates(trace: Trace) -> Iterator[Subject]:
    """Calls, emits, names and a moment: what a person may point at."""
    calls, dispatches = trace.calls, trace.dispatches
    failed = np.flatnonzero(calls.outcome == Outcome.FAILED)
    unheard = np.flatnonzero(dispatches.handlers == 0)
    nested = np.flatnonzero(dispatches.parent_call > 0)
    for rows in (failed, np.flatnonzero(calls.ended_ns < 0)):
        yield Subject("call", int(calls.id[rows[len(rows) // 2]]))
    for rows in (unheard, nested, np.flatnonzero(dispatches.waiting > 0)):
        yield Subject("dispatch", int(dispatches.id[rows[len(rows) // 2]]))
    for ident in trace.names.ids(NameKind.EVENT):
        if trace.names.text(ident) in (NEVER_EMITTED, EVENTS[0]):
            yield Subject("event", ident)
    yield Subject("handler", trace.names.ids(NameKind.HANDLER)[0], trace.span_ns[1] // 2)
    yield Subject("moment", 0, trace.span_ns[1])


def largest_flow(trace: Trace) -> int:
    """The id of the first emit of the flow with the most emits."""
    roots, counts = np.unique(trace.dispatches.root, return_counts=True)
    return int(roots[counts.argmax()])


def append_what_is_open(path: Path, made: Made, many: int = OPEN) -> None:
    """Add to the end what has not ended, and who came and went."""
    event, handler, lane = 1, 1 + len(EVENTS) + 1, 1 + len(EVENTS) + 1 + HANDLERS
    never = lane + 100
    numbers = np.arange(many)
    begin_ns = 10**12
    emitted, begun, added, removed = (np.zeros(many, FACT_DTYPE) for _ in range(4))
    emitted["kind"], emitted["count"], emitted["name"], emitted["lane"] = Kind.DISPATCH_EMITTED, 2, event, lane
    begun["kind"], begun["count"], begun["name"], begun["lane"] = Kind.CALL_STARTED, 1, handler, lane
    emitted["id"] = made.calls + made.dispatches + 1 + 2 * numbers
    begun["id"], begun["parent"] = emitted["id"] + 1, emitted["id"]
    added["kind"], removed["kind"] = Kind.HANDLER_ADDED, Kind.HANDLER_REMOVED
    for change in (added, removed):
        change["name"], change["parent"] = handler + 1, event
    for place, each in enumerate((emitted, begun, added, removed)):
        each["time_ns"] = begin_ns + 1_000 * numbers + place
    facts = np.concatenate([emitted, begun, added, removed])
    facts = facts.take(np.argsort(facts["time_ns"], kind="stable"))
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - len(wire.END_MARK))
        file.seek(0, 2)
        file.write(wire.pack_frame(wire.NAMES, wire.pack_name(never, NameKind.EVENT, text=NEVER_EMITTED)))
        for start in range(0, len(facts), 65_536):
            file.write(wire.pack_frame(wire.FACTS, facts[start : start + 65_536].tobytes()))
        file.write(wire.END_MARK)


def memory_mb(field: str) -> float:
    """What of this process lies in memory: VmRSS now, VmHWM at most since reset_peak."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"/proc/self/status has no {field}")


def reset_peak() -> None:
    """From now on VmHWM is what is needed from now on."""
    Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")


if __name__ == "__main__":
    for each in measure(int(sys.argv[1]) if len(sys.argv) > 1 else CALLS):
        print(each, flush=True)
