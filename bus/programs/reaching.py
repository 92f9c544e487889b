"""Into a program that takes commands: its buses, an emit by hand, and what is recorded. What it answers is not trusted.

Each function waits for the program, some seconds at most: call it beside the Qt thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bus.errors import UserError
from buslens.control.client import NoAnswer, Program
from buslens.control.hand_emit import HOW, THREAD
from buslens.redaction import FULL, KEYS, OFF

LEVELS = (OFF, KEYS, FULL)
ON_THREAD = HOW[THREAD]
"""When an emit is done that is not to wait for a safe moment, in words."""

WHO = "the window of Buslens"
_MOST_LETTERS = 500


@dataclass(frozen=True, slots=True)
class ReachableBus:
    """A bus of a program, as that says."""

    name: str
    library: str
    events: tuple[str, ...]
    """Those that were emitted or subscribed to."""

    is_recorded: bool
    can_emit: bool
    how: str
    """When an emit by hand would be done, or why none can be."""


@dataclass(frozen=True, slots=True)
class ReachedProgram:
    """What a program says of itself."""

    buses: tuple[ReachableBus, ...]
    more: int
    """Buses that it has and does not name."""

    payloads: str
    """One of LEVELS."""

    most_payloads: str
    """More of them it never tells."""


@dataclass(frozen=True, slots=True)
class HandEmitOrder:
    """An emit that a person asks for."""

    bus: str
    event: str
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] | None = None
    on_thread: bool = False
    """At once, on a thread of ours."""


def look(stream: Path, pid: int) -> ReachedProgram:
    """What there is. Raises UserError where the program does not say."""
    told = _asked(stream, pid, "look")
    buses = told.get("buses")
    levels = [str(told.get(name)) for name in ("payloads", "most")]
    more = told.get("more")
    return ReachedProgram(
        tuple(_bus(each) for each in buses if isinstance(each, dict)) if isinstance(buses, list) else (),
        more if isinstance(more, int) else 0,
        *(level if level in LEVELS else OFF for level in levels),
    )


def emit(stream: Path, pid: int, order: HandEmitOrder) -> str:
    """Emit an event by hand; what came of it, in one sentence. Raises UserError where nothing did."""
    fields = {"bus": order.bus, "event": order.event, "args": list(order.args), "kwargs": dict(order.kwargs or {})}
    told = _asked(stream, pid, "emit", on=THREAD if order.on_thread else None, **fields, **{"from": WHO})
    return text_in(told.get("said"))


def tune(stream: Path, pid: int, payloads: str, left_out: Iterable[str]) -> str:
    """Record every bus but these from now on, and so much of payloads; what changes. Raises UserError."""
    names = list(left_out)
    which: dict[str, Any] = {"except": names} if names else {"all": True}
    return text_in(_asked(stream, pid, "tune", payloads=payloads, **which).get("said"))


def _asked(stream: Path, pid: int, do: str, **fields: Any) -> dict[str, Any]:
    try:
        with Program(stream, pid) as program:
            return program.ask(do, **fields)
    except NoAnswer as why:
        raise UserError(text_in(str(why))) from None


def _bus(told: dict[str, Any]) -> ReachableBus:
    events = told.get("events")
    return ReachableBus(
        text_in(told.get("bus")),
        text_in(told.get("library")),
        tuple(text_in(each) for each in events if isinstance(each, str)) if isinstance(events, list) else (),
        told.get("recorded") is True,
        bool(told.get("emits")),
        text_in(told.get("how")),
    )


def text_in(value: object, most: int = _MOST_LETTERS) -> str:
    """A text that a program has said, and no more of it than a person reads; "" for anything else."""
    return value[:most] if isinstance(value, str) else ""
