"""Services that crash and subscribers that are away, in the kernel."""

from __future__ import annotations

import pytest

from buslens.records import Fault, Outcome
from tests.helpers.two_levels import recorded

TEXT = (
    "buslens: 1\nseed: 2\nengine: {engine}\nevents: {{a: {{}}}}\nfaults: [{fault}]\n"
    "script: [{{emit: a, times: 5, every: 2ms}}]\n"
    "handlers: {{h: {{on: a, do: [{{once: [{{log: first}}]}}, {{wait: 3ms}}]}}}}\n"
)


@pytest.mark.parametrize("engine", ["pyee", "pyee-asyncio"])
def test_a_service_that_is_back_has_forgotten_everything(engine: str) -> None:
    _, ours = recorded(TEXT.format(engine=engine, fault="{crash: h, at: 1ms, for: 2ms}"))
    assert Outcome.FAILED in ours.calls.outcome.tolist()
    said = [ours.marks.text(row) for row in range(len(ours.marks))]
    assert said.count("first") == 2
    assert {Fault.CRASH, Fault.BACK} <= set(ours.marks.fault.tolist())


def test_who_is_away_is_not_called() -> None:
    _, ours = recorded(TEXT.format(engine="pyee-asyncio", fault="{absent: h, at: 3ms}, {absent: h, for: 1ms}"))
    assert len(ours.calls) == 1


def test_a_run_is_over_though_a_service_would_crash_again() -> None:
    _, ours = recorded(TEXT.format(engine="pyee-asyncio", fault="{crash: h, every: exponential 5ms, for: 1ms}"))
    assert int(ours.marks.time_ns.max()) < 1_000_000_000
