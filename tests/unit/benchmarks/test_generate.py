"""Captures made for measuring open like any other and hold what their maker says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.generate import CALLS_A_SLICE, HANDLERS, generate
from bus.capture import capture
from buslens.records import Outcome


@pytest.mark.parametrize("calls", [0, 1, 4_321, CALLS_A_SLICE + 1])
def test_what_it_makes_opens_without_complaint_and_has_the_right_counts(calls: int, tmp_path: Path) -> None:
    path = tmp_path / "made.buslens"
    made = generate(calls, path)
    trace = capture.load(path)
    assert trace.damage == ""
    assert made.calls == len(trace.calls) == calls
    assert made.dispatches == len(trace.dispatches)
    assert made.size == trace.whole == path.stat().st_size
    assert made.failed == np.count_nonzero(trace.calls.outcome == Outcome.FAILED)
    assert made.lost == np.count_nonzero(trace.dispatches.outcome == Outcome.LOST)
    assert not np.any(trace.calls.outcome == Outcome.RUNNING)
    assert not np.any(trace.dispatches.open)


def test_it_has_the_shape_of_a_busy_program(tmp_path: Path) -> None:
    path = tmp_path / "made.buslens"
    generate(50_000, path)
    trace = capture.load(path)
    calls, dispatches = trace.calls, trace.dispatches
    assert len(np.unique(calls.handler)) == HANDLERS
    assert 20 < np.count_nonzero(calls.outcome == Outcome.FAILED) < 100
    assert np.count_nonzero(dispatches.outcome == Outcome.LOST) > 20
    nested = dispatches.parent_call != 0
    assert 0.2 < nested.mean() < 0.8
    assert np.all(calls.rows_of(dispatches.parent_call[nested]) >= 0)
    assert np.any(calls.started_ns[1:] < calls.ended_ns[:-1])
    failed = int(np.flatnonzero(calls.outcome == Outcome.FAILED)[0])
    error = trace.error(failed)
    assert error is not None
    assert error.type == "CardDeclined"
    assert trace.payload(7).value["total"] == 12.5


def test_the_same_arguments_make_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        generate(3_000, tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
