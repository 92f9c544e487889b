"""A coroutine's call into a stream: two slots, the same facts as in memory, and what is not plain as ever."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from buslens.context import CALL
from buslens.records import Flag, Outcome
from buslens.stream import StreamRecorder
from buslens.watching.naming import describe
from buslens.watching.stream_calls import StreamCall
from buslens.watching.watch import Watch
from tests.helpers.streams import followed


class Bus:
    """What is watched."""


async def nothing() -> None:
    pass


async def fail() -> None:
    raise ValueError("declined")


class Made:
    """A stand-in of a coroutine, whose dispatch was told."""

    def __init__(self, folder: Path, function: Callable[[], Any]) -> None:
        self.recorder = StreamRecorder.into(folder)
        self.bus = Bus()
        self.watch = Watch(self.bus, self.recorder, 0)
        name = describe(function)
        handler = self.watch.handler_id("placed", name)
        self.recorder.place()
        self.call = self.recorder.next_id()
        dispatch = self.watch.emitted(self.watch.event_id("placed"), 1, 0, 0)
        begin = dispatch, handler, 1
        self.watch.waiting[self.call] = begin, self.recorder.clock_ns(), name, False
        self.stand_in = StreamCall(function(), self.watch, self.call, name.plain, self.recorder, begin)

    def call_row(self) -> tuple[int, int, int]:
        trace, _ = followed(self.recorder)
        (call,), (outcome,), (flags,) = trace.calls.id, trace.calls.outcome, trace.calls.flags
        return int(call), int(outcome), int(flags)


def run(stand_in: Any, call: int) -> None:
    token = CALL.set(call)
    try:
        stand_in.send(None)
    finally:
        CALL.reset(token)


def test_its_start_and_its_end_are_a_slot_each(tmp_path: Path) -> None:
    made = Made(tmp_path, nothing)
    assert made.recorder._stream is not None
    before = made.recorder._stream.used
    with pytest.raises(StopIteration):
        run(made.stand_in, made.call)
    assert made.recorder._stream.used - before == 2
    assert made.call_row() == (made.call, Outcome.OK, Flag.ASYNC)
    assert not made.watch.waiting


def test_outside_of_its_context_it_puts_its_call_there(tmp_path: Path) -> None:
    made = Made(tmp_path, nothing)
    with pytest.raises(StopIteration):
        made.stand_in.send(None)
    assert CALL.get() != made.call
    assert made.call_row()[1] == Outcome.OK


def test_an_error_is_told_without_our_frames(tmp_path: Path) -> None:
    made = Made(tmp_path, fail)
    with pytest.raises(ValueError, match="declined") as caught:
        run(made.stand_in, made.call)
    assert caught.traceback[-1].name == "fail"
    assert [entry.name for entry in caught.traceback][1:] == ["run", "fail"]
    assert made.call_row()[1] == Outcome.FAILED


def test_one_that_never_ran_is_told_as_that(tmp_path: Path) -> None:
    made = Made(tmp_path, nothing)
    made.stand_in.close()
    assert made.call_row()[1] == Outcome.NEVER_RAN


def test_where_the_stream_has_no_place_for_this_thread_the_general_way_finds_one(tmp_path: Path) -> None:
    made = Made(tmp_path, nothing)
    made.recorder.local.place = None
    with pytest.raises(StopIteration):
        run(made.stand_in, made.call)
    assert made.call_row() == (made.call, Outcome.OK, Flag.ASYNC)
