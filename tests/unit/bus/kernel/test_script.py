"""The script in the kernel: users, times, rhythms; and where it cannot go on, the real bus says so."""

from __future__ import annotations

import pytest

from bus.exploration.program import Program
from bus.runtime.choices import Choices
from bus.scenario import loads
from tests.helpers.two_levels import recorded


def test_users_and_emits_at_a_time_go_on_side_by_side() -> None:
    _, ours = recorded(
        "buslens: 1\nevents: {a: {}, b: {}}\nscript:\n  - {emit: b, at: 3ms}\n"
        "  - {repeat: 2, users: 3, do: [{emit: a}, {wait: 2ms}, {repeat: 2, users: 2, do: [{emit: b, at: 9ms}]}]}\n"
        "  - {mark: over}\n  - {emit: a, times: 3, every: 1ms, burst: 2, if: count != 2}\n"
    )
    assert ours.marks.time_ns.tolist() == [4_000_000]
    assert len(ours.dispatches) == 1 + 6 + 24 + 5


def test_it_makes_up_for_what_came_too_late() -> None:
    _, ours = recorded(
        "buslens: 1\nengine: pyee\nevents: {a: {}}\nscript: [{emit: a, times: 4, every: 2ms}]\n"
        "handlers: {h: {on: a, do: [{once: [{wait: 5ms}]}]}}\n"
    )
    assert ours.dispatches.emitted_ns.tolist() == [0, 5_000_000, 5_000_000, 6_000_000]


def test_a_script_that_cannot_go_on_is_told_by_the_real_bus() -> None:
    result = Program(loads("buslens: 1\nevents: {a: {}}\nscript: [{emit: a, with: $nothing.here}]\n")).run(Choices())
    assert "the script cannot go on" in result.failure
    assert not result.in_kernel


def test_a_script_whose_time_never_comes_is_told_by_the_real_bus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bus.run.script.MOST_TIMES", 1_000)
    monkeypatch.setattr("bus.kernel.script.MOST_TIMES", 1_000)
    text = "buslens: 1\nevents: {a: {}}\nscript: [{repeat: 10000000, for: 1s, do: [{emit: a, if: 'false'}]}]\n"
    result = Program(loads(text)).run(Choices())
    assert "the script cannot go on: it has done 1000 steps" in result.failure
    assert not result.in_kernel
