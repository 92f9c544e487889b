"""What a run made of its scenario's expectations, each with the rows that it is about, as a search line."""

from __future__ import annotations

from dataclasses import dataclass

from bus.analysis.expect import Verdict, verdicts
from bus.find.filter_quote import quote
from bus.scenario.model import Expectation, Scenario
from bus.trace import Trace
from bus.trace.fates import FATES

_OUTCOMES = {"ok": "outcome:ok", "failed": "(outcome:failed OR outcome:timed_out)", "never ran": "outcome:never-ran"}
_OF_EVENTS = ("emitted", "dropped", *FATES)
_TIMES = {"p95 of the latency": "latency", "p95 of the duration": "duration"}


@dataclass(frozen=True, slots=True)
class JudgedVerdict:
    """A verdict on one bound of an expectation, with the rows that it is about."""

    verdict: Verdict
    table: str
    """Which rows it counts: "dispatches" or "calls"."""

    search: str
    """What leaves about those rows; "" for all of them."""


def judged(scenario: Scenario, trace: Trace) -> list[JudgedVerdict]:
    """Every bound of every expectation, in the order of the file."""
    found = []
    for expectation in scenario.expect:
        alone = scenario.model_copy(update={"expect": [expectation]})
        found += [_with_rows(expectation, verdict) for verdict in verdicts(alone, trace)]
    return found


def _with_rows(expectation: Expectation, verdict: Verdict) -> JudgedVerdict:
    word = verdict.about.rpartition(": ")[2]
    terms = [f"event:{quote(expectation.event)}"] if expectation.event else []
    terms += [f"handler:{quote(expectation.handler)}"] if expectation.handler else []
    if word in _OUTCOMES:
        terms.append(_OUTCOMES[word])
    elif word in _OF_EVENTS and word != "emitted" and not expectation.handler:
        # Of one handler among several the fate of the whole event says too much.
        terms.append(f"fate:{'lost' if word == 'dropped' else word}")
    elif word in _TIMES and not verdict.met:
        terms.append(f"{_TIMES[word]}>{verdict.expected.removeprefix('<= ').replace(' ', '')}")
    of_events = word in _OF_EVENTS or _TIMES.get(word) == "latency"
    return JudgedVerdict(verdict, "dispatches" if of_events else "calls", " ".join(terms))
