"""Calls that the kernel makes again, each with its number, after its backoff, and the last one for good."""

from __future__ import annotations

import pytest

from buslens.records import Outcome
from tests.helpers.two_levels import recorded

TEXT = (
    "buslens: 1\nengine: {engine}\nevents: {{a: {{}}, dead: {{}}}}\nscript: [{{emit: a, times: 2}}]\nhandlers:\n"
    "  h: {{on: a, {said} retry: {{attempts: 3, backoff: 2ms, factor: 2}}, on_failure: dead, do: [{step}]}}\n"
    "  error: {{on: dead, do: [{{log: '${{event.payload.attempts}}'}}]}}\n"
)


@pytest.mark.parametrize("engine", ["pyee", "pyee-asyncio"])
@pytest.mark.parametrize("said", ["", "block: true,", "timeout: 1ms,"])
def test_each_attempt_is_a_call_and_the_last_emits_its_dead_letter(engine: str, said: str) -> None:
    _, ours = recorded(TEXT.format(engine=engine, said=said, step="{wait: 1ms}, {fail: always}"))
    assert sorted(ours.calls.attempt[ours.calls.outcome != Outcome.OK].tolist()) == [1, 1, 2, 2, 3, 3]
    assert [ours.marks.text(row) for row in range(len(ours.marks))] == ["3", "3"]


def test_one_that_succeeds_is_the_last() -> None:
    _, ours = recorded(TEXT.format(engine="pyee-asyncio", said="", step="{fail: {if: count < 3}}"))
    assert ours.calls.outcome.tolist().count(Outcome.FAILED) == 2
    assert len(ours.marks) == 0
