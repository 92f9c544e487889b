"""Handlers on workers: the bus goes on while they work, and what they do is seen as if they ran on the bus."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

import numpy as np
import pytest

from bus.session import Step
from bus.workers import KINDS
from buslens.records import Kind, Outcome
from tests.helpers.live import Live
from tests.helpers.told import logged, work

S = 1_000_000_000
IN_PROCESS = ["pyee", "pyee-asyncio", "pyee-threads"]
LOCAL = [kind.id for kind in KINDS.values() if kind.broker is None]
"""Kinds that need nothing beside Buslens."""

WORKERS = pytest.mark.parametrize("worker", LOCAL)
ENGINES = pytest.mark.parametrize("engine", [*IN_PROCESS, "sqlite"])
WORK = """
events: {a: {}, b: {}}
handlers:
  slow:
    on: a
    worker: WORKER
    parallel: 3
    do:
      - log: "call ${count} of ${event.payload}, seen ${has(counters.seen) ? counters.seen : 0}"
      - count: seen
      - wait: 500ms
      - emit: b
        with: {n: $event.payload}
  after: {on: b, do: [{log: "b ${event.payload.n}"}]}
script: [{emit: a, with: $count, every: 10ms, times: 6}]
"""


@WORKERS
@ENGINES
def test_three_at_once_and_every_emit_has_its_call_as_cause(worker: str, engine: str, live: Live) -> None:
    session = live.ended(WORK.replace("WORKER", worker), engine=engine)
    trace = session.trace
    assert set(trace.calls.outcome.tolist()) == {Outcome.OK}
    assert sorted(line for line in logged(session.trace) if line[0] == "b") == [f"b {n}" for n in range(1, 7)]
    assert sum(line.startswith("call ") for line in logged(session.trace)) == 6
    # Two rounds of three, half a second each; one after another they would take three seconds.
    assert 1.0 * S <= session.engine_state.virtual_ns < 1.2 * S
    parents = trace.dispatches.parent_call
    slow = {
        int(ident)
        for ident, name in zip(trace.calls.id, trace.calls.handler, strict=True)
        if "slow" in trace.names.text(int(name))
    }
    assert sorted(int(parent) for parent in parents if parent) == sorted(slow)
    assert [kind for kind, _ in work(session.trace)] == [Kind.WORK_SENT, Kind.WORK_STARTED, Kind.WORK_SUCCEEDED]


@pytest.mark.parametrize("engine", ["pyee", "pyee-asyncio"])
@pytest.mark.parametrize(("worker", "longest"), [("", 400), *((f"worker: {kind},", 1) for kind in LOCAL)])
def test_a_blocking_handler_stalls_the_bus_unless_it_is_offloaded(
    engine: str, worker: str, longest: int, live: Live
) -> None:
    block = "block: true, " if not worker else ""
    session = live.ended(
        f"events: {{work: {{}}, beat: {{}}}}\nhandlers:\n"
        f"  blocks: {{on: work, {worker} {block} do: [{{wait: 400ms}}]}}\n  beats: {{on: beat, do: []}}\n"
        "script: [{emit: work, at: 95ms}, {emit: beat, every: 10ms, times: 50}]",
        engine=engine,
    )
    beats = session.trace.dispatches.emitted_ns[
        [session.trace.names.text(int(name)) == "beat" for name in session.trace.dispatches.event]
    ]
    gap = int(np.diff(beats).max()) / 1e6
    assert gap == pytest.approx(max(longest, 10), abs=15)


@WORKERS
@ENGINES
def test_a_failure_points_into_the_file_and_the_others_go_on(worker: str, engine: str, live: Live) -> None:
    session = live.ended(
        f"events: {{a: {{}}}}\nhandlers:\n  h:\n    on: a\n    worker: {worker}\n    attempts: 1\n    do:\n"
        "      - log: before\n      - fail: {error: TooHot, message: 'at ${event.payload}', if: event.payload == 2}\n"
        "script: [{emit: a, with: $count, times: 3}]",
        engine=engine,
    )
    calls = session.trace.calls
    assert sorted(calls.outcome.tolist()) == [Outcome.OK, Outcome.OK, Outcome.FAILED]
    error = session.trace.error(int(np.flatnonzero(calls.outcome == Outcome.FAILED)[0]))
    assert error is not None
    assert (error.type, error.message) == ("TooHot", "at 2")
    assert "line 10, in h\n    - fail" in error.traceback
    assert logged(session.trace).count("before") == 3


@WORKERS
def test_an_error_of_a_nested_handler_arrives_in_the_work(worker: str, live: Live) -> None:
    session = live.ended(
        "events: {a: {}, b: {}}\nhandlers:\n"
        f"  h: {{on: a, worker: {worker}, do: [{{emit: b}}, {{log: never}}]}}\n"
        "  g: {on: b, do: [{fail: {error: Nope}}]}\nscript: [{emit: a}]",
        engine="pyee",
    )
    assert session.trace.calls.outcome.tolist() == [Outcome.FAILED, Outcome.FAILED]
    assert logged(session.trace) == []


@ENGINES
def test_a_killed_process_fails_its_call_alone_and_says_which_one_it_was(engine: str, live: Live) -> None:
    session = live(
        "events: {a: {}}\nhandlers: {h: {on: a, worker: process, parallel: 2, attempts: 1, do: [{wait: forever}]}}\n"
        "script: [{emit: a}]"
    )
    session.start(engine=engine)
    live.until(session, lambda: Kind.WORK_STARTED in dict(work(session.trace)))
    pid = int(next(note for kind, note in work(session.trace) if kind == Kind.WORK_STARTED).removeprefix("process "))
    os.kill(pid, signal.SIGKILL)
    live.until(session, lambda: Outcome.FAILED in session.trace.calls.outcome.tolist())
    error = session.trace.error(int(np.flatnonzero(session.trace.calls.outcome == Outcome.FAILED)[0]))
    assert error is not None
    assert error.type == "WorkerLost"
    assert error.message == f"the worker's process {pid} was killed by signal 9 in this call"
    session.emit("a")
    live.until(session, lambda: sum(kind == Kind.WORK_STARTED for kind, _ in work(session.trace, 1)) == 1)
    assert work(session.trace, 1)[-1][1] != f"process {pid}"


def test_a_crash_kills_the_process_and_a_durable_engine_calls_again(live: Live) -> None:
    session = live.ended(
        "events: {a: {}}\nhandlers:\n  h: {on: a, worker: process, do: [{crash: {if: count == 1}}, {log: done}]}\n"
        "script: [{emit: a}]",
        engine="sqlite",
    )
    assert session.trace.calls.outcome.tolist() == [Outcome.FAILED, Outcome.OK]
    assert session.trace.calls.attempt.tolist() == [1, 2]
    assert logged(session.trace) == ["done"]


@WORKERS
@ENGINES
def test_stop_ends_what_waits_on_workers(worker: str, engine: str, live: Live) -> None:
    session = live(
        f"events: {{a: {{}}}}\nhandlers:\n  h: {{on: a, worker: {worker}, parallel: 1, do: [{{wait: forever}}]}}\n"
        "script: [{emit: a, times: 3}]"
    )
    session.start(engine=engine)

    def begun() -> list[str]:  # with pyee-threads any of the three may be the first
        told = [step for number in range(3) for step in work(session.trace, number)]
        return [note for kind, note in told if kind == Kind.WORK_STARTED]

    live.until(session, lambda: len(session.trace.dispatches) == 3 and bool(begun()))
    children = [note.removeprefix("process ") for note in begun()]
    session.stop()
    assert session.wait(60)
    live.until(session, lambda: session.engine_state.phase == "idle")
    assert Outcome.OK not in session.trace.calls.outcome.tolist()
    if worker == "process":
        assert not any(_lives(int(pid)) for pid in children)


def _lives(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def test_code_runs_in_the_process_when_it_is_trusted(live: Live) -> None:
    text = (
        'events: {a: {sample: 5}, b: {}}\nhandlers:\n  h: {on: a, worker: process, do: [{python: "log(payload + 1)\\n'
        "emit('b', payload)\"}]}\nscript: [{emit: a}]"
    )
    session = live.ended(text, engine="pyee")
    assert logged(session.trace) == ["6"]
    assert len(session.trace.dispatches) == 2
    live.trusted = False
    untrusted = live.ended(text, engine="pyee")
    error = untrusted.trace.error(0)
    assert error is not None
    assert error.type == "NotTrusted"


@WORKERS
def test_once_is_called_once(worker: str, live: Live) -> None:
    session = live.ended(
        f"events: {{a: {{}}}}\nhandlers: {{h: {{on: a, once: true, worker: {worker}, do: [{{log: once}}]}}}}\n"
        "script: [{emit: a, times: 3}]",
        engine="pyee",
    )
    assert logged(session.trace) == ["once"]


@WORKERS
def test_a_paused_run_holds_the_work(worker: str, live: Live) -> None:
    session = live(
        f"events: {{a: {{}}}}\nhandlers: {{h: {{on: a, worker: {worker}, do: [{{log: one}}]}}}}\nscript: [{{emit: a}}]"
    )
    session.start(engine="pyee", paused=True)
    live.paused(session)
    session.step(Step.CALL)
    live.until(session, lambda: (stop := session.engine_state.next_stop) is not None and stop.kind == "call")
    assert logged(session.trace) == []
    session.resume()
    assert session.wait(60)
    assert logged(session.trace) == ["one"]


def test_a_handler_cannot_block_the_bus_and_run_elsewhere(live: Live) -> None:
    with pytest.raises(Exception, match="expected either block"):
        live("handlers: {h: {on: a, block: true, worker: thread}}")
    with pytest.raises(Exception, match="beside parallel"):
        live("handlers: {h: {on: a, parallel: 2}}")


@pytest.mark.parametrize(
    ("engine", "emitted_ms"), [("pyee", 5), ("pyee-asyncio", 101), ("pyee-threads", 5), ("sqlite", 5)]
)
def test_a_handler_that_blocks_the_bus_does_so_for_its_time_and_no_longer_whatever_workers_do(
    engine: str, emitted_ms: int, live: Live
) -> None:
    session = live.ended(
        "events: {a: {}, b: {}, c: {}}\nhandlers:\n"
        "  at_once: {on: c, worker: thread}\n"
        "  emits: {on: a, worker: thread, do: [{wait: 5ms}, {emit: b}]}\n"
        "  blocks: {on: c, block: true, do: [{wait: 100ms}]}\n"
        "script: [{emit: a}, {wait: 1ms}, {emit: c}]",
        engine=engine,
    )
    trace = session.trace
    names = [trace.names.text(int(handler)) for handler in trace.calls.handler]
    took_ns = (trace.calls.ended_ns - trace.calls.started_ns)[names.index("blocks")]
    assert took_ns == S // 10
    events = [trace.names.text(int(event)) for event in trace.dispatches.event]
    assert trace.dispatches.emitted_ns[events.index("b")] == emitted_ms * S // 1000
