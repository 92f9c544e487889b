"""An emit by hand is done once or withdrawn, as nobody's doing, and what came of it is told in one sentence."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from buslens.context import CALL
from buslens.control.hand_emit import LOOP, NEXT, THREAD, HandEmit

FAR = 1 << 62


def made(emit: Callable[[], Any] = lambda: True, until_ns: int = FAR) -> HandEmit:
    return HandEmit("ordered on bus", emit, lambda: None, lambda: None, until_ns)


def test_it_is_done_once_and_outside_of_any_call() -> None:
    seen: list[object] = []
    emit = made(lambda: seen.append(CALL.get()))
    token = CALL.set(5)
    emit.run(LOOP)
    emit.run(LOOP)
    assert CALL.get() == 5
    CALL.reset(token)
    assert seen == [0]
    assert emit.answer() == emit.give_up()
    assert (emit.answer() or {})["said"] == "ordered on bus was emitted in the event loop of its bus"


def test_what_was_withdrawn_is_never_done() -> None:
    seen: list[int] = []
    emit = made(lambda: seen.append(1))
    told = emit.give_up()
    emit.run(NEXT)
    assert not seen
    assert told["ok"] is False
    assert "withdrawn, ordered on bus was not emitted: the program itself emitted nothing" in told["why"]


def test_what_comes_too_late_is_withdrawn() -> None:
    seen: list[int] = []
    emit = made(lambda: seen.append(1), time.monotonic_ns() - 1)
    emit.run(LOOP)
    assert not seen
    assert (emit.answer() or {})["state"] == "withdrawn"


def test_what_goes_on_is_said_to_go_on() -> None:
    told: list[dict[str, Any]] = []
    emit = made(lambda: told.append(emit.give_up()))
    emit.run(THREAD)
    assert told[0]["state"] == "running"
    assert told[0]["said"] == "ordered on bus is being emitted on a thread of buslens: a handler runs still"


def test_what_a_handler_raises_is_told_without_running_any_code_of_it() -> None:
    class Odd(Exception):
        def __str__(self) -> str:
            raise AssertionError("the program's own")

    def fails() -> None:
        raise Odd("no token=abcdefghijkl", 5)

    emit = made(fails)
    emit.shown = lambda text: text.replace("abcdefghijkl", "…")
    emit.run(NEXT)
    assert (emit.answer() or {})["raised"].endswith("Odd: no token=…")
    assert "; a handler raised " in (emit.answer() or {})["said"]


@pytest.mark.parametrize("heard", [False, []])
def test_nobody_listened_is_said(heard: object) -> None:
    emit = made(lambda: heard)
    emit.run(NEXT)
    assert (emit.answer() or {})["said"].endswith("; nobody listened")


def test_what_ends_a_program_ends_it_but_not_on_a_thread_of_ours() -> None:
    def leaves() -> None:
        raise SystemExit(3)

    emit = made(leaves)
    with pytest.raises(SystemExit):
        emit.run(NEXT)
    assert (emit.answer() or {})["raised"] == "SystemExit"
    made(leaves).run(THREAD)
