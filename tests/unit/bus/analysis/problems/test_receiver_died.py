"""A receiver that nobody held is told with the place where it was subscribed; one that has done its work is not."""

from __future__ import annotations

import gc

import pytest

import buslens
from bus.analysis.problems.finding import Severity
from bus.analysis.problems.looking import look
from bus.analysis.problems.receiver_died import DETECTOR
from buslens.recorder import Recorder
from tests.helpers.planted import Story, found, trace_of

blinker = pytest.importorskip("blinker")


class Controller:
    def __init__(self) -> None:
        self.seen = 0

    def on_saved(self, sender: object) -> None:
        self.seen += 1


def test_a_method_of_an_object_that_nobody_holds_is_told() -> None:
    signal, recorder = blinker.Signal(), Recorder()
    buslens.attach(signal, recorder=recorder)
    signal.connect(Controller().on_saved)
    gc.collect()
    for _ in range(41):
        signal.send()
    (finding,) = found(DETECTOR, trace_of(recorder))
    assert finding.severity == Severity.ERROR
    assert finding.title.startswith("Controller.on_saved died before")
    assert "41 emits" in finding.meaning
    assert "reached nobody" in finding.meaning
    assert finding.place is not None
    assert finding.place.file == __file__


def test_a_receiver_that_is_held_is_no_problem() -> None:
    signal, recorder = blinker.Signal(), Recorder()
    buslens.attach(signal, recorder=recorder)
    held = Controller()
    signal.connect(held.on_saved)
    signal.send()
    assert held.seen == 1
    assert not found(DETECTOR, trace_of(recorder))


def test_a_receiver_that_was_called_and_then_let_go_is_no_problem() -> None:
    signal, recorder = blinker.Signal(), Recorder()
    buslens.attach(signal, recorder=recorder)
    held = Controller()
    signal.connect(held.on_saved)
    signal.send()
    del held
    gc.collect()
    signal.send()
    assert not found(DETECTOR, trace_of(recorder))


def died(story: Story, lived_ms: float) -> None:
    story.on("Page.refresh", "saved", file="/srv/shop/page.py", line=7, weak=True)
    story.wait(lived_ms)
    story.off("Page.refresh", "saved", file="/srv/shop/page.py", line=7, weak=True, why="it was freed")


def test_who_lived_for_long_before_it_died_is_a_hint() -> None:
    story = Story()
    died(story, 30_000)
    story.emit("saved")
    assert [each.severity for each in found(DETECTOR, story.trace())] == [Severity.HINT]


def test_who_missed_nothing_is_no_problem() -> None:
    story = Story()
    story.emit("saved")
    died(story, 3)
    assert not found(DETECTOR, story.trace())


def test_who_was_removed_on_purpose_is_no_problem() -> None:
    story = Story()
    story.on("Page.refresh", "saved", file="/srv/shop/page.py", line=7)
    story.off("Page.refresh", "saved", file="/srv/shop/page.py", line=7)
    story.emit("saved")
    assert not found(DETECTOR, story.trace())


def test_others_that_still_listen_make_it_a_warning() -> None:
    story = Story()
    story.on("log", "saved")
    died(story, 3)
    story.heard("saved", "log")
    assert [each.severity for each in found(DETECTOR, story.trace())] == [Severity.WARNING]


def test_where_facts_are_missing_nobody_is_blamed() -> None:
    story = Story()
    died(story, 3)
    story.emit("saved")
    story.recorder.dropped += 1
    assert [each for each, _ in look(story.trace(), (DETECTOR,)).undecided] == ["receiver-died"]
