"""Whether a smaller run breaks something for the same reason, or only because hardly anything happens in it any more.

A bound that asks for more (`emitted: ">= 3"`, `eventually`) is broken by a run in which nothing happens at all. So a
smaller run counts only where its choices still matter; where none were needed, where it covers and finds the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from bus.expectations.verdict import State
from bus.exploration.glance import Covered
from bus.exploration.judging import RunJudge, known_as, trace_of
from bus.exploration.program import Program
from bus.runtime.choices import Choices
from bus.trace import Trace


@dataclass(frozen=True, slots=True)
class ShownReason:
    """What the run that makes no choices shows of why something is broken."""

    found: str
    """What it did instead; empty where it does not break it."""

    covered: frozenset[Covered]


def reason_of(program: Program, judge: RunJudge, what: str) -> ShownReason:
    """Of one run."""
    result = program.run(Choices())
    judgement = judge.judge(result)
    found = judge.found(trace_of(result), what) if what in judgement.broken else ""
    return ShownReason(found, judgement.covered)


def is_broken_by_nothing(judge: RunJudge, what: str) -> bool:
    """Whether a run in which nothing happens would break it."""
    nothing = Trace()
    nothing.ended = True
    return any(one.state is State.UNMET and known_as(one) == what for one in judge.verdicts(nothing))
