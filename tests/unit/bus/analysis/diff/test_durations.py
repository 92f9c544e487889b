"""When a handler is said to have become slower."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from bus.analysis.diff.durations import Pace, durations
from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.records import Outcome


def took(times_ns: list[int]) -> Trace:
    """A trace of one handler's calls."""
    now = 0
    recorder, trace = Recorder(clock_ns=lambda: now), Trace()
    event, handler = recorder.event("a"), recorder.handler("h", "", 0, "a")
    for number, time_ns in enumerate(times_ns):
        recorder.dispatch(2 * number + 1, 0, event, 0, 1, None, False)
        recorder.call_started(2 * number + 2, 2 * number + 1, handler, 0, 1, 0)
        now += time_ns
        recorder.call_ended(2 * number + 2, Outcome.OK)
    trace.feed(recorder.take())
    return trace


def drawn(seed: int, many: int, scale: float = 1, tail: float = 0.0) -> list[int]:
    """Skewed, as durations are; tail: share of calls that take ten times as long."""
    rng = random.Random(seed)
    return [int(rng.lognormvariate(13, 0.4) * scale * (10 if rng.random() < tail else 1)) for _ in range(many)]


def pace(first: list[int], second: list[int]) -> Pace:
    (found,) = durations(took(first), took(second))
    return found.pace


@pytest.mark.parametrize("many", [10, 40, 400])
def test_the_same_distribution_is_the_same(many: int) -> None:
    found = [pace(drawn(seed, many), drawn(seed + 1_000, many)) for seed in range(60)]
    assert found == [Pace.SAME] * 60


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (lambda: drawn(2, 200, scale=2), Pace.SLOWER),
        (lambda: drawn(2, 200, scale=0.5), Pace.FASTER),
        (lambda: drawn(2, 400, tail=0.25), Pace.SLOWER_TAIL),
        (lambda: drawn(2, 400, scale=1.05), Pace.SAME),
        (lambda: drawn(2, 9, scale=5), Pace.UNKNOWN),
    ],
)
def test_a_change_has_a_name(second: Callable[[], list[int]], expected: Pace) -> None:
    assert pace(drawn(1, 400), second()) is expected


def test_the_effect_is_what_comparing_each_with_each_finds() -> None:
    first, second = drawn(1, 60), drawn(2, 50, scale=1.3)
    (found,) = durations(took(first), took(second))
    signs = [(b > a) - (b < a) for a in first for b in second]
    assert found.effect == pytest.approx(sum(signs) / len(signs))
    assert found.counts == (60, 50)
    assert found.first.p50 == sorted(first)[29]
    assert found.beyond == sum(b > sorted(first)[56] for b in second) / 50


def test_a_handler_that_only_one_has_is_not_compared() -> None:
    assert durations(took([1]), took([])) == []
