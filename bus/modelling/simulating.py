"""A scenario run in virtual time, seed after seed: in the kernel where that takes it, and else on the real bus."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from bus.behaviour.places import Lines
from bus.comparison import ComparisonPlan, run_once
from bus.engines import ENGINES
from bus.errors import UserError
from bus.kernel.beyond import BeyondKernel
from bus.kernel.kernel import Kernel
from bus.kernel.refusals import why_not
from bus.modelling.unwritten import placed
from bus.run.order import Order
from bus.run.stage import MOST_IN_FLIGHT
from bus.run.thread import ENGINE_THREAD
from bus.runtime.clock import FULL_SPEED
from bus.runtime.state import EngineState
from bus.scenario import Document
from bus.trace import Trace
from bus.wording import several

MOST_BYTES = 64 << 20
"""Of the records of one run in the kernel, some 1,400,000; a longer one is made by the real bus."""

TOO_MUCH = "a run came to what the kernel does not model"
CHOSEN = "the scenario says what is chosen"


class Running(Protocol):
    """A run that goes on, or is over, as whoever watches it sees it: a session is one."""

    @property
    def trace(self) -> Trace: ...

    @property
    def engine_state(self) -> EngineState: ...


Watch = Callable[[Running], None]
"""Called again and again while a run goes on, at least once; what it raises ends all."""


@dataclass(frozen=True, slots=True)
class SimulatedRun:
    """One run that is over."""

    trace: Trace
    engine_state: EngineState
    why_real: str
    """Why the real bus has made it, as a part of a sentence; empty where the kernel has."""


def runs(document: Document, seeds: int, trusted: Callable[[str], bool], watch: Watch) -> Iterator[SimulatedRun]:
    """One each with the scenario's own seed and those behind it. Raises UserError where a run cannot end well."""
    scenario = document.scenario
    engine = scenario.engine
    why_real = why_not(scenario, engine) or (CHOSEN if scenario.choices is not None else "")
    for seed in range(scenario.seed, scenario.seed + seeds):
        data = None if why_real else in_kernel(document, engine, seed)
        if data is None:
            yield _on_real_bus(document, seed, trusted, watch, why_real or TOO_MUCH)
            continue
        trace = Trace()
        trace.feed(data)
        run = SimulatedRun(trace, EngineState("finished", engine, seed, FULL_SPEED), "")
        watch(run)
        yield run


def in_kernel(document: Document, engine: str, seed: int) -> bytes | None:
    """The capture of a run of a scenario that the kernel takes.

    None where it does not model what the run comes to, or something stays open for ever, which a real run ends.
    """
    kernel = Kernel(
        *(document.scenario, Order(engine, seed, FULL_SPEED), Lines(document)),
        lane=ENGINE_THREAD,
        most_bytes=MOST_BYTES,
        most_in_flight=MOST_IN_FLIGHT,
    )
    try:
        run = kernel.run()
    except BeyondKernel:
        return None
    return None if run.is_stuck else run.data


def _on_real_bus(document: Document, seed: int, trusted: Callable[[str], bool], watch: Watch, why: str) -> SimulatedRun:
    engine = document.scenario.engine
    result = run_once(document, engine, ComparisonPlan([engine], seed, math.inf), trusted, watch)
    if result.problem:
        problem = result.problem if document.path else placed(result.problem, document.title, document.text)
        raise UserError(f"{document.title}: the run with seed {seed} failed: {problem}")
    return SimulatedRun(result.trace, EngineState("finished", engine, seed, FULL_SPEED), why)


def made_where(reasons: Sequence[str]) -> str:
    """On which level of virtual time runs were made, as a sentence. reasons: why the real bus has, of each of them."""
    real = [each for each in reasons if each]
    if not real:
        return "The runs were made in the kernel."
    of_them = "The runs were" if len(real) == len(reasons) else f"{len(real)} of {several(len(reasons), 'run')} were"
    return f"{of_them} made on the real bus: {real[0]}."


def about_servers(*documents: Document) -> str:
    """A sentence on the servers that runs of these need; empty where they need none."""
    found = dict.fromkeys(each.scenario.engine for each in documents if not ENGINES[each.scenario.engine].is_embedded)
    if not found:
        return ""
    return (
        f"{' and '.join(found)}: on the server itself, of which no time counts; its answers may differ from run to run."
    )
