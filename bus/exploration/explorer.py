"""Exploring: run after run, each with choices of its own, until somebody says that it is enough."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bus.exploration.judging import RunJudge
from bus.exploration.program import Program
from bus.exploration.strategies import BOUND, STRATEGIES
from bus.exploration.tally import Tally
from bus.runtime.choices import ORDER, READY, Choices

COLLECT_EVERY = 50
"""Runs between two looks for garbage in circles: a run leaves many, and Python's own look comes far more often."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Which runs are made, and how."""

    strategy: str = "random"
    """One of STRATEGIES."""

    bound: int = BOUND
    """Changes of priority, or delays, in a run."""

    seed: int = 0
    """Of the strategy. The scenario's own seed stays what it is."""

    first: int = 0
    step: int = 1
    """Runs have the numbers first, first + step, first + 2 step, ... Number 0 is the run that makes no choices."""


class Explorer:
    """Runs one program again and again. Of one thread."""

    def __init__(self, program: Program, plan: Plan) -> None:
        self.tally = Tally()
        self._program = program
        self._plan = plan
        self._judge = RunJudge(program)
        self._next = plan.first
        choices = Choices()
        program.run(choices)
        self._length = _ordered(choices)
        """Choices of an order in the run that takes the first each time: about as many as in any other."""

    def run_next(self) -> int:
        """One run more; its number."""
        number = self._next
        choices = self._choices(number)
        result = self._program.run(choices)
        judgement = self._judge.judge(result)
        self.tally.add(number, result, judgement, choices.made, choices=_ordered(choices))
        self._next += self._plan.step
        if self.tally.runs % COLLECT_EVERY == 0 and not gc.isenabled():
            gc.collect()
        return number

    def _choices(self, number: int) -> Choices:
        """Those of a run: the same for the same number, whichever process makes it."""
        if number == 0:
            return Choices()
        plan = self._plan
        return Choices(strategy=STRATEGIES[plan.strategy](f"{plan.seed}:{number}", plan.bound, self._length))


def _ordered(choices: Choices) -> int:
    return choices.asked.get(ORDER, 0) + choices.asked.get(READY, 0)


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """While inside, Python looks for garbage in circles only where it is told to."""
    was_on = gc.isenabled()
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.unfreeze()
        if was_on:
            gc.enable()
