"""Which emits the broker has not answered, and whose calls that holds up."""

from __future__ import annotations

import threading

from bus.durable.emits import PendingEmit, PendingEmits


def test_a_call_is_held_up_by_the_last_of_its_emits() -> None:
    emits = PendingEmits()
    emits.put(1, PendingEmit("a", ["h", "g"], 7))
    emits.put(2, PendingEmit("b", [], 7))
    emits.put(3, PendingEmit("b", ["h"], 0))
    assert emits.of(1).consumers == ["h", "g"]
    assert emits.unanswered() == [("h", "a", 1), ("g", "a", 1), ("h", "b", 1)]
    assert not emits.answered(3), "it was emitted in no call"
    assert not emits.answered(2)
    assert not emits.all_answered(7)
    assert emits.answered(1)
    assert emits.all_answered(7)
    assert emits.unanswered() == []


def test_none_is_lost_of_those_that_many_threads_emit_in_one_call() -> None:
    emits = PendingEmits()

    def emit(first: int) -> None:
        for dispatch in range(first, first + 500):
            emits.put(dispatch, PendingEmit("a", [], 7))

    threads = [threading.Thread(target=emit, args=(1000 * number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [emits.answered(1000 * one + two) for one in range(4) for two in range(500)] == [False] * 1999 + [True]
