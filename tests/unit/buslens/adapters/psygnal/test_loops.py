"""The three ways in which psygnal emits within an emit: the same calls in the same order as without a watch."""

from __future__ import annotations

import os
import traceback
from typing import Any

import pytest
from psygnal import EmitLoopError, Signal

import buslens
from buslens.adapters.psygnal.loops import is_known
from buslens.records import Outcome
from tests.unit.buslens.facts import Facts


class Device:
    immediate = Signal(int, reemission="immediate")
    latest = Signal(int, reemission="latest-only")
    queued = Signal(int, reemission="queued")


def emitted_within(name: str, watched: bool) -> tuple[list[tuple[str, int]], Facts | None]:
    """What is called, where the first handler emits the signal again twice."""
    device, calls = Device(), []
    signal: Any = getattr(device, name)

    def first(value: int) -> None:
        calls.append(("first", value))
        if value < 3:
            signal.emit(value + 1)

    def second(value: int) -> None:
        calls.append(("second", value))

    signal.connect(first)
    signal.connect(second)
    probe = buslens.attach(signal) if watched else None
    signal.emit(1)
    return calls, Facts(probe.recorder) if probe else None


@pytest.mark.parametrize("name", ["immediate", "latest", "queued"])
def test_handlers_are_called_in_psygnals_order_and_each_emit_has_its_cause(name: str) -> None:
    calls, facts = emitted_within(name, watched=True)
    assert facts is not None
    assert calls == emitted_within(name, watched=False)[0]
    dispatches = facts.of(name)
    assert [dispatch.payload for dispatch in dispatches] == [1, 2, 3]
    assert [facts.cause(dispatch) for dispatch in dispatches] == ["", "first", "first"]
    assert facts.still_open() == []


def test_who_is_left_out_for_a_later_emit_is_told() -> None:
    _, facts = emitted_within("latest", watched=True)
    assert facts is not None
    first, second, third = facts.of("latest")
    for overtaken in (first, second):
        ((handler, _, why),) = overtaken.skipped_handlers
        assert handler.endswith("second")
        assert why.startswith("the signal was emitted again before its turn")
    assert third.skipped == 0


@pytest.mark.parametrize("name", ["immediate", "latest", "queued"])
def test_an_error_ends_the_emit_and_is_why_the_others_are_skipped(name: str) -> None:
    device = Device()
    signal: Any = getattr(device, name)

    def fail(_: int) -> None:
        raise ValueError("card declined")

    signal.connect(fail)
    signal.connect(print)
    probe = buslens.attach(signal)
    with pytest.raises(EmitLoopError, match="card declined"):
        signal.emit(1)
    dispatch = Facts(probe.recorder).one(name)
    (call,) = dispatch.calls
    assert call.outcome is Outcome.FAILED
    assert call.error is not None
    assert call.error["type"] == "ValueError"
    assert dispatch.skipped_handlers == [("print", call.id, "")]


def said(watched: bool) -> str:
    device = Device()

    def fail(_: int) -> None:
        raise ValueError("card declined")

    device.immediate.connect(fail)
    if watched:
        buslens.attach(device.immediate)
    with pytest.raises(EmitLoopError) as raised:
        device.immediate.emit(1)
    files = [frame.filename for frame in traceback.extract_tb(raised.value.__traceback__)]
    assert not [file for file in files if file.startswith(os.path.dirname(buslens.__file__))]
    return str(raised.value)


def test_psygnals_error_says_the_same_as_without_a_watch() -> None:
    assert said(watched=True) == said(watched=False)


def test_a_handler_that_disconnects_itself_or_another_is_told_as_it_went() -> None:
    device, calls = Device(), []

    def first(_: int) -> None:
        calls.append("first")
        device.immediate.disconnect(second)

    def second(_: int) -> None:
        calls.append("second")

    device.immediate.connect(first)
    device.immediate.connect(second)
    probe = buslens.attach(device.immediate)
    device.immediate.emit(1)
    dispatch = Facts(probe.recorder).one("immediate")
    assert len(calls) == len(dispatch.calls)
    assert dispatch.open == 0


def test_a_loop_of_the_programs_own_is_none_that_is_known() -> None:
    assert is_known(Device().queued._run_emit_loop_inner)
    assert not is_known(print)
