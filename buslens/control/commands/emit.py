"""`emit`: an event is put on a bus of the program by hand, at the next safe moment, or not at all."""

from __future__ import annotations

from functools import partial
from typing import Any, Callable

from buslens.control.controlled import Controlled
from buslens.control.emits import way_of
from buslens.control.hand_emit import THREAD, HandEmit
from buslens.control.messages import Asked, Refused

AUTO = "auto"
FIELDS = ("do", "bus", "event", "args", "kwargs", "on", "until_ns", "from")
MOST_LETTERS = 200


def emit(program: Controlled, asked: Asked, wake: Callable[[], None]) -> HandEmit:
    """See docs/control.md."""
    unknown = [name for name in asked.names if name not in FIELDS]
    if unknown:
        raise Refused(f"emit knows no {unknown[0][:40]!r}: it takes {', '.join(FIELDS[1:])}")
    event, on = asked.text("event"), asked.text("on", AUTO)
    if not event:
        raise Refused("emit needs the name of an event")
    if on not in (AUTO, THREAD):
        raise Refused(f"on is {AUTO} or {THREAD}, and not {on[:40]!r}")
    bus = program.buses.find(asked.text("bus"))
    way = way_of(bus)
    does = way.made(bus, event, asked.items("args"), asked.fields("kwargs"))
    name = f"{event[:MOST_LETTERS]} on {bus.name}"
    made = HandEmit(name, does, partial(_mark, program, name, asked), wake, program.until_ns(asked))
    made.shown = program.recorder.redaction.text
    if not bus.is_recorded:
        made.note = "; this bus is not recorded now"
    if on == THREAD:
        made.where = THREAD
        program.run_beside(partial(made.run, THREAD))
    else:
        program.moments.hand_over(made, bus, way)
    return made


def _mark(program: Controlled, name: str, asked: Asked) -> Any:
    """In the capture, just before the dispatch."""
    whose = asked.text("from")[:MOST_LETTERS]
    program.recorder.mark(f"emitted by hand: {name}{f', from {whose}' if whose else ''}")
