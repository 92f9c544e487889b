"""Services in the kernel: who works, waits, is dropped or refused, as on the real bus, to the record."""

from __future__ import annotations

import pytest

from buslens.records import Outcome
from tests.helpers.two_levels import recorded

TEXT = (
    "buslens: 1\nevents: {{a: {{}}, dead: {{}}}}\nservices: {{s: {{{service}}}}}\nscript: [{{emit: a, times: 5}}]\n"
    "handlers:\n  h: {{on: a, service: s, on_failure: dead, do: [{{wait: 5ms}}]}}\n"
    "  letters: {{on: dead, do: [{{count: letters}}]}}\n"
)
DONE, FAILED, GIVEN_UP = Outcome.OK, Outcome.FAILED, Outcome.CANCELLED


@pytest.mark.parametrize(
    ("service", "ends_ms", "given_up"),
    [
        ("workers: 1", 25, 0),
        ("workers: 2", 15, 0),
        ("workers: 2, queue: {limit: 1}", 15, 0),
        ("queue: {limit: 0}", 25, 0),
        ("queue: {limit: 2, overflow: drop_oldest}", 15, 2),
        ("queue: {limit: 0, overflow: drop_oldest}", 5, 4),
    ],
)
def test_calls_wait_or_are_given_up(service: str, ends_ms: int, given_up: int) -> None:
    _, ours = recorded(TEXT.format(service=service))
    assert int(ours.calls.ended_ns.max()) == ends_ms * 1_000_000
    assert ours.calls.outcome.tolist().count(GIVEN_UP) == given_up


def test_what_is_refused_fails_and_its_dead_letter_is_handled() -> None:
    _, ours = recorded(TEXT.format(service="queue: {limit: 1, overflow: reject}"))
    assert ours.calls.outcome.tolist().count(FAILED) == 3
    assert ours.calls.outcome.tolist().count(DONE) == 5  # three of them of letters


def test_an_emitter_waits_until_the_queue_has_a_place() -> None:
    _, ours = recorded(
        "buslens: 1\nevents: {a: {}, b: {}}\nservices: {s: {queue: {limit: 1}}}\nscript: [{emit: a}, {emit: a}]\n"
        "handlers:\n  first: {on: a, do: [{emit: b, times: 2}, {log: done}]}\n"
        "  slow: {on: b, service: s, do: [{wait: 5ms}]}\n"
    )
    assert ours.marks.time_ns.max() == 10_000_000
