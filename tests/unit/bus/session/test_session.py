"""What a person gets from each verb, whatever the engine is doing when they use it."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Any

import pytest

from bus.capture import capture
from bus.errors import UserError
from bus.runtime.back_pressure import MOST_PENDING
from bus.runtime.state import AT_REST
from bus.scenario import SAMPLES
from bus.session import Session, Step
from bus.settings import Settings
from buslens.records import NameKind, Outcome
from tests.helpers.live import Live
from tests.helpers.patience import PATIENCE_S
from tests.helpers.told import events, logged

ENGINES = ("pyee", "pyee-asyncio", "pyee-threads")
SHOP = """
events:
  order.placed: {schema: {type: object, required: [id]}, sample: {id: 1}}
  order.paid: {}
handlers:
  charge_card: {on: order.placed, do: [{wait: 20ms}, {emit: order.paid}]}
script: [{emit: order.placed, every: 100ms, times: 5}]
"""
BLOCKING = "events: {a: {}}\nhandlers: {h: {on: a, do: [{wait: 10s, block: true}]}}\nscript: [{emit: a}]"
ENDLESS = "events: {a: {}}\nhandlers: {h: {on: a, do: [{wait: forever}]}}\nscript: [{emit: a}]"


@pytest.mark.parametrize("sample", [sample.id for sample in SAMPLES])
@pytest.mark.parametrize("engine", ENGINES)
def test_every_sample_runs_to_its_end_on_every_engine(sample: str, engine: str, live: Live) -> None:
    session = live.ended(next(each.path for each in SAMPLES if each.id == sample), engine=engine)
    assert session.engine_state.engine == engine
    assert len(session.trace.dispatches) > 0
    assert session.trace.dropped == 0


# Of `offloading` the workers are threads, which take turns as they like.
@pytest.mark.parametrize("sample", [sample.id for sample in SAMPLES if sample.id != "offloading"])
@pytest.mark.parametrize("engine", ["pyee", "pyee-asyncio"])
def test_the_same_seed_gives_the_same_records(sample: str, engine: str, live: Live) -> None:
    seen = []
    for _ in range(2):
        session = live.ended(next(each.path for each in SAMPLES if each.id == sample), engine=engine, seed=42)
        seen.append(said_by(session))
    assert seen[0] == seen[1]


def said_by(session: Session) -> Any:
    trace = session.trace
    dispatches, calls = trace.dispatches, trace.calls
    return (
        [column.tolist() for column in (dispatches.id, dispatches.event, dispatches.emitted_ns, dispatches.outcome)],
        [column.tolist() for column in (calls.id, calls.handler, calls.started_ns, calls.ended_ns, calls.outcome)],
        [trace.payload(row).text for row in range(len(dispatches))],
        logged(trace),
    )


def test_another_seed_gives_other_times(live: Live) -> None:
    text = "events: {a: {}}\nhandlers: {h: {on: a, do: [{wait: 1ms..1s}]}}\nscript: [{emit: a}]"
    ends = set()
    for seed in (1, 2):
        session = live.ended(text, seed=seed)
        ends.add(int(session.trace.calls.ended_ns[0]))
    assert len(ends) == 2


def test_at_full_speed_an_hour_passes_at_once(live: Live) -> None:
    session = live.ended("events: {a: {}}\nhandlers: {h: {on: a, do: [{wait: 60min}]}}\nscript: [{emit: a}]")
    assert session.engine_state.virtual_ns == 3_600_000_000_000
    assert session.trace.calls.ended_ns.tolist() == [3_600_000_000_000]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("text", [BLOCKING, ENDLESS], ids=["blocking", "endless"])
def test_a_stuck_handler_is_seen_while_it_is_stuck_and_can_be_stopped(engine: str, text: str, live: Live) -> None:
    session = live(text)
    session.start(engine=engine, speed=1.0)
    live.calls(session, 1)
    assert session.trace.calls.outcome.tolist() == [Outcome.RUNNING]
    assert session.engine_state.phase == "running"
    stops_soon(session, live)
    assert session.trace.calls.outcome.tolist() == [Outcome.CANCELLED]


def stops_soon(session: Session, live: Live) -> None:
    session.stop()
    live.until(session, lambda: session.engine_state.phase in AT_REST)
    assert session.engine_state.phase == "idle"


@pytest.mark.parametrize("engine", ENGINES)
def test_an_endless_loop_of_events_leaves_the_window_alive_and_can_be_stopped(engine: str, live: Live) -> None:
    session = live(
        "events: {a: {}, b: {}}\nhandlers: {h: {on: a, do: [{emit: b}]}, g: {on: b, do: [{wait: 1ns}, {emit: a}]}}\n"
        "script: [{emit: a}]"
    )
    session.start(engine=engine, speed=math.inf)
    live.calls(session, 50)
    if engine != "pyee":  # there each emit runs inside the one before, until Python says that it is too deep
        stops_soon(session, live)
    else:
        assert session.wait(PATIENCE_S)
        assert Outcome.FAILED in session.trace.calls.outcome.tolist()


def test_an_error_handler_that_fails_loops_until_it_is_stopped(live: Live) -> None:
    session = live(
        "events: {a: {}}\nhandlers: {h: {on: a, do: [{fail: always}]}, g: {on: error, do: [{fail: always}]}}\n"
        "script: [{emit: a}]"
    )
    session.start(engine="pyee-asyncio", speed=math.inf)
    live.calls(session, 200)
    stops_soon(session, live)


def test_a_handler_that_emits_a_hundred_thousand_events_loses_none_of_them(live: Live) -> None:
    session = live(
        "events: {a: {}, b: {}}\nhandlers: {h: {on: a, do: [{emit: b, times: 100000}]}, g: {on: b}}\n"
        "script: [{emit: a}]"
    )
    session.start(engine="pyee", speed=math.inf)
    most = before = 0
    while session.engine_state.phase not in AT_REST:
        session.pump()
        taken = len(session.trace.dispatches) + len(session.trace.calls)
        most, before = max(most, taken - before), taken
    session.pump()
    assert len(session.trace.dispatches) == 100_001
    assert session.trace.dropped == 0
    # A pump may look twice, and each look takes in what found room; a window lives on beside that.
    assert most <= 3 * MOST_PENDING


@pytest.mark.parametrize("engine", ENGINES)
def test_an_event_can_be_emitted_by_hand_after_the_script_and_without_it(engine: str, live: Live) -> None:
    session = live(SHOP)
    session.emit("order.placed", {"id": 7}, times=2)
    assert session.wait(PATIENCE_S)
    assert events(session.trace).count("order.placed") == 2
    session.start(engine=engine, speed=math.inf)
    assert session.wait(PATIENCE_S)
    session.emit("order.placed", {"id": 8})
    assert session.engine_state.phase in ("running", "finished")
    live.until(session, lambda: events(session.trace).count("order.paid") == 6)
    assert session.wait(PATIENCE_S)


def test_emitting_at_a_rate_keeps_the_engines_time(live: Live) -> None:
    session = live("events: {a: {}}\nscript: []")
    session.set_speed(math.inf)
    session.emit("a", None, times=4, per_second=10)
    assert session.wait(PATIENCE_S)
    assert session.trace.dispatches.emitted_ns.tolist() == [0, 100_000_000, 200_000_000, 300_000_000]


@pytest.mark.parametrize(
    ("event", "payload", "times", "complaint"),
    [
        ("order.placed", {}, 1, "'id' is a required property"),
        ("order.placed", 3, 1, "is not of type"),
        ("no good name", None, 1, "expected an event name"),
        ("order.paid", None, 0, "0"),
    ],
)
def test_a_wrong_emit_is_refused_with_the_reason(
    event: str, payload: Any, times: int, complaint: str, live: Live
) -> None:
    session = live(SHOP)
    with pytest.raises(UserError, match=complaint):
        session.emit(event, payload, times=times)


def test_an_event_that_the_scenario_does_not_name_is_heard_by_patterns_and_else_lost(live: Live) -> None:
    session = live("events: {order.placed: {}}\nhandlers: {all_orders: {on: order.*, do: []}}")
    session.emit("order.cancelled", {"id": 1})
    session.emit("nobody.hears")
    live.until(session, lambda: len(session.trace.dispatches) == 2)
    assert session.wait(PATIENCE_S)
    assert session.trace.dispatches.outcome.tolist() == [Outcome.OK, Outcome.LOST]


@pytest.mark.parametrize("engine", ENGINES)
def test_start_and_stop_work_in_every_phase(engine: str, live: Live) -> None:
    session = live(SHOP)
    session.stop()
    session.start(engine=engine)
    session.stop()  # starting
    session.start(engine=engine, speed=math.inf)
    session.start(engine=engine, paused=True)
    live.paused(session)
    session.start(engine=engine, speed=math.inf)  # while it is paused
    assert session.wait(PATIENCE_S)
    session.stop()  # finished
    live.until(session, lambda: session.engine_state.phase == "idle")
    session.stop()
    session.start(engine=engine, speed=math.inf)
    assert session.wait(PATIENCE_S)
    assert events(session.trace).count("order.placed") == 5


def test_while_an_engine_runs_threads_change_quickly_and_afterwards_as_before(live: Live) -> None:
    before = sys.getswitchinterval()
    session = live(ENDLESS)
    session.start()
    live.calls(session, 1)
    assert sys.getswitchinterval() < 0.001
    stops_soon(session, live)
    assert sys.getswitchinterval() == before


def test_stopping_the_recording_keeps_nothing_and_counts_nothing_as_dropped(live: Live) -> None:
    session = live(SHOP)
    session.set_recording(False)
    session.start(speed=math.inf)
    assert session.wait(PATIENCE_S)
    assert len(session.trace.dispatches) == 0
    assert session.trace.dropped == 0
    session.set_recording(True)
    session.emit("order.paid")
    live.until(session, lambda: events(session.trace) == ["order.paid"])


def test_clearing_forgets_what_was_and_knows_the_names_of_what_comes(live: Live, tmp_path: Path) -> None:
    session = live.ended(SHOP)
    session.clear()
    assert len(session.trace.dispatches) == 0
    session.emit("order.placed", {"id": 3})
    live.until(session, lambda: events(session.trace) == ["order.placed", "order.paid"])
    session.export("capture", tmp_path / "after.buslens")
    saved = capture.load(tmp_path / "after.buslens")
    assert len(saved.dispatches) == 2
    saved.raw.close()


def test_a_saved_capture_shows_the_same_when_it_is_opened(live: Live, tmp_path: Path) -> None:
    session = live.ended(SHOP)
    before = said_by(session)
    session.export("capture", tmp_path / "shop.buslens")
    session.open(tmp_path / "shop.buslens")
    assert said_by(session) == before
    assert session.trace.header is not None
    assert session.trace.header.clock == "virtual"
    assert session.engine_state.phase == "idle"


def test_an_unknown_format_or_engine_is_told_with_the_nearest(live: Live, tmp_path: Path) -> None:
    session = live(SHOP)
    with pytest.raises(UserError, match="did you mean chrome"):
        session.export("chrme", tmp_path / "out")
    with pytest.raises(UserError, match="did you mean pyee-threads"):
        session.start(engine="pyee-thread")


def test_without_a_scenario_verbs_say_so(tmp_path: Path, live: Live) -> None:
    session = Session(Settings(), trusted=live.trusts)
    for verb in (session.start, session.save, lambda: session.emit("a")):
        with pytest.raises(UserError, match="there is no scenario"):
            verb()
    session.pause()
    session.step(Step.CALL)
    session.stop()
    with pytest.raises(UserError, match="cannot be read"):
        session.open(tmp_path / "nothing.yaml")
    session.close()


def test_a_wrong_file_changes_nothing(live: Live, tmp_path: Path) -> None:
    session = live(SHOP)
    document = session.document
    (tmp_path / "wrong.yaml").write_text("buslens: 1\nevnts: {}")
    with pytest.raises(UserError, match="did you mean events"):
        session.open(tmp_path / "wrong.yaml")
    assert session.document is document


def test_changing_the_speed_while_it_runs_takes_effect_at_once(live: Live) -> None:
    session = live("events: {a: {}}\nhandlers: {h: {on: a, do: [{wait: 60min}]}}\nscript: [{emit: a}]")
    session.start(speed=0.1)
    live.calls(session, 1)
    session.set_speed(math.inf)
    assert session.wait(PATIENCE_S)
    assert session.engine_state.speed == math.inf
    assert session.engine_state.virtual_ns >= 3_600_000_000_000
    with pytest.raises(UserError, match="above 0"):
        session.set_speed(0)


def test_handlers_are_named_with_their_place_in_the_file(live: Live) -> None:
    session = live.ended(SHOP)
    assert session.document is not None
    names = session.trace.names
    places = [names.place(ident) for ident in names.ids(NameKind.HANDLER)]
    lines = Path(str(session.document.path)).read_text().splitlines()
    assert [(Path(file).name, lines[line - 1].split(":")[0].strip()) for file, line in places] == [
        ("scenario-0.yaml", "charge_card")
    ]


def test_a_payload_that_is_too_large_is_refused_and_said(live: Live) -> None:
    session = live("events: {a: {}}")
    with pytest.raises(UserError, match="a was not emitted: it is a payload of more than 262144 characters"):
        session.emit("a", {"text": "x" * 3_000_000})
    assert len(session.trace.dispatches) == 0
