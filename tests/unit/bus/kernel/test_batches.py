"""Batches in the kernel: filled, or taken as they are when their time is over."""

from __future__ import annotations

from buslens.records import Outcome
from tests.helpers.two_levels import recorded

TEXT = (
    "buslens: 1\nevents: {{a: {{}}}}\nscript: [{{emit: a, times: {times}, every: 2ms, with: {{n: $count}}}}]\n"
    "handlers: {{h: {{on: a, batch: {{size: 2, within: 3ms}}, {said} do: [{{log: '${{event.payload}}'}}, {step}]}}}}\n"
)


def test_a_batch_is_one_calls_work_and_the_others_end_with_it() -> None:
    _, ours = recorded(TEXT.format(times=5, said="", step="{wait: 9ms}"))
    assert ours.calls.ended_ns.tolist() == [11_000_000, 11_000_000, 15_000_000, 15_000_000, 20_000_000]


def test_all_of_a_batch_fail_as_it_does_and_are_called_again() -> None:
    _, ours = recorded(TEXT.format(times=2, said="retry: {attempts: 2, backoff: 1ms},", step="{fail: {every: 1}}"))
    assert ours.calls.outcome.tolist() == [Outcome.FAILED] * 4
    assert ours.calls.attempt.tolist() == [1, 1, 2, 2]


def test_a_batch_of_one_waits_for_nobody() -> None:
    _, ours = recorded(TEXT.format(times=2, said="", step="{wait: 1ms}").replace("size: 2", "size: 1"))
    assert ours.calls.ended_ns.tolist() == [1_000_000, 3_000_000]


def test_each_copy_lives_its_own_life() -> None:
    _, ours = recorded(TEXT.format(times=3, said="", step="{wait: 1ms}").replace("{a: {}}", "{a: {ttl: 2ms}}"))
    assert ours.calls.outcome.tolist() == [Outcome.OK, Outcome.OK, Outcome.CANCELLED]


def test_a_batch_that_waits_for_its_turn_loses_what_expires_meanwhile() -> None:
    text = TEXT.format(times=4, said="concurrency: 1,", step="{wait: 7ms}")
    _, ours = recorded(text.replace("{a: {}}", "{a: {ttl: 4ms}}"))
    assert ours.calls.outcome.tolist() == [Outcome.OK, Outcome.OK, Outcome.CANCELLED, Outcome.OK]
