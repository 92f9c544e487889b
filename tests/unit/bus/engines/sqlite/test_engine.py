"""What a person gets from the embedded durable engine, through the same Session as everything else."""

from __future__ import annotations

import json
import math
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
import pytest

from bus.analysis import ledger
from bus.engines.sqlite import engine as sqlite_engine
from bus.engines.sqlite.log import SqliteLog
from bus.runs import sqlite_runs
from bus.runtime.state import AT_REST
from bus.scenario import SAMPLES
from bus.session import Session, Step
from buslens.records import Kind, Outcome
from tests.helpers.live import Live

MS = 1_000_000
ONE = "events: {{a: {{}}}}\nhandlers: {{h: {{on: a, {options}}}}}\nscript: [{{emit: a, with: $count, times: {times}}}]"


def one(options: str, times: int = 1) -> str:
    return ONE.format(options=options, times=times)


def kinds(trace: Any, dispatch: int = 0) -> list[str]:
    """What the broker did with one dispatch, in order."""
    mine = trace.deliveries.view("dispatch") == trace.dispatches.id[dispatch]
    return [Kind(int(kind)).name for kind in trace.deliveries.view("kind")[mine]]


def outcomes(trace: Any) -> list[Outcome]:
    return [Outcome(int(one)) for one in trace.calls.outcome]


def test_every_step_of_a_delivery_is_recorded(run: Any) -> None:
    trace = run(one("do: [{wait: 5ms}]"), engine="sqlite")
    assert kinds(trace) == ["CONFIRMED", "ENQUEUED", "DELIVERED", "ACKNOWLEDGED"]
    assert trace.dispatches.outcome.tolist() == [Outcome.OK]
    note = json.loads(trace.blobs.note(int(trace.deliveries.view("note")[0])))
    assert note["place"] == "offset 1"
    assert note["headers"]["type"] == "a"
    assert note["headers"]["traceparent"].startswith("00-")
    delivered, acknowledged = trace.deliveries.view("call")[2:]
    assert delivered == acknowledged == trace.calls.id[0]


def test_an_event_without_a_subscriber_is_kept_and_not_lost(run: Any) -> None:
    trace = run("events: {a: {}}\nscript: [{emit: a}]", engine="sqlite")
    assert trace.dispatches.outcome.tolist() == [Outcome.KEPT]
    assert kinds(trace) == ["CONFIRMED", "ENQUEUED"]


def test_a_late_subscriber_gets_what_was_kept_for_it(live: Live) -> None:
    session = live.ended("events: {a: {}}\nhandlers: {}\nscript: [{emit: a, with: $count, times: 3}]", engine="sqlite")
    assert session.trace.dispatches.outcome.tolist() == [Outcome.KEPT] * 3
    assert session.document is not None
    session.document.add_handler("late", "a")
    live.until(session, lambda: session.trace.dispatches.outcome.tolist() == [Outcome.OK] * 3)
    assert session.trace.calls.dispatch.tolist() == session.trace.dispatches.id.tolist()


def test_a_handler_that_raises_is_called_again_and_then_its_event_is_a_dead_letter(run: Any) -> None:
    trace = run(one("attempts: 3, do: [{fail: {error: Broken, message: no luck}}]"), engine="sqlite")
    assert outcomes(trace) == [Outcome.FAILED] * 3
    assert trace.calls.attempt.tolist() == [1, 2, 3]
    assert kinds(trace)[2:] == ["DELIVERED", *["REJECTED", "REDELIVERED"] * 2, "REJECTED", "DEAD_LETTERED"]
    assert trace.blobs.note(int(trace.deliveries.view("note")[-1])) == "Broken: no luck"
    assert trace.dispatches.open.tolist() == [0]


def test_a_failure_holds_up_what_comes_behind_it_so_that_the_order_stays(run: Any) -> None:
    trace = run(one("do: [{fail: {if: event.payload == 2 && count == 2}}]", times=3), engine="sqlite")
    rows = trace.dispatches.rows_of(trace.calls.dispatch)
    assert rows.tolist() == [0, 1, 1, 2]
    assert outcomes(trace) == [Outcome.OK, Outcome.FAILED, Outcome.OK, Outcome.OK]


def test_a_consumer_that_dies_before_acknowledging_gets_the_event_again(run: Any) -> None:
    trace = run(one("do: [{wait: 1ms}, {once: [{crash: always}]}]", times=4), engine="sqlite")
    assert outcomes(trace) == [Outcome.FAILED, *[Outcome.OK] * 4]
    assert trace.dispatches.rows_of(trace.calls.dispatch).tolist() == [0, 0, 1, 2, 3]
    assert trace.calls.attempt.tolist() == [1, 2, 1, 1, 1]
    error = trace.error(0)
    assert error is not None
    assert error.type == "ConsumerDied"
    assert trace.dispatches.open.tolist() == [0] * 4


def test_a_consumer_that_dies_each_time_leaves_a_dead_letter(run: Any) -> None:
    trace = run(one("attempts: 2, do: [{crash: {if: event.payload == 1}}]", times=2), engine="sqlite")
    assert outcomes(trace) == [Outcome.FAILED, Outcome.FAILED, Outcome.OK]
    assert kinds(trace)[-1] == "DEAD_LETTERED"
    assert kinds(trace, 1)[-1] == "ACKNOWLEDGED"


@pytest.mark.parametrize("step", ["fail: always", "crash: always"])
def test_acknowledged_before_the_call_an_event_is_lost_where_the_call_fails(step: str, run: Any) -> None:
    trace = run(one(f"ack: before, do: [{{{step}}}]", times=3), engine="sqlite")
    assert outcomes(trace) == [Outcome.FAILED] * 3
    assert trace.calls.attempt.tolist() == [1, 1, 1]
    assert kinds(trace) == ["CONFIRMED", "ENQUEUED", "DELIVERED", "ACKNOWLEDGED"]


def test_a_slow_handler_lags_behind_and_holds_nobody_up(run: Any) -> None:
    trace = run(
        "events: {a: {}}\nhandlers: {slow: {on: a, do: [{wait: 10ms}]}, quick: {on: a, do: [{wait: 1ms}]}}\n"
        "script: [{emit: a, times: 3}]",
        engine="sqlite",
    )
    names = np.array([trace.names.text(int(name)) for name in trace.calls.handler])
    assert trace.calls.started_ns[names == "slow"].tolist() == [0, 10 * MS, 20 * MS]
    assert trace.calls.started_ns[names == "quick"].tolist() == [0, MS, 2 * MS]


def test_calls_and_emits_inside_of_them_know_their_cause(run: Any) -> None:
    trace = run(
        "events: {a: {}, b: {}}\nhandlers: {h: {on: a, do: [{wait: 1ms}, {emit: b}]}, g: {on: b}}\n"
        "script: [{emit: a, times: 2}]",
        engine="sqlite",
    )
    dispatches = trace.dispatches
    nested = np.flatnonzero(dispatches.parent_call)
    assert len(nested) == 2
    causes = trace.calls.rows_of(dispatches.parent_call[nested])
    assert trace.calls.dispatch[causes].tolist() == dispatches.root[nested].tolist()
    confirmed = trace.deliveries.view("note")[trace.deliveries.view("kind") == Kind.CONFIRMED]
    headers = [json.loads(trace.blobs.note(int(note)))["headers"] for note in confirmed]
    by_id = {each["id"]: each for each in headers}
    inner = [each for each in headers if each["type"] == "b"]
    for each in inner:
        outer = by_id[each["causationid"]]
        assert outer["type"] == "a"
        assert each["correlationid"] == outer["id"]
        assert each["traceparent"].split("-")[1] == outer["traceparent"].split("-")[1]


def test_once_takes_one_event_and_leaves_the_others_in_the_log(run: Any) -> None:
    trace = run(one("once: true", times=3), engine="sqlite")
    assert outcomes(trace) == [Outcome.OK]


LOSE_ON_PURPOSE = {"lossy-network", "broker-in-trouble"}
"""A network that drops an event, and a disk that is full, which ends a run of this engine."""


@pytest.mark.parametrize("sample", [sample.id for sample in SAMPLES if sample.id not in LOSE_ON_PURPOSE])
def test_every_sample_runs_to_its_end(sample: str, live: Live) -> None:
    session = live.ended(next(each.path for each in SAMPLES if each.id == sample), engine="sqlite")
    assert Outcome.LOST not in session.trace.dispatches.outcome.tolist()


def test_at_normal_speed_the_times_of_the_log_are_seen(live: Live) -> None:
    session = live(one("do: [{wait: 1ms}]", times=5))
    session.start(engine="sqlite", speed=1.0)
    assert session.wait(60)
    deliveries = session.trace.deliveries
    confirmed = deliveries.view("time_ns")[deliveries.view("kind") == Kind.CONFIRMED]
    assert (confirmed > session.trace.dispatches.emitted_ns).all()


@pytest.mark.parametrize("wait", ["wait: 10s, block: true", "wait: forever"])
def test_a_stuck_handler_is_seen_while_it_is_stuck_and_can_be_stopped(wait: str, live: Live) -> None:
    session = live(one(f"do: [{{{wait}}}]", times=3))
    session.start(engine="sqlite", speed=1.0)
    live.calls(session, 1)
    assert outcomes(session.trace) == [Outcome.RUNNING]
    session.stop()
    live.until(session, lambda: session.engine_state.phase in AT_REST)
    assert session.engine_state.phase == "idle"
    assert outcomes(session.trace) == [Outcome.CANCELLED]


def test_a_handler_that_blocks_at_full_speed_is_not_waited_for_in_vain(run: Any) -> None:
    trace = run(
        "events: {a: {}}\nhandlers: {h: {on: a, block: true, do: [{emit: b}, {wait: 1s}]}, g: {on: b}}\n"
        "script: [{emit: a, times: 2}]".replace("events: {a: {}}", "events: {a: {}, b: {}}"),
        engine="sqlite",
    )
    assert outcomes(trace) == [Outcome.OK] * 4


def test_an_endless_loop_of_events_can_be_stopped(live: Live) -> None:
    session = live(
        "events: {a: {}, b: {}}\nhandlers: {h: {on: a, do: [{emit: b}]}, g: {on: b, do: [{emit: a}]}}\n"
        "script: [{emit: a}]"
    )
    session.start(engine="sqlite", speed=math.inf)
    live.calls(session, 100)
    session.stop()
    live.until(session, lambda: session.engine_state.phase == "idle")


def test_stepping_goes_from_call_to_call(live: Live) -> None:
    session = live(one("do: [{wait: 1ms}]", times=2))
    session.start(engine="sqlite", speed=math.inf, paused=True)
    seen = []
    for _ in range(4):
        live.paused(session)
        stop = session.engine_state.next_stop
        assert stop is not None
        seen.append((stop.kind, stop.event, stop.handler))
        session.step(Step.INTO)
    assert seen == [("dispatch", "a", "")] * 2 + [("call", "a", "h")] * 2
    session.resume()
    assert session.wait(60)


def test_what_waits_for_its_handler_is_listed_while_it_is_paused(live: Live) -> None:
    session = live(one("do: [{wait: 1min}]", times=3))
    session.start(engine="sqlite")
    live.calls(session, 1)
    live.until(session, lambda: (session.trace.deliveries.view("kind") == Kind.DELIVERED).sum() == 3)
    session.pause()
    live.until(session, lambda: [each.kind for each in session.engine_state.queue].count("call") == 2)


def test_editing_a_handler_while_it_runs_loses_and_repeats_nothing(live: Live) -> None:
    session = live(one("do: [{wait: 20ms}]", times=30))
    session.start(engine="sqlite", speed=1.0)
    live.calls(session, 2)
    assert session.document is not None
    session.document.set_handler("h", do=[{"wait": "1us"}])
    live.until(session, lambda: session.engine_state.phase == "finished")
    trace = session.trace
    assert sorted(trace.dispatches.rows_of(trace.calls.dispatch).tolist()) == list(range(30))
    assert outcomes(trace) == [Outcome.OK] * 30


def test_a_run_that_ends_leaves_nothing_behind(live: Live) -> None:
    session = live.ended(one("do: []"), engine="sqlite")
    assert len(list(sqlite_runs.home().iterdir())) == 1
    assert sqlite_runs.left_behind() == [], "it is owned while it lives"
    session.close()
    assert list(sqlite_runs.home().iterdir()) == []


def test_a_log_that_cannot_be_made_is_told_in_one_sentence(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    session = live(one("do: []"))
    nowhere = session.document.path if session.document else None
    assert nowhere is not None
    monkeypatch.setattr(sqlite_engine, "home", lambda: nowhere)
    message = failure_of(session)
    assert message.endswith("cannot be made: a part of its path is a file, not a folder (check the path)")


def test_what_adds_events_waits_for_the_disk_and_what_only_acknowledges_does_not(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits: list[tuple[bool, bool]] = []

    class Watched(SqliteLog):
        @contextmanager
        def commit(self, *, survives_power_cut: bool = True) -> Iterator[None]:
            before = self._events
            with super().commit(survives_power_cut=survives_power_cut):
                yield
            commits.append((self._events > before, survives_power_cut))

    monkeypatch.setattr(sqlite_engine, "SqliteLog", Watched)
    run(one("do: [{wait: 1ms}]", times=3), engine="sqlite")
    assert set(commits) == {(True, True), (False, False)}


def test_a_disk_that_is_full_ends_the_run_and_says_which_events_are_lost(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    append, full = SqliteLog.append, iter([False, True])

    def append_until_full(log: SqliteLog, entries: Any) -> int:
        if next(full):
            raise sqlite3.OperationalError("database or disk is full")
        return append(log, entries)

    monkeypatch.setattr(SqliteLog, "append", append_until_full)
    session = live("events: {a: {}}\nscript: [{emit: a}, {wait: 1ms}, {emit: a}]")
    assert failure_of(session) == "the log cannot be written: database or disk is full"
    assert session.trace.dispatches.outcome.tolist() == [Outcome.KEPT, Outcome.LOST]
    found = ledger.of_trace(session.trace)
    assert found.why["lost"] == (("the log cannot be written: database or disk is full", 1),)


def test_a_run_that_is_stopped_after_it_failed_still_gives_everything_back(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaving, may_go, close = threading.Event(), threading.Event(), SqliteLog.close

    def slowly(log: SqliteLog) -> None:
        leaving.set()
        assert may_go.wait(60)
        close(log)

    def full(log: SqliteLog, entries: Any) -> int:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(SqliteLog, "append", full)
    monkeypatch.setattr(SqliteLog, "close", slowly)
    session = live("events: {a: {}}\nscript: [{emit: a}]")
    session.start(engine="sqlite", speed=math.inf)
    assert leaving.wait(60)
    session.stop()
    session.stop()
    may_go.set()
    live.until(session, lambda: session.engine_state.phase in AT_REST)
    session.close()
    assert not any(thread.name == "engine sqlite" for thread in threading.enumerate())
    assert list(sqlite_runs.home().iterdir()) == []


def failure_of(session: Session) -> str:
    session.start(engine="sqlite", speed=math.inf)
    assert session.wait(60)
    assert session.engine_state.phase == "failed"
    return session.engine_state.message


def test_a_log_that_is_full_shows_each_event_as_lost_with_the_reason(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_engine, "SqliteLog", partial(SqliteLog, most_events=2))
    trace = run("events: {a: {}}\nscript: [{emit: a}, {wait: 1ms}, {emit: a}, {wait: 1ms}, {emit: a}]", engine="sqlite")
    assert trace.dispatches.outcome.tolist() == [Outcome.KEPT, Outcome.KEPT, Outcome.LOST]
    assert "the log is full" in trace.blobs.note(int(trace.deliveries.view("note")[-1]))
