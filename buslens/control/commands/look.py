"""`look`: which buses there are, what is recorded of them, and when an emit by hand would be done."""

from __future__ import annotations

from typing import Callable

from buslens.control.buses import MOST_LISTED, Bus
from buslens.control.controlled import Controlled
from buslens.control.emits import way_of
from buslens.control.hand_emit import HOW, LOOP, NEXT
from buslens.control.messages import Asked, Fields, Refused

MOST_BYTES = 600_000
"""Of all that is said of buses, about."""


def look(program: Controlled, asked: Asked, wake: Callable[[], None]) -> Fields:
    """Changes nothing."""
    listed, size = [], 0
    found = program.buses.all()
    for bus in found[:MOST_LISTED]:
        said = {**bus.said(), **_how(program, bus)}
        size += len(str(said))
        if size > MOST_BYTES:
            break
        listed.append(said)
    return {"ok": True, "buses": listed, "more": len(found) - len(listed), **program.choice.said()}


def _how(program: Controlled, bus: Bus) -> Fields:
    try:
        way = way_of(bus)
    except Refused as why:
        return {"emits": "", "how": str(why)}
    where = LOOP if program.moments.loop_of(bus, way) is not None else NEXT
    return {"emits": where, "how": HOW[where]}
