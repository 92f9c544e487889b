"""A recording is cut into tests: each has what happened in it, who listened, and what still ran when it began."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from pyee import EventEmitter

import buslens
from bus.capture import capture
from bus.testing import stretches
from bus.testing.stretches import Stretches
from buslens.records import Outcome
from buslens.stream import StreamRecorder, layout
from tests.helpers.streams import events, payloads


class Suite:
    """A bus that tests use, and the recording of it."""

    def __init__(self, folder: Path) -> None:
        self.bus = EventEmitter()
        self.recorder = StreamRecorder.into(folder)
        buslens.attach(self.bus, recorder=self.recorder)
        self.stretches = Stretches(Path(self.recorder.path), remove=True)

    def begin(self) -> None:
        self.stretches.cut(time.monotonic_ns())

    def seen(self) -> list[str]:
        self.stretches.catch_up()
        return events(self.stretches.trace)


@pytest.fixture
def tested(tmp_path: Path) -> Suite:
    return Suite(tmp_path)


def test_each_test_has_its_own_events_and_who_listened_before(tested: Suite) -> None:
    tested.bus.on("paid", lambda _: None)
    tested.bus.emit("paid", {"number": 1})
    tested.begin()
    assert tested.seen() == []
    tested.bus.emit("paid", {"number": 2})
    assert (tested.seen(), payloads(tested.stretches.trace)) == (["paid"], [{"number": 2}])
    assert tested.stretches.trace.subscriptions.view("added").tolist() == [1]
    tested.bus.emit("paid", {"number": 3})
    assert payloads(tested.stretches.trace) == [{"number": 2}]
    assert tested.seen() == ["paid", "paid"]
    tested.begin()
    tested.bus.emit("paid", {"number": 4})
    assert (tested.seen(), payloads(tested.stretches.trace)) == (["paid"], [{"number": 4}])


def test_who_listens_has_done_so_since_it_really_was_subscribed(tested: Suite) -> None:
    before = time.monotonic_ns()
    tested.bus.on("paid", print)
    after = time.monotonic_ns()
    for _ in range(3):
        tested.begin()
        tested.bus.emit("other")
        tested.seen()
    (since,) = tested.stretches.trace.subscriptions.view("time_ns").tolist()
    assert before <= since <= after


def test_a_call_of_an_earlier_test_that_still_runs_is_there_with_its_payload(tested: Suite) -> None:
    def long(_: object) -> None:
        tested.begin()
        tested.bus.emit("inner")
        assert tested.seen() == ["long", "inner"]

    tested.bus.on("long", long)
    tested.bus.emit("long", {"number": 7})
    tested.stretches.catch_up()
    trace = tested.stretches.trace
    assert (trace.payload(0).value, int(trace.calls.outcome[0])) == ({"number": 7}, Outcome.OK)
    assert trace.dispatches.parent_call[1] == trace.calls.id[0]


def test_what_was_removed_does_not_listen_to_the_next_test(tested: Suite) -> None:
    tested.bus.on("paid", print)
    tested.bus.remove_listener("paid", print)
    tested.begin()
    tested.bus.emit("other")
    tested.seen()
    assert len(tested.stretches.trace.subscriptions) == 0


def test_a_capture_opens_and_has_this_test_alone(tested: Suite, tmp_path: Path) -> None:
    tested.bus.on("paid", lambda _: None)
    tested.bus.emit("paid", {"number": 1})
    tested.begin()
    tested.bus.emit("paid", {"number": 2})
    tested.stretches.catch_up()
    assert tested.stretches.write(tmp_path / "test.buslens") > 0
    trace = capture.load(tmp_path / "test.buslens")
    assert (events(trace), payloads(trace), trace.damage, trace.ended) == (["paid"], [{"number": 2}], "", True)


def test_what_has_no_room_is_counted(tested: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stretches, "MOST_FACTS", 10)
    for number in range(50):
        tested.bus.emit("paid", number)
    tested.stretches.catch_up()
    assert tested.stretches.count == 10
    assert tested.stretches.left_out >= 40
    tested.begin()
    assert (tested.stretches.count, tested.stretches.left_out) == (0, 0)


def test_a_recording_that_ends_is_no_problem_and_a_damaged_one_is_a_sentence(tmp_path: Path) -> None:
    tested = Suite(tmp_path)
    tested.bus.emit("paid")
    tested.recorder.close()
    assert (tested.seen(), tested.stretches.problem) == (["paid"], "")
    other = Suite(tmp_path)
    other.bus.emit("paid")
    with (Path(other.recorder.path) / layout.chunk_name(layout.FACTS, 1)).open("r+b") as file:
        file.write(b"\xff" * 512)
    other.stretches.catch_up()
    assert "damaged" in other.stretches.problem
