"""The same scenario on several engines, one after another, and what each of them made of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bus.analysis import figures
from bus.analysis.figures import RunFigures
from bus.contract.boundaries import Boundary
from bus.engines import ENGINES
from bus.errors import UserError
from bus.scenario import Document
from bus.scenario.nearest import nearest
from bus.session import Session
from bus.settings import Settings
from bus.trace import Trace

_LOOK_S = 0.05

Watch = Callable[[Session], None]
"""Called again and again while an engine runs, at least once; what it raises ends the comparison."""


@dataclass(frozen=True, slots=True)
class ComparisonPlan:
    """Which scenario is compared on which engines, and what is done to them."""

    engines: Sequence[str]
    seed: int | None = None
    """None: the scenario's own."""

    speed: float = 1.0
    crashes: Sequence[Boundary | None] = (None,)
    """Each of them is a run of its own: where the consumer of every handler dies once, None for nowhere."""


@dataclass(frozen=True, slots=True)
class ComparisonResult:
    """What one engine made of the scenario."""

    engine: str
    crash: Boundary | None
    problem: str
    """Why there is none, such as a broker that cannot be reached; empty where there is."""

    figures: RunFigures
    wall_s: float
    """Of real time, from start to end."""

    trace: Trace

    @property
    def events_per_s(self) -> float:
        """Events emitted a second of real time; 0 where the run took none."""
        return self.figures.emitted / self.wall_s if self.wall_s else 0.0


def check(plan: ComparisonPlan) -> None:
    """Raises UserError where an engine is unknown or there is none."""
    if not plan.engines:
        raise UserError("there is no engine to compare", hint=f"known: {', '.join(ENGINES)}")
    for engine in plan.engines:
        if engine not in ENGINES:
            raise UserError(f"there is no engine {engine}", hint=nearest(engine, list(ENGINES)))


def compare(
    document: Document, plan: ComparisonPlan, trusted: Callable[[str], bool], watch: Watch
) -> Iterator[ComparisonResult]:
    """Run it on each engine to its end. What goes wrong on one is said in its result, and the others go on."""
    check(plan)
    for crash in plan.crashes:
        for engine in plan.engines:
            yield run_once(document, engine, plan, trusted, watch, crash)


def run_once(
    document: Document,
    engine: str,
    plan: ComparisonPlan,
    trusted: Callable[[str], bool],
    watch: Watch,
    crash: Boundary | None = None,
) -> ComparisonResult:
    """Run it on one engine to its end."""
    session = Session(Settings(speed=plan.speed), trusted=trusted)
    problem, began = "", time.monotonic()
    try:
        session.document = document.snapshot()  # the person may edit theirs meanwhile
        session.start(engine=engine, seed=plan.seed, speed=plan.speed, crash=crash)
        over = False
        while not over:
            over = session.wait(_LOOK_S)
            watch(session)  # also where it was over before anybody had looked: of many short runs each is watched
        problem = session.engine_state.message
    except UserError as error:
        problem = str(error)
    finally:
        wall_s = time.monotonic() - began
        session.end()
    return ComparisonResult(engine, crash, problem, figures.of_trace(session.trace), wall_s, session.trace)
