"""Models and changes in words."""

from __future__ import annotations

from bus.modelling.arrivals import ArrivalFit
from bus.modelling.confidence import Estimate
from bus.modelling.making import model_of
from bus.modelling.validating import validate
from bus.modelling.words import FIT_HEADS, arrival_sentence, estimate_text, fit_rows
from tests.helpers.queueing import queue_trace

NAN = float("nan")


def test_how_events_came() -> None:
    assert arrival_sentence(ArrivalFit("a", 1, NAN, NAN, NAN)) == "a came 1 time from outside"
    assert "too few to tell" in arrival_sentence(ArrivalFit("a", 5, 2.0, NAN, NAN))
    assert "came 5 times from outside, 2028 a second;" in arrival_sentence(ArrivalFit("a", 5, 2028.3, NAN, NAN))
    assert "not as a Poisson process would (distance 0.300" in arrival_sentence(ArrivalFit("a", 50, 2.0, 0.3, 0.1))


def test_estimates_for_people() -> None:
    assert estimate_text(Estimate(12e6, 3e6, 4), "ns") == "12 ms ± 3 ms"
    assert estimate_text(Estimate(-12e6, 3e6, 4), "ns", signed=True) == "-12 ms ± 3 ms"
    assert estimate_text(Estimate(0.25, NAN, 1), "share") == "25.0%"
    assert estimate_text(Estimate(600, 0, 4), "count") == "600"
    assert estimate_text(Estimate(NAN, NAN, 0), "ns") == "-"


def test_a_model_beside_its_capture_is_a_row_for_each_time() -> None:
    trace = queue_trace(150, arrivals=50, service=lambda rng: rng.expovariate(100))
    rows = fit_rows(validate(trace, model_of(trace, "jobs"), 2))
    assert all(len(row) == len(FIT_HEADS) for row, _ in rows)
    told = [(row[0], row[3]) for row, _ in rows]
    assert told == [("event job", "latency"), ("event done", ""), ("handler serve", "waiting"), ("", "duration")]
