"""Models beside what they were made of."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from statistics import stdev

import numpy as np
import pytest

from bus.modelling import simulating
from bus.modelling.confidence import estimate
from bus.modelling.making import ModelOptions, model_of
from bus.modelling.validating import validate
from bus.scenario import SAMPLES, Document
from tests.helpers.live import Live
from tests.helpers.queueing import queue_trace


@pytest.mark.parametrize("locked", [False, True])
def test_an_m_m_1_queue_is_simulated_as_it_was_captured(locked: bool) -> None:
    trace = queue_trace(2500, arrivals=50, service=lambda rng: rng.expovariate(100), failures=0.1, locked=locked)
    model = model_of(trace, "jobs")
    assert "parallel: 1" in model.text
    assert model.arrivals[0].is_poisson
    captured = float((trace.calls.ended_ns - trace.calls.emitted_ns).mean())
    runs = [
        float((run.trace.calls.ended_ns - run.trace.calls.emitted_ns).mean())
        for run in simulating.runs(Document(model.text), 8, lambda _: False, lambda _: None)
    ]
    found = estimate(runs)
    one_run = found.half + 2.365 * stdev(runs)  # the capture is one run, too
    assert abs(captured - found.mean) < one_run
    assert found.mean == pytest.approx(1e9 / (100 - 50), rel=0.1)  # the formula of M/M/1
    assert not validate(trace, model).sentences


@pytest.mark.parametrize("sample", ["checkout", "user-created", "async-errors"])
def test_a_sample_comes_back_with_the_same_counts(sample: str, live: Live) -> None:
    path = next(each.path for each in SAMPLES if each.id == sample)
    trace = live.ended(Path(path)).trace
    found = validate(trace, model_of(trace, sample))
    assert not found.sentences
    assert found.fits
    assert {
        fit.name: fit.captured for fit in found.fits if not math.isnan(fit.simulated.half) and not fit.simulated.half
    } == {
        fit.name: fit.simulated.mean
        for fit in found.fits
        if not math.isnan(fit.simulated.half) and not fit.simulated.half
    }


def test_where_a_model_does_not_fit_is_said() -> None:
    trace = queue_trace(300, arrivals=50, service=lambda rng: rng.expovariate(100), failures=0.1)
    model = model_of(trace, "jobs", ModelOptions("fitted"))
    slower = replace(model, text=model.text.replace("- wait: quantiles", "- wait: 40ms\n      - wait: quantiles", 1))
    told = validate(trace, slower).sentences
    assert any("handler serve: its duration does not fit" in each for each in told)
    never = replace(model, text=model.text.replace("- fail:", "- fail: always\n      - fail:"))
    assert any("of its calls failed, 100.0% are simulated to" in each for each in validate(trace, never).sentences)
    fewer = replace(model, text=model.text.replace("times: 300", "times: 30"))
    assert any("300 dispatches were captured, 30 are simulated" in each for each in validate(trace, fewer).sentences)


def test_a_person_may_end_it() -> None:
    class Ended(Exception):
        pass

    def ended(_: object) -> None:
        raise Ended

    trace = queue_trace(100, arrivals=50, service=lambda rng: rng.expovariate(100))
    model = model_of(trace, "jobs")
    with pytest.raises(Ended):  # though a run may be over before anybody has looked
        validate(trace, model, 1, ended)


def test_the_model_takes_as_long_as_the_program_did() -> None:
    trace = queue_trace(1000, arrivals=50, service=lambda rng: rng.expovariate(100))
    found = validate(trace, model_of(trace, "jobs"))
    assert found.virtual_ns == pytest.approx(found.captured_ns, rel=0.1)
    assert np.isfinite(found.virtual_ns)
