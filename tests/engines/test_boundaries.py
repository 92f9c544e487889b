"""A consumer that dies at each boundary: what an engine loses, and what it does twice."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bus import scenario
from bus.analysis import numbers
from bus.comparison import ComparisonPlan, ComparisonResult, compare
from bus.contract.boundaries import Boundary
from bus.engines import ENGINES
from buslens.records import NameKind

TWO = """buslens: 1
events: {a: {}}
handlers: {one: {on: a, do: [{wait: 1ms}]}, two: {on: a}}
script: [{emit: a, with: $count, every: 1ms, times: 30}]
"""
EPHEMERAL = sorted(engine for engine in ENGINES if not ENGINES[engine].is_durable)
DURABLE = sorted(engine for engine in ENGINES if ENGINES[engine].is_durable)
Crashed = Callable[[str, Boundary, str], ComparisonResult]


@pytest.fixture
def crashed(tmp_path: Path, request: pytest.FixtureRequest) -> Crashed:
    def run(engine: str, boundary: Boundary, text: str) -> ComparisonResult:
        if not ENGINES[engine].is_embedded:
            request.getfixturevalue(engine)  # its broker
        path = tmp_path / "two.yaml"
        path.write_text(text)
        plan = ComparisonPlan([engine], speed=math.inf, crashes=[boundary])
        (result,) = compare(scenario.load(path), plan, bool, lambda _: None)
        assert result.problem == ""
        return result

    return run


def losses(result: ComparisonResult) -> tuple[int, int]:
    """Of the scenario's own event: pyee's `error` about each failure counts like any other event."""
    names = result.trace.names
    of_a = [ident for ident in names.ids(NameKind.EVENT) if names.text(ident) == "a"]
    counted = numbers.of_trace(result.trace, np.isin(result.trace.dispatches.event, of_a))
    return counted["lost"], counted["twice"]


@pytest.mark.parametrize("engine", EPHEMERAL)
def test_an_engine_without_acknowledgement_loses_what_the_dead_one_had(engine: str, crashed: Crashed) -> None:
    for boundary in (Boundary.RECEIVED, Boundary.HANDLING):
        lost, twice = losses(crashed(engine, boundary, TWO))
        assert lost in (1, 2)  # both handlers die, on `pyee` and where it so happens with the same event
        assert twice == 0
    for boundary in (Boundary.HANDLED, Boundary.ACKNOWLEDGED):
        assert losses(crashed(engine, boundary, TWO)) == (0, 0)


@pytest.mark.parametrize("engine", DURABLE)
@pytest.mark.parametrize(
    ("boundary", "expected"),
    [
        (Boundary.RECEIVED, (0, 0)),
        (Boundary.HANDLING, (0, 0)),
        (Boundary.HANDLED, (0, 2)),
        (Boundary.ACKNOWLEDGED, (0, 0)),
    ],
)
def test_a_durable_engine_loses_nothing_and_repeats_what_was_not_acknowledged(
    engine: str, boundary: Boundary, expected: tuple[int, int], crashed: Crashed
) -> None:
    result = crashed(engine, boundary, TWO)
    assert losses(result) == expected
    assert result.figures.delivered == 60
    assert result.figures.kept + result.figures.open == 0


@pytest.mark.parametrize("engine", DURABLE)
@pytest.mark.parametrize("boundary", list(Boundary))
def test_what_was_handed_out_ahead_comes_again_to_who_dies(engine: str, boundary: Boundary, crashed: Crashed) -> None:
    slow = TWO.replace("wait: 1ms", "wait: 5ms")
    result = crashed(engine, boundary, slow)
    assert losses(result)[0] == 0
    assert result.figures.delivered == 60
    assert result.figures.kept + result.figures.open == 0


@pytest.mark.parametrize("engine", DURABLE)
def test_who_acknowledges_before_the_call_never_repeats_and_loses_what_it_was_handling(
    engine: str, crashed: Crashed
) -> None:
    early = TWO.replace("{on: a", "{ack: before, on: a")
    assert losses(crashed(engine, Boundary.RECEIVED, early)) == (0, 0)
    lost, twice = losses(crashed(engine, Boundary.HANDLING, early))
    assert lost in (1, 2)
    assert twice == 0
