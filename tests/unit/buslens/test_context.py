"""What caused an emit: a call, the program itself, or somebody whom nobody can name; never a guess."""

from __future__ import annotations

import _thread
import contextvars
import queue
from collections.abc import Callable

from buslens.context import CALL, CAUSE_UNKNOWN, cause_here, current_call, outside
from tests.helpers.patience import PATIENCE_S


def on_a_thread(does: Callable[[], int]) -> int:
    """What it gives on a thread that nobody carried a cause to: other tests may have `threading` watched still."""
    found: queue.SimpleQueue[int] = queue.SimpleQueue()
    _thread.start_new_thread(lambda: found.put(does()), ())
    return found.get(timeout=PATIENCE_S)


def within(call: int, does: Callable[[], int]) -> int:
    def entered() -> int:
        CALL.set(call)
        return does()

    return contextvars.copy_context().run(entered)


def test_inside_of_a_call_that_is_the_cause() -> None:
    assert within(7, cause_here) == 7
    assert within(7, current_call) == 7


def test_what_the_main_thread_does_nobody_has_caused() -> None:
    assert contextvars.Context().run(cause_here) == 0


def test_who_began_another_thread_is_not_known() -> None:
    assert on_a_thread(cause_here) == CAUSE_UNKNOWN
    assert on_a_thread(outside) == CAUSE_UNKNOWN


def test_known_to_be_outside_of_any_call_is_no_cause_on_any_thread() -> None:
    assert on_a_thread(lambda: within(0, cause_here)) == 0


def test_an_unknown_cause_is_no_call() -> None:
    assert within(CAUSE_UNKNOWN, cause_here) == CAUSE_UNKNOWN
    assert within(CAUSE_UNKNOWN, current_call) == 0
    assert contextvars.Context().run(current_call) == 0


def test_the_cause_of_a_fact_fits_into_its_field() -> None:
    assert CAUSE_UNKNOWN.bit_length() == 64
