"""Failures that nobody has seen are told with what was raised; one that comes out of the emit is no concern of this."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pyee import EventEmitter
from pyee.asyncio import AsyncIOEventEmitter

import buslens
from bus.analysis.problems.finding import Severity
from bus.analysis.problems.swallowed import DETECTOR
from buslens.packing import WHOLE
from buslens.recorder import Recorder
from buslens.records import Kind, Outcome
from buslens.watching.results import GIVEN, HANDED, UNREAD
from tests.helpers.planted import Story, found, titles, trace_of


def failing(listener: Any = None) -> Recorder:
    """An asyncio program whose handler fails in a task. listener: of `error`."""
    recorder = Recorder()

    async def main() -> None:
        emitter = AsyncIOEventEmitter()
        buslens.attach(emitter, recorder=recorder)
        over = asyncio.Event()

        async def scan(name: str) -> None:
            over.set()
            raise ConnectionError(f"no scanner for {name}")

        emitter.on("file.uploaded", scan)
        if listener is not None:
            emitter.on("error", listener)
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
        emitter.emit("file.uploaded", "a.png")
        await over.wait()
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    asyncio.run(main())
    return recorder


def test_a_failure_in_a_task_that_nobody_hears_of_is_told_with_handler_event_and_error() -> None:
    (finding,) = found(DETECTOR, trace_of(failing()))
    assert finding.severity == Severity.ERROR
    assert "scan failed on file.uploaded, and nobody listens to `error`" in finding.title
    assert "ConnectionError: no scanner for a.png" in finding.meaning
    assert len(finding.evidence.calls) == 1
    assert finding.place is not None
    assert finding.place.file == __file__


def test_a_failure_that_a_listener_of_error_hears_is_no_problem() -> None:
    assert not found(DETECTOR, trace_of(failing(lambda error: None)))


def test_a_listener_of_error_that_fails_is_told() -> None:
    def report(error: Exception) -> None:
        raise ValueError("no network")

    said = titles(DETECTOR, trace_of(failing(report)))
    assert [each.endswith("report, which listens to `error`, fails itself") for each in said] == [True], said


def test_an_exception_that_comes_out_of_the_emit_is_no_problem() -> None:
    emitter, recorder = EventEmitter(), Recorder()
    buslens.attach(emitter, recorder=recorder)

    def pay() -> None:
        raise ValueError("declined")

    emitter.on("order", pay)
    emitter.on("order", lambda: None)
    with pytest.raises(ValueError, match="declined"):
        emitter.emit("order")
    assert not found(DETECTOR, trace_of(recorder))


def test_an_error_event_of_the_program_itself_is_no_failure_of_its_caller() -> None:
    story = Story()
    call = story.begin(story.emit("order", 1), "pay", "order")
    story.emit("error", cause=call)
    story.end(call, ValueError("PyeeError"))
    assert not found(DETECTOR, story.trace())


def test_a_bus_that_keeps_exceptions_is_told_where_it_went_on() -> None:
    story = Story()
    dispatch = story.emit("saved", 3)
    story.call(dispatch, "index", "saved", error=ValueError("index is gone"))
    story.call(dispatch, "mail", "saved")
    story.call(dispatch, "audit", "saved", error=OSError("disk"))
    assert sorted(titles(DETECTOR, story.trace())) == [
        "warning: audit failed on saved, and the bus kept the exception",
        "warning: index failed on saved, and the bus kept the exception",
    ]


def test_attempts_that_follow_a_failure_are_no_others_that_went_on() -> None:
    story = Story()
    dispatch = story.emit("saved", 1)
    story.call(dispatch, "index", "saved", error=ValueError("busy"))
    story.call(dispatch, "index", "saved", attempt=2)
    assert not found(DETECTOR, story.trace())


@pytest.mark.parametrize(("kept", "severity"), [(UNREAD, "warning"), (GIVEN, "hint"), (HANDED, "")])
def test_what_became_of_an_exception_that_the_bus_has_caught_decides_how_bad_it_is(kept: str, severity: str) -> None:
    story = Story()
    for _ in range(2):
        dispatch = story.emit("order", 2)
        call = story.begin(dispatch, "pay", "order")
        failure = story.recorder.failure(ValueError("no money"))
        failure.kept = kept
        ended = int(Kind.CALL_ENDED), int(Outcome.FAILED), 0, 0, story.now, call, 0, 0, 0
        story.recorder.put(WHOLE, *ended, failure)
        story.call(dispatch, "mail", "order")
    assert titles(DETECTOR, story.trace()) == (
        [f"{severity}: pay failed on order, and the bus kept the exception"] if severity else []
    )
