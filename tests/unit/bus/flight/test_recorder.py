"""The flight recorder writes what happened around a failure: all of it, nothing else, and not a thousand times."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bus.capture import capture
from bus.errors import UserError
from bus.flight.recorder import FlightRecorder
from bus.settings import FlightSettings
from bus.trace import Trace
from bus.trace.facts import FACT_DTYPE
from buslens import wire
from tests.helpers.live import Live, over
from tests.unit.bus.flight.flown import Flown, S


def facts_of(data: bytes) -> np.ndarray:
    found = wire.unpack_header(data)
    assert found is not None
    bodies = [bytes(body) for kind, body, _ in wire.frames(data, found[1]) if kind == wire.FACTS]
    return np.frombuffer(b"".join(bodies), FACT_DTYPE)


def within(facts: np.ndarray, span: tuple[int, int]) -> list[bytes]:
    times = facts["time_ns"]
    return [fact.tobytes() for fact in facts[(times >= span[0]) & (times <= span[1])]]


def test_a_failure_writes_exactly_the_seconds_around_it(tmp_path: Path) -> None:
    flown = Flown(tmp_path)
    flown.run(9)
    call = flown.event(error="broken")
    failed_ns = flown.now
    flown.run(4)
    (path,) = flown.files()
    span = failed_ns - 5 * S, failed_ns + 2 * S
    assert within(facts_of(path.read_bytes()), span) == within(facts_of(flown.bytes), span)
    part = capture.load(path)
    assert part.span_ns[0] >= span[0] - 20_000_000
    assert part.span_ns[1] <= span[1]
    (note,) = part.notes.all
    assert (note.time_ns, note.kind, note.about) == (failed_ns, "call", call)
    assert note.text == "Flight recorder: work failed: ValueError."
    assert part.header is not None
    assert part.header.extra["flight"] == "work failed: ValueError"
    assert part.payload(0).value["at"] >= span[0] - 20_000_000
    part.raw.close()


def test_what_still_ran_is_in_the_file_however_old_it_is(tmp_path: Path) -> None:
    flown = Flown(tmp_path)
    stuck = flown.begin()
    began = flown.now
    flown.run(15)
    flown.event(error="broken")
    flown.run(5)
    (path,) = flown.files()
    part = capture.load(path)
    row = part.calls.row_of(stuck)
    assert part.calls.started_ns[row] == began
    assert part.calls.ended_ns[row] == -1
    assert part.payload(part.dispatches.row_of(int(part.calls.dispatch[row]))).value == "for ever"
    assert len(part.calls) < 900
    part.raw.close()


def test_a_handler_that_always_fails_writes_one_file_and_says_how_often(tmp_path: Path) -> None:
    flown = Flown(tmp_path, pause_s=3600)
    for _ in range(1_000):
        flown.event(error="broken", takes_ms=5)
    (path,) = flown.files()
    part = capture.load(path)
    assert "In all 401 reasons in this window." in part.notes.all[0].text
    assert flown.flight.missed == 1_000 - 401
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
    part.raw.close()


def test_the_next_file_says_what_came_too_soon_for_one(tmp_path: Path) -> None:
    flown = Flown(tmp_path, pause_s=3600)
    flown.event(error="first")
    flown.run(5)
    flown.event(error="too soon")
    flown.flight.press()
    flown.run(5)
    notes = []
    for path in flown.files():
        part = capture.load(path)
        notes.append(part.notes.all[0].text)
        part.raw.close()
    assert notes == [
        "Flight recorder: work failed: ValueError.",
        "Flight recorder: asked for by hand. Before it 1 came too soon after the last file.",
    ]


@pytest.mark.parametrize(
    ("settings", "played", "why"),
    [
        ({"delay_ms": 50}, {"waits_ms": 80}, "work waited 80 ms, more than 50 ms"),
        ({"latency_ms": 50}, {"takes_ms": 70, "waits_ms": 10}, "tick took 80 ms, more than 50 ms"),
        ({"events": "alarm.*, other"}, {"name": "alarm.fire"}, "alarm.fire was emitted"),
    ],
)
def test_other_reasons(tmp_path: Path, settings: dict[str, Any], played: dict[str, Any], why: str) -> None:
    flown = Flown(tmp_path, on_failure=False, **settings)
    flown.run(1)
    flown.event(error="not a reason")
    flown.event(**played)
    flown.run(3)
    flown.files()
    assert [each.why for each in flown.flight.written] == [why]


def test_a_handler_that_is_stuck_is_a_reason_before_it_ends(tmp_path: Path) -> None:
    flown = Flown(tmp_path, on_failure=False, latency_ms=3_000, pause_s=3600)
    flown.run(1)
    stuck = flown.begin()
    flown.run(10)
    (path,) = flown.files()
    (written,) = flown.flight.written
    assert written.why.startswith("long is not over after 3,0")
    assert written.triggers == 1, "told once"
    part = capture.load(path)
    assert part.notes.all[0].about == part.calls.dispatch[part.calls.row_of(stuck)]
    part.raw.close()


def test_memory_is_bounded_and_the_file_says_what_had_no_room(tmp_path: Path) -> None:
    flown = Flown(tmp_path, before_s=3600, after_s=0.5, memory_mb=1)
    for _ in range(2_000):
        flown.event(words=200)
    flown.flight.press()
    flown.run(2)
    (path,) = flown.files()
    assert path.stat().st_size < 2 << 20
    part = capture.load(path)
    assert "no room in memory" in part.notes.all[0].text
    assert 500 < len(part.calls) < 1_500
    part.raw.close()


def test_old_files_go_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "flight-plan.buslens").write_bytes(b"mine")
    flown = Flown(tmp_path, most_files=3)
    for _ in range(6):
        flown.event(error="broken")
        flown.run(3)
        flown.release_all()
    files = flown.files()
    assert len(files) == 6
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted(
        ["flight-plan.buslens", *(each.name for each in files[-3:])]
    )


def test_all_files_together_have_a_bound(tmp_path: Path) -> None:
    flown = Flown(tmp_path, most_mb=0)
    for _ in range(3):
        flown.event(error="broken")
        flown.run(3)
        flown.release_all()
    newest = flown.files()[-1:]
    assert list(tmp_path.iterdir()) == newest


def test_a_folder_that_cannot_be_written_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    flown = Flown(tmp_path / "file" / "below")
    flown.event(error="broken")
    assert flown.files() == []
    assert flown.flight.problem.startswith("the flight recorder could not write into")
    assert "\n" not in flown.flight.problem


@pytest.mark.parametrize("folder", ["~nobody-of-this-name/x", "a\0b"])
def test_a_folder_that_makes_no_sense_is_said_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    monkeypatch.chdir(tmp_path)
    flown = Flown(tmp_path)
    flown.flight.set_settings(FlightSettings(folder=folder))
    flown.event(error="broken")
    assert flown.flight.folder.files() == []
    assert len(flown.files()) + len(flown.flight.problem.splitlines()) == 1


def test_the_button_without_records_says_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nothing was recorded yet"):
        Flown(tmp_path).flight.press()
    with pytest.raises(UserError, match="switched off"):
        Flown(tmp_path, on=False).flight.press()


def test_nothing_is_written_where_nothing_goes_wrong(tmp_path: Path) -> None:
    flown = Flown(tmp_path)
    flown.run(10)
    assert flown.files() == []
    assert list(tmp_path.iterdir()) == []


def test_other_settings_count_from_the_middle_of_a_stream(tmp_path: Path) -> None:
    flown = Flown(tmp_path, on=False)
    flown.run(3)
    flown.flight.set_settings(FlightSettings(before_s=5, after_s=1), flown.trace)
    flown.run(3)
    flown.event(error="broken")
    (path,) = flown.files()
    part = capture.load(path)
    assert len(part.calls) > 200
    assert part.names.text(int(part.calls.handler[0])) == "work"
    part.raw.close()


def test_other_settings_keep_what_is_held(tmp_path: Path) -> None:
    flown = Flown(tmp_path)
    flown.run(3)
    flown.flight.set_settings(FlightSettings(before_s=2, after_s=1, events="tick"), flown.trace)
    flown.flight.press()
    (path,) = flown.files()
    part = capture.load(path)
    assert part.span_ns[1] - part.span_ns[0] == pytest.approx(2 * S, rel=0.05)
    part.raw.close()


FAILING = """buslens: 1
engine: pyee
events: {a: {}, bad: {}}
handlers:
  h: {on: a}
  broken: {on: bad, do: [{fail: always}]}
script:
  - {emit: a, every: 100ms, times: 600}
  - {emit: bad}
  - {emit: a, every: 100ms, times: 600}
"""


def test_a_run_of_a_scenario_is_recorded_too(live: Live, tmp_path: Path) -> None:
    session = live(FAILING)
    session.flight = FlightRecorder(FlightSettings(), tmp_path / "flights")
    session.start(speed=float("inf"))
    over(session)
    session.close()
    (written,) = session.flight.written
    part = capture.load(written.path)
    assert part.span_ns[1] - part.span_ns[0] == pytest.approx(40 * S, rel=0.01)
    assert len(part.dispatches) == pytest.approx(401, abs=2)
    part.raw.close()
    assert not [each for each in threading.enumerate() if "flight" in each.name]


def test_the_trace_goes_on_while_the_file_is_written(tmp_path: Path) -> None:
    flown = Flown(tmp_path)
    flown.event(error="broken")
    flown.run(20)
    assert isinstance(flown.trace, Trace)
    flown.files()
    assert flown.held == 0
