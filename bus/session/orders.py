"""What a person asks of the engine is looked at before anything is begun for it."""

from __future__ import annotations

import math
from typing import Any

from bus.contract.boundaries import Boundary
from bus.engines import ENGINES
from bus.errors import UserError
from bus.run.hand import problems_of
from bus.run.order import Order
from bus.runtime.clock import FULL_SPEED
from bus.scenario import Document, Scenario
from bus.scenario.nearest import nearest
from bus.scenario.steps import MOST_TIMES
from bus.scenario.words import check_event


def check_emit(event: str, times: int, per_second: float | None) -> None:
    """Whether so many of it can be emitted at this rate. Raises UserError."""
    try:
        check_event(event)
    except ValueError as error:
        raise UserError(f"{event!r} is not a valid event name: {error}") from None
    if not 1 <= times <= MOST_TIMES:
        raise UserError(f"an event can be emitted 1 to {MOST_TIMES} times, not {times}")
    if per_second is not None and not 0 < per_second < math.inf:
        raise UserError(f"{per_second} a second is not a valid rate", hint="expected a number above 0")


def check_payload(scenario: Scenario, event: str, payload: Any, *, against_schema: bool) -> None:
    """Whether it meets the event's schema, unless it is meant to break it. Raises UserError."""
    problems = problems_of(scenario, event, payload, against_schema=against_schema)
    if problems:
        raise UserError(f"{event} was not emitted: {'; '.join(problems)}")


def check_speed(speed: float) -> None:
    """Whether a clock can run so fast. Raises UserError."""
    if not speed > 0:
        raise UserError(f"{speed} is not a valid speed", hint="expected a number above 0, or infinity for max")


def order_of(
    document: Document,
    speed: float,
    engine: str | None = None,
    seed: int | None = None,
    *,
    paused: bool = False,
    with_script: bool = True,
    crash: Boundary | None = None,
    chosen: str = "",
) -> Order:
    """What is to be run; what is None is as the scenario says. Raises UserError."""
    named = engine or document.scenario.engine
    if named not in ENGINES:
        raise UserError(
            f"there is no engine {named}", hint=nearest(named, ENGINES) or f"there are {', '.join(ENGINES)}"
        )
    check_speed(speed)
    if chosen or (document.scenario.choices is not None and with_script):
        speed = FULL_SPEED  # choices are those of a run in virtual time
    own = document.scenario.seed if seed is None else seed
    return Order(named, own, speed, paused=paused, with_script=with_script, crash=crash, chosen=chosen)
