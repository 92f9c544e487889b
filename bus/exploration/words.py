"""What exploring has shown, in the sentences that the command line and the window share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bus.exploration.chance import ChancePoint
from bus.exploration.explorer import Plan
from bus.exploration.level import level
from bus.exploration.program import Program
from bus.exploration.tally import Tally
from bus.exploration.telling import DRAWS, HOSTILE, LEGAL, NOTHING, Finding
from bus.exploration.untried import untried
from bus.wording import duration, several

NEEDS = {
    NOTHING: "needs nothing: it happens in the plain run",
    DRAWS: "needs other draws, and no other order",
    LEGAL: "needs an order that is legal",
    HOSTILE: "needs a hostile order: asyncio does not make it",
}


@dataclass(frozen=True, slots=True)
class Explored:
    """Which runs were made, and what they have shown."""

    program: Program
    plan: Plan
    jobs: int
    seconds: float
    """That the runs took, without shrinking."""

    tally: Tally

    @property
    def rate(self) -> float:
        """Runs a second."""
        return self.tally.runs / self.seconds if self.seconds else 0.0


def finding_lines(each: Finding, runs: int) -> Iterator[str]:
    """What is known of a finding. runs: that were made."""
    if each.found:
        yield f"found: {each.found}"
    yield each.guilty
    if len(each.decisions) > 1:
        yield from (f"- {decision}" for decision in each.decisions)
    if each.divergence:
        yield f"B is this run, A the nearest one that passes. {each.divergence}"
    if each.pending:
        yield "has not ended:"
        yield from (f"- {pending}" for pending in each.pending)
    share = f"{each.count} of {several(runs, 'run')} break it, the first is run {each.run}"
    yield f"{share}; {NEEDS[each.needs]}."
    left = f"{several(len(each.choices['taken']), 'choice')} and {several(each.script_steps, 'script step')}"
    perhaps = "" if each.is_minimal else "; perhaps not the fewest"
    yield f"shrunk to {left} in {several(each.shrinking_runs, 'run')}{perhaps}"


def summary_lines(explored: Explored, left: int = 0) -> Iterator[str]:
    """How it was explored, and what was not tried. left: things that runs break, and that are not told."""
    tally, program = explored.tally, explored.program
    if left > 0:
        yield f"… and {several(left, 'more thing')} that runs break"
    verdict = f"{tally.breaking} break something" if tally.breaking else "none breaks anything"
    about = "" if tally.orders.is_exact else "about "
    rate = f"{explored.rate:.0f} runs/s in {several(explored.jobs, 'process', 'processes')}"
    yield f"{several(tally.runs, 'run')}, {verdict}; {about}{several(tally.orders.count, 'distinct run')}; {rate}"
    yield _how(explored)
    yield level(program, tally)
    if tally.stuck:
        yield f"{several(tally.stuck, 'run')} came to where nothing would ever happen, with something that was not over"
    if tally.unknown:
        yield f"of {several(tally.unknown, 'run')} an expectation could not be judged"
    yield f"covered: {several(len(tally.covered), 'combination')} of event, handler and outcome"
    for line in untried(program, explored.plan, tally):
        yield f"not tried: {line}"


def _how(explored: Explored) -> str:
    plan, program = explored.plan, explored.program
    bound = "" if plan.strategy == "random" else f", bound {plan.bound}"
    strategy = f"strategy {plan.strategy}{bound}, {mode_of(program)}, seed {plan.seed}"
    longest = several(explored.tally.longest, "choice")
    return f"{strategy}; scenario on {program.engine}, seed {program.seed}; up to {longest} of an order in a run"


def mode_of(program: Program) -> str:
    """What is open in its runs."""
    return "hostile" if program.hostile else "legal"


def chance_sentence(points: Sequence[ChancePoint]) -> str:
    """When it was decided, as far as the points tell."""
    first, last = points[0], points[-1]
    if first.share == 1.0:
        return f"All of {several(first.runs, 'run')} with other choices from the beginning break it as well."
    before, after = max(pairwise(points), key=lambda pair: pair[1].share - pair[0].share)
    when = f"at {duration(after.time_ns)}"
    if before.time_ns != after.time_ns and after.choices - before.choices > 1:
        when = f"between {duration(before.time_ns)} and {duration(after.time_ns)}"
    rises = f"{_of_runs(before)} that choose anew before it break it, and {after.breaking} after it"
    sentence = f"It was mostly decided {when}: {rises}."
    return sentence if last.share == 1.0 else f"{sentence} At the end of the choices it is {_of_runs(last)}."


def _of_runs(point: ChancePoint) -> str:
    return f"{point.breaking} of {several(point.runs, 'run')}"
