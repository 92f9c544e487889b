"""Perfetto's own trace processor reads our Chrome traces: no import errors, slices and flows as in the capture."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bus.export import chrome
from bus.scenario.samples import SAMPLES, Sample
from bus.trace import Trace
from buslens.records import Outcome
from tests.helpers import perfetto
from tests.helpers.live import Live
from tests.helpers.make_trace import make_trace

pytestmark = pytest.mark.skipif(not perfetto.available(), reason="node, which runs the trace processor, is missing")

ERRORS = "SELECT name, value FROM stats WHERE severity IN ('error', 'data_loss') AND value > 0"
CALLS = """
SELECT s.name AS handler, s.dur AS dur, EXTRACT_ARG(s.arg_set_id, 'args.call') AS ident,
       EXTRACT_ARG(s.arg_set_id, 'args.outcome') AS outcome, EXTRACT_ARG(s.arg_set_id, 'args.error') AS error
FROM slice s WHERE s.category = 'call' AND EXTRACT_ARG(s.arg_set_id, 'args.call') IS NOT NULL"""
FLOWS = """
SELECT EXTRACT_ARG(o.arg_set_id, 'args.dispatch') AS dispatch, EXTRACT_ARG(i.arg_set_id, 'args.call') AS call
FROM flow f JOIN slice o ON o.id = f.slice_out JOIN slice i ON i.id = f.slice_in"""


@pytest.fixture(params=[f"{sample.id} {engine}" for sample in SAMPLES for engine in ("pyee", "pyee-asyncio")])
def sampled(request: pytest.FixtureRequest, live: Live) -> Trace:
    name, engine = request.param.split()
    sample: Sample = next(each for each in SAMPLES if each.id == name)
    return live.ended(sample.path, engine=engine).trace


def test_samples(sampled: Trace, tmp_path: Path) -> None:
    as_in_the_capture(sampled, tmp_path)


@pytest.mark.parametrize("names", ["", '";\n</script>\x1b🙂'])
def test_failures_losses_nested_flows_and_calls_that_run_still(names: str, tmp_path: Path) -> None:
    as_in_the_capture(make_trace(100, failures=0.3, running=3, names=names), tmp_path)


def test_an_empty_trace(tmp_path: Path) -> None:
    as_in_the_capture(Trace(), tmp_path)


def as_in_the_capture(trace: Trace, folder: Path) -> None:
    path = folder / "trace.json"
    chrome.write(trace, path)
    errors, calls, flows = perfetto.asked(path, ERRORS, CALLS, FLOWS)
    assert errors == []
    failures = {ident: trace.error(row) for row, ident in enumerate(trace.calls.id.tolist())}
    outcomes = dict(zip(trace.calls.id.tolist(), trace.calls.outcome.tolist(), strict=True))
    lengths = dict(zip(trace.calls.id.tolist(), (trace.calls.ended_ns - trace.calls.started_ns).tolist(), strict=True))
    assert Counter(call["ident"] for call in calls) == Counter(trace.calls.id.tolist())
    for call in calls:
        outcome = outcomes[call["ident"]]
        assert call["outcome"] == Outcome(outcome).name.lower()
        failure = failures[call["ident"]]
        assert call["error"] == (failure.type if failure is not None else None)
        assert call["dur"] == (lengths[call["ident"]] if outcome != Outcome.RUNNING else -1)
    caused = [
        (dispatch, call)
        for dispatch, call in zip(trace.calls.dispatch.tolist(), trace.calls.id.tolist(), strict=True)
        if trace.dispatches.row_of(dispatch) >= 0
    ]
    assert Counter((flow["dispatch"], flow["call"]) for flow in flows) == Counter(caused)
