"""What a handler may say of when its events become calls, and of what follows a failure."""

from __future__ import annotations

import random

import pytest

from bus.errors import UserErrors
from bus.scenario import loads
from bus.scenario.distribution import LONGEST_NS
from bus.scenario.handling import Retry

TEXT = "buslens: 1\nevents: {{a: {{}}, b: {{}}}}\nhandlers:\n  h: {{on: a, {said}}}\n"
MS = 1_000_000


def mistake(said: str) -> str:
    with pytest.raises(UserErrors) as caught:
        loads(TEXT.format(said=said), "shop.yaml")
    return str(caught.value)


def test_backoffs_grow_up_to_the_longest() -> None:
    retry = Retry(backoff="100ms", factor=2, longest="500ms")
    found = [retry.backoff_ns(attempt, random.Random(1)) // MS for attempt in (1, 2, 3, 4, 1000)]
    assert found == [100, 200, 400, 500, 500]
    assert Retry(backoff="1ns", factor=100).backoff_ns(1000, random.Random(1)) == LONGEST_NS


def test_jitter_leaves_a_share_of_each_to_chance() -> None:
    draws = random.Random(1)
    found = [Retry(backoff="100ms", jitter=0.5).backoff_ns(1, draws) / MS for _ in range(1000)]
    assert 50 <= min(found) < 51
    assert 99 < max(found) <= 100


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("timeout: 5", "expected a time such as 20ms"),
        ("timeout: forever", "expected a time such as 20ms"),
        ("retry: {factor: 0}", "expected at least 1"),
        ("retry: {jitter: 2}", "expected at most 1"),
        ("retry: {on: 'no name'}", "expected a Python class name"),
        ("on_failure: c", "no event c"),
        ("concurrency: 0", "expected at least 1"),
        ("concurrency: 2, worker: thread", "parallel"),
        ("order: '['", "expected the path of a field"),
        ("debounce: 1s, batch: {size: 2}", "expected either debounce"),
        ("batch: {size: 100000}", "expected at most 1000"),
        ("batch: {}", "the key size is missing here"),
        ("throttle: {every: 1s, excess: lose}", "expected drop or wait"),
        ("throttle: {evry: 1s}", "did you mean every?"),
        ("debounce: 1s, once: true", "expected either once: true"),
        ("order: id, block: true", "expected either block: true"),
        ("when: 'event.payload.'", "not an expression"),
    ],
)
def test_mistakes_are_told_with_what_was_expected(said: str, told: str) -> None:
    found = mistake(said)
    assert told in found
    assert found.startswith("shop.yaml:4:")


def test_a_condition_that_asks_for_what_is_nowhere_is_found_before_a_run() -> None:
    (found,) = loads(TEXT.format(said="when: count > 3"), "shop.yaml").examined().mistakes
    assert "there is no count here" in str(found)


def test_renaming_an_event_renames_the_dead_letter_and_it_cannot_be_removed() -> None:
    document = loads(TEXT.format(said="on_failure: b"), "shop.yaml")
    document.rename_event("b", "c")
    assert document.scenario.handlers["h"].on_failure == "c"
    with pytest.raises(Exception, match="still used by h"):
        document.remove_event("c")
