"""Runs whose choices are made by somebody: where that can be, and what a scenario says of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bus.engines import ENGINES
from bus.errors import UserError
from bus.run.order import Order
from bus.runtime.asking import AskingStrategy
from bus.runtime.choices import DRAW, LEVELS, ORDER, READY, Choices, ChosenStreams, Place
from bus.runtime.choosing_loop import ChoosingLoop
from bus.runtime.clock import FULL_SPEED, Clock
from bus.runtime.draws import Draws
from bus.runtime.loop import EngineLoop
from bus.scenario import Document, Scenario, distribution
from bus.scenario.choices import ReplayedChoices, Taken
from bus.scenario.model import Handler, steps_of
from bus.scenario.steps import Wait
from bus.wording import one_of
from bus.workers import INLINE

LEGAL, HOSTILE = "legal", "hostile"
ON_ONE_LOOP = ("pyee-asyncio", "pyee", *(spec.id for spec in ENGINES.values() if spec.models))
"""Engines on which all that happens does so on the run's loop."""


def check(scenario: Scenario, engine: str) -> None:
    """Raises UserError where something of a run is decided elsewhere than by its own loop and draws."""
    if engine not in ON_ONE_LOOP:
        problem = f"on {engine} others decide what comes next, so that its order cannot be chosen"
        model = next((spec.id for spec in ENGINES.values() if spec.models == engine), "")
        raise UserError(problem, hint=f"use --engine {model or one_of(ON_ONE_LOOP)}")
    blocks = engine == "pyee" or any(handler.may_block for handler in scenario.handlers.values())
    for name, handler in scenario.handlers.items():
        if handler.has_python:
            raise UserError(f"{name} runs Python, in a process that goes on when it likes: its order cannot be chosen")
        if handler.worker != INLINE and blocks:
            hint = f"leave worker: {handler.worker} away, or what blocks the loop"
            raise UserError(f"{name} has workers beside a loop that is blocked: these are threads", hint=hint)
        if blocks and _waits_for_ever(handler):
            raise UserError(f"{name} blocks the loop for ever: nothing would come after it")


def _waits_for_ever(handler: Handler) -> bool:
    waits = (step for step in steps_of(handler.do) if isinstance(step, Wait))
    return any(distribution.parse(step.wait).is_forever for step in waits)


def replayed(scenario: Scenario, order: Order) -> Choices | None:
    """The choices that a run makes because its scenario says so; None: it says nothing, or a person emits.

    Raises UserError.
    """
    said = scenario.choices
    if said is None or not order.with_script or order.chosen:
        return None
    if order.speed != FULL_SPEED:
        raise UserError("choices are those of a run in virtual time", hint="run it at full speed: max")
    check(scenario, order.engine)
    return Choices(replayed_choices(scenario))


def replayed_choices(scenario: Scenario) -> dict[Place, int]:
    """What a scenario says that is taken. Raises UserError."""
    return dict(map(_place, scenario.choices.taken)) if scenario.choices is not None else {}


def _place(taken: Taken) -> tuple[Place, int]:
    kind = taken.of
    if kind not in (ORDER, READY) and not kind.startswith(DRAW):
        raise UserError(f"there are no choices of {kind}", hint=f"expected {ORDER}, {READY} or {DRAW}NAME")
    if kind.startswith(DRAW) and taken.take > LEVELS:
        raise UserError(f"{kind} takes {taken.take}: expected a number up to {LEVELS}")
    return Place(kind, taken.at), taken.take


def unused(choices: Choices) -> list[str]:
    """What a scenario chooses and never came up, each in words; told once."""
    return [
        f"choice {place.number} of {place.kind} did not come up: the scenario was changed since it was made"
        for place in choices.give_up_unused()
    ]


def asked(scenario: Scenario, order: Order, now: Callable[[], int]) -> AskingStrategy | None:
    """What asks a person for the choices; None: nobody is asked. Raises UserError where none can be made."""
    if not order.chosen:
        return None
    check(scenario, order.engine)
    return AskingStrategy(now)


def replay_of(document: Document, engine: str, seed: int, made: Mapping[Place, int]) -> Document:
    """A scenario that makes these choices, on this engine and from this seed."""
    document = document.apart()
    if document.scenario.engine != engine:
        document.set_option("engine", engine)
    if document.scenario.seed != seed:
        document.set_option("seed", seed)
    is_hostile = any(place.kind == READY for place in made)
    document.set_option("choices", said(dict(made), hostile=is_hostile).model_dump())
    return document


def said(made: dict[Place, int], *, hostile: bool) -> ReplayedChoices:
    """Choices as a scenario says them."""
    taken = [Taken(of=place.kind, at=place.number, take=take) for place, take in sorted(made.items())]
    return ReplayedChoices(mode="hostile" if hostile else "legal", taken=taken)


def loop_of(clock: Clock, scenario: Scenario, order: Order, choices: Choices | None) -> EngineLoop:
    """The loop of a run: one that asks, where its choices are made by somebody."""
    if choices is None:
        return EngineLoop(clock)
    mode = scenario.choices.mode if scenario.choices is not None else ""
    is_hostile = HOSTILE in (order.chosen, mode)
    return ChoosingLoop(clock, choices, hostile=is_hostile)


def draws_of(order: Order, choices: Choices | None) -> Draws:
    """What is drawn in a run: as its seed says, where nobody chooses."""
    return Draws(order.seed) if choices is None else ChosenStreams(order.seed, choices)
