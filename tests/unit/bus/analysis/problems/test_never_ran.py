"""Who was to run and did not is told with the reason, and who raised is the one who is blamed."""

from __future__ import annotations

import asyncio

import pytest
from pyee import EventEmitter
from pyee.asyncio import AsyncIOEventEmitter

import buslens
from bus.analysis.problems.finding import Severity
from bus.analysis.problems.never_ran import DETECTOR
from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.watching.pending import HANDED_TO
from tests.helpers.planted import Story, found, titles, trace_of


def emitted(*, fails: bool) -> Trace:
    emitter, recorder = EventEmitter(), Recorder()
    buslens.attach(emitter, recorder=recorder)

    def reserve(number: int) -> None:
        if fails:
            raise ValueError(f"none left for {number}")

    emitter.on("order", reserve)
    emitter.on("order", lambda number: None)
    emitter.on("order", lambda number: None)
    for number in range(3):
        try:
            emitter.emit("order", number)
        except ValueError:
            continue
    return trace_of(recorder)


def test_who_raised_is_blamed_once_for_all_that_were_skipped() -> None:
    (finding,) = found(DETECTOR, emitted(fails=True))
    assert finding.severity == Severity.WARNING
    assert finding.title.endswith("reserve raised")
    assert "ValueError: none left for 0" in finding.meaning
    assert finding.evidence.count == 6
    assert len(finding.evidence.calls) == 3


def test_handlers_that_do_not_raise_are_no_problem() -> None:
    assert not found(DETECTOR, emitted(fails=False))


@pytest.mark.filterwarnings("ignore:coroutine")
def test_a_coroutine_function_on_a_plain_emitter_is_told() -> None:
    emitter, recorder = EventEmitter(), Recorder()
    buslens.attach(emitter, recorder=recorder)

    async def ship() -> None: ...

    emitter.on("paid", ship)
    for _ in range(3):
        emitter.emit("paid")
    (finding,) = found(DETECTOR, trace_of(recorder))
    assert finding.severity == Severity.ERROR
    assert "ship was called on paid, and its body never ran" in finding.title
    assert "a coroutine that nobody awaited" in finding.meaning
    assert finding.evidence.count == 3


def test_a_coroutine_function_that_is_run_is_no_problem() -> None:
    recorder = Recorder()

    async def main() -> None:
        emitter = AsyncIOEventEmitter()
        buslens.attach(emitter, recorder=recorder)

        async def ship() -> None: ...

        emitter.on("paid", ship)
        emitter.emit("paid")
        await emitter.wait_for_complete()

    asyncio.run(main())
    assert not found(DETECTOR, trace_of(recorder))


def test_a_task_that_the_program_cancels_before_it_began_is_a_hint() -> None:
    recorder = Recorder()

    async def main() -> None:
        emitter = AsyncIOEventEmitter()
        buslens.attach(emitter, recorder=recorder)

        async def ship() -> None: ...

        emitter.on("paid", ship)
        emitter.emit("paid")
        emitter.cancel()
        await asyncio.sleep(0)

    asyncio.run(main())
    assert [each.severity for each in found(DETECTOR, trace_of(recorder))] == [Severity.HINT]


def test_who_was_removed_before_its_turn_is_a_hint_with_the_reason() -> None:
    story = Story()
    dispatch = story.emit("saved", 2)
    story.call(dispatch, "index", "saved")
    story.recorder.skipped(dispatch, story.handler("mail", "saved"), 0, "it was unsubscribed before its turn")
    (finding,) = found(DETECTOR, story.trace())
    assert (finding.severity, finding.title) == (Severity.HINT, "mail was to be called on saved, and never was")
    assert "unsubscribed before its turn" in finding.meaning


def test_what_a_broker_keeps_from_a_late_reader_is_no_problem(run: object) -> None:
    trace = run(  # type: ignore[operator]
        "engine: sqlite\nevents: {ping: {}}\nhandlers: {h: {on: ping, do: []}}\nscript: [{emit: ping}]"
    )
    assert not titles(DETECTOR, trace)


def test_a_pool_that_is_shut_down_before_a_turn_is_named_as_the_reason() -> None:
    story = Story()
    dispatch = story.emit("work", 1)
    story.recorder.skipped(dispatch, story.handler("resize", "work"), 0, HANDED_TO)
    (finding,) = found(DETECTOR, story.trace())
    assert finding.severity == Severity.HINT
    assert "the pool or nursery that it was handed to was shut down" in finding.meaning
    assert "before it is shut down" in finding.advice
