"""What exploring is worth: with a safeguard switched off it finds what that safeguard was for, and planted bugs."""

from __future__ import annotations

import pytest

from benchmarks.safeguards import FOLDER, PLANTED, SAFEGUARDS, SCENARIOS, Safeguard, row
from bus.exploration.explorer import Explorer, Plan
from bus.exploration.program import Program
from bus.scenario import Document, load

MOST = 400
"""Runs until each of them is found: the strategy's seed makes the same ones each time."""


def found_in(document: Document, most: int) -> int:
    """How many runs it takes until one breaks something."""
    explorer = Explorer(Program(document), Plan())
    while explorer.tally.runs < most and not explorer.tally.breaking:
        explorer.run_next()
    assert explorer.tally.breaking, f"nothing in {most} runs"
    return explorer.tally.runs


@pytest.mark.parametrize("safeguard", SAFEGUARDS, ids=lambda each: f"{each.scenario}: {each.name}")
def test_a_safeguard_that_is_switched_off_is_missed(safeguard: Safeguard) -> None:
    assert found_in(safeguard.switched_off(), MOST) <= MOST


@pytest.mark.parametrize("name", PLANTED)
def test_a_bug_that_few_runs_show_is_found(name: str) -> None:
    assert found_in(load(FOLDER / f"{name}.yaml"), MOST) > 1


@pytest.mark.parametrize("name", SCENARIOS)
def test_with_all_safeguards_on_nothing_is_found(name: str) -> None:
    assert row((name,), load(FOLDER / f"{name}.yaml"), 60).startswith(f"| {name} | 0 of 60 runs |")
