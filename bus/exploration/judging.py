"""What one run is worth: which expectations it breaks, in which order it did what, and what it has covered.

Runs that recorded the same are judged once.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from bus.analysis.standstill import standstill
from bus.capture.sameness import Recorded
from bus.expectations.judge import judge
from bus.expectations.surely import surely
from bus.expectations.verdict import State, Verdict
from bus.exploration.glance import Covered, Glance
from bus.exploration.program import Program, RunResult
from bus.scenario.model import Expectation
from bus.trace import Trace
from buslens.records import Outcome

MOST_KNOWN = 4_096
"""Judgements that are kept, for runs that record the same again."""

CUT_SHORT = "the run cannot go on: "
STANDS_STILL = "the run stands still: nothing can happen any more, though something is open"
"""What a run breaks that breaks nothing else; unless its scenario says itself what may stay open."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a run is worth."""

    broken: tuple[str, ...]
    """What it breaks, each in words by which it is known: an expectation, that the run could not go on, or
    that it stood still."""

    unknown: int
    """Expectations of which it cannot be told."""

    order: int
    """The same for all runs that did the same with the same payloads in the same order, whenever that was: 64 bits."""

    covered: frozenset[Covered]


class RunJudge:
    """Judges runs of one program."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._known: OrderedDict[bytes, Judgement] = OrderedDict()
        expected = program.document.scenario.expect
        self._is_surely_met = surely(expected)
        self._may_be_open = any(isinstance(each, Expectation) and each.open is not None for each in expected)

    def judge(self, result: RunResult) -> Judgement:
        """The same for the same records."""
        recorded = Recorded(result.data)
        facts = recorded.facts
        parts = recorded.packed_names, facts.tobytes(), recorded.packed_blobs, result.failure.encode()
        key = blake2b(b"".join(parts), digest_size=16).digest()
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._judged(result, recorded)
            if len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)
        return found

    def verdicts(self, trace: Trace) -> list[Verdict]:
        """On all that the scenario expects."""
        return judge(self._program.document.scenario.expect, trace, end_is_known=True)

    def found(self, trace: Trace, what: str) -> str:
        """What a run did instead of what it breaks; empty where it could not go on."""
        if what.startswith(CUT_SHORT):
            return ""
        if what == STANDS_STILL:
            return standstill(trace)
        found = (one.found for one in self.verdicts(trace) if one.state is State.UNMET and known_as(one) == what)
        return next(found, "")

    def _judged(self, result: RunResult, recorded: Recorded) -> Judgement:
        if result.in_kernel and not result.is_stuck and self._is_surely_met is not None:
            glance = Glance(recorded)
            if self._is_surely_met(glance):
                return Judgement((), 0, order_of(recorded), glance.covered)
        trace = trace_of(result)
        if result.failure:
            return Judgement((CUT_SHORT + result.failure,), 0, order_of(recorded), covered(trace))
        verdicts = self.verdicts(trace)
        broken = tuple(known_as(one) for one in verdicts if one.state is State.UNMET)
        if result.is_stuck and not broken and not self._may_be_open:
            broken = (STANDS_STILL,)
        unknown = sum(one.state is State.UNKNOWN for one in verdicts)
        return Judgement(broken, unknown, order_of(recorded), covered(trace))


def known_as(verdict: Verdict) -> str:
    """The words by which what it is about is the same in each run."""
    return f"{verdict.about}: {verdict.expected}"


def trace_of(result: RunResult) -> Trace:
    """What a run recorded, for reading."""
    trace = Trace()
    trace.feed(result.data)
    trace.ended = True
    return trace


def order_of(recorded: Recorded) -> int:
    """See `Judgement.order`."""
    facts = recorded.facts.copy()
    facts["time_ns"] = 0
    told = blake2b(recorded.packed_names + facts.tobytes() + recorded.packed_blobs, digest_size=8).digest()
    return int.from_bytes(told, "little")


def covered(trace: Trace) -> frozenset[Covered]:
    """Which handlers were called for which events, and how that ended."""
    calls = trace.calls
    if not len(calls):
        return frozenset()
    rows = trace.dispatches.rows_of(calls.dispatch)
    seen = np.unique(np.stack([trace.dispatches.event[rows], calls.handler, calls.outcome]), axis=1).T.tolist()
    text = trace.names.text
    return frozenset((text(event), text(handler), Outcome(outcome).name.lower()) for event, handler, outcome in seen)
