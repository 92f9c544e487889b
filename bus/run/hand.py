"""What a person puts on the bus by hand, also against the rules of the scenario where that is meant."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any

from bus.behaviour.plain import PayloadTooLarge, plain
from bus.run.script import emit_outside
from bus.run.stage import PayloadRefused, Stage
from bus.runtime.clock import S
from bus.scenario import Scenario, payload


@dataclass(frozen=True, slots=True)
class Hand:
    """What a person emits by hand."""

    event: str
    payload: Any
    times: int
    per_second: float | None
    """On the engine's clock; None: as fast as it goes."""

    against_schema: bool = False
    """Whether the payload may break the event's schema: a person means it."""


async def emit_by_hand(stage: Stage, hand: Hand) -> None:
    """Emit that often, at a rate where one is given; a mark says what breaks a schema on purpose."""
    begun = stage.time_ns()
    for turn in range(hand.times):
        if hand.per_second:
            due = begun + round(turn * S / hand.per_second)
            await stage.wait(max(0, due - stage.time_ns()), hand.event, "")
        with contextlib.suppress(PayloadRefused, PayloadTooLarge):  # it was checked, but the schema may be edited now
            if hand.against_schema:
                _emit_against_schema(stage, hand)
            else:
                emit_outside(stage, hand.event, hand.payload)
        if stage.services.may_block(hand.event):
            await stage.services.until_taken(hand.event)


def _emit_against_schema(stage: Stage, hand: Hand) -> None:
    value, size = plain(hand.payload)
    problems = stage.problems(hand.event, value)
    stage.recording.back_pressure.wait(size)
    if problems:
        stage.log(f"{hand.event} was emitted by hand although it breaks its schema: {'; '.join(problems)}")
    with contextlib.suppress(Exception):
        stage.put(hand.event, value)


def problems_of(scenario: Scenario, event: str, value: Any, *, against_schema: bool) -> list[str]:
    """Why a payload cannot be emitted by hand; empty where it can. against_schema: its schema is broken on purpose."""
    try:
        copied, _ = plain(value)
    except PayloadTooLarge as error:
        return [f"it is {error}"]
    declared = scenario.events.get(event)
    if declared is None or against_schema:
        return []
    return [str(found) for found in payload.check(declared, copied)]
