"""Steps that make calls like those that were seen."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np

from bus.modelling.behaviour import EmittedEvent, SeenCalls, steps_of

MS = 1_000_000
NOBODY = np.zeros(100, bool)


def calls(ms: int | np.ndarray, *, failed: np.ndarray = NOBODY, emits: list[EmittedEvent] | None = None) -> SeenCalls:
    own = np.full(100, ms) * MS if isinstance(ms, int) else ms * MS
    return SeenCalls(own, failed, np.zeros(len(own), bool), Counter(CardDeclined=3, TimeoutError=1), emits or [])


def emitted(counts: np.ndarray, ms: int) -> EmittedEvent:
    return EmittedEvent("paid", counts, np.where(counts > 0, ms * MS, -1))


def test_an_emit_stands_where_it_was_seen() -> None:
    once = np.ones(100, np.int64)
    assert steps_of(calls(20, emits=[emitted(once, 20)])) == [{"wait": "20ms"}, {"emit": "paid"}]
    assert steps_of(calls(20, emits=[emitted(once, 0)])) == [{"emit": "paid"}, {"wait": "20ms"}]
    assert steps_of(calls(20, emits=[emitted(once, 5)])) == [{"wait": "5ms"}, {"emit": "paid"}, {"wait": "15ms"}]


def test_how_often_it_is_emitted_is_a_probability() -> None:
    sometimes = np.arange(100) % 4 == 0
    assert steps_of(calls(0, emits=[emitted(sometimes.astype(int), 0)])) == [{"emit": "paid", "probability": 0.25}]
    assert steps_of(calls(0, emits=[emitted(np.full(100, 3), 0)])) == [{"emit": "paid", "times": 3}]
    mixed = np.r_[np.full(50, 1), np.full(50, 2)]
    assert steps_of(calls(0, emits=[emitted(mixed, 0)])) == [{"emit": "paid"}, {"emit": "paid", "probability": 0.5}]


def test_what_failed_calls_do_not_emit_stands_behind_the_failure() -> None:
    failed = np.arange(100) % 5 == 0
    steps = steps_of(calls(20, failed=failed, emits=[emitted((~failed).astype(int), 20)]))
    assert steps == [
        {"wait": "20ms"},
        {"fail": {"error": "CardDeclined", "probability": 0.15}},
        {"fail": {"error": "TimeoutError", "probability": 0.058824}},
        {"emit": "paid"},
    ]


def test_what_fails_at_once_does_not_wait_first() -> None:
    failed = np.arange(100) % 5 == 0
    steps = steps_of(calls(np.where(failed, 1, 20), failed=failed))
    assert steps[0] == {"wait": "1ms"}
    assert steps[-1] == {"wait": "19ms"}


def test_a_handler_that_always_fails() -> None:
    assert steps_of(SeenCalls(np.zeros(9, int), np.ones(9, bool), np.zeros(9, bool), Counter())) == [
        {"fail": {"error": "HandlerFailed"}}
    ]


def test_a_call_that_was_cut_short_from_inside_says_nothing_of_how_long_it_takes() -> None:
    cut = np.arange(100) % 4 == 0
    seen = calls(np.where(cut, 5, 20), emits=[emitted(np.ones(100, np.int64), 5)])
    steps = steps_of(replace(seen, cut=cut))
    assert steps == [{"wait": "5ms"}, {"emit": "paid"}, {"wait": "15ms"}]
