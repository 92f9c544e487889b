"""The deliveries of one run that breakpoints hold, and what a person does to them. Each of it is a record.

Only the delivery waits: its engine goes on with everything else. What an engine cannot put aside stands at the gate.
"""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bus.contract.bodies import spelled
from bus.contract.holding import Carried, Parked
from bus.run.breakpoints import Breakpoint, Breakpoints, edge
from bus.run.interventions import MOST_NOTED, intervened
from bus.run.recording import Recording
from bus.runtime.clock import S
from bus.runtime.gate import Gate
from bus.runtime.state import BreakpointHits, HeldDelivery
from bus.wording import duration
from buslens.records import Did

MOST_HELD = 1_000
"""Deliveries. With so many the run is paused: no more of them come before a person says so."""

MOST_SHOWN = 200
LONGEST_LATER_S = 3_600 * 24
ALL = -1
NEXT = 0

Do = Literal["release", "drop", "duplicate", "later"]


@dataclass(frozen=True, slots=True)
class HeldOrder:
    """What a person wants to be done with a held delivery."""

    do: Do
    number: int = NEXT
    """Of the delivery; NEXT: the one that is held longest, ALL: each of them."""

    edited: bool = False
    """Whether `payload` takes the place of what was emitted, where it is released."""

    payload: Any = None
    after_s: float = 0.0
    """Of "later": seconds on the run's clock."""


class _Held:
    """One of them."""

    def __init__(self, parked: Parked, number: int) -> None:
        self.parked = parked
        self.number = number
        self.since_s = time.monotonic()
        self.due_ns: int | None = None
        self.timer: asyncio.TimerHandle | None = None

    def told(self) -> HeldDelivery:
        parked = self.parked
        about = parked.event, parked.handler, parked.dispatch, parked.call, parked.attempt
        return HeldDelivery(self.number, *about, self.since_s, self.due_ns, parked.lease)


class HeldDeliveries:
    """Lives on the engine's loop (see bus.contract.holding.Holding); what only asks may be called from any thread."""

    def __init__(self, recording: Recording, gate: Gate, counters: Mapping[str, int]) -> None:
        """counters: of the run, as they are."""
        self.armed = False
        self._recording = recording
        self._gate = gate
        self._counters = counters
        self._breakpoints = Breakpoints()
        self._held: dict[int, _Held] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._changed = asyncio.Event()

    # What the run's owner asks

    @property
    def count(self) -> int:
        """How many are held."""
        return len(self._held)

    def shown(self) -> tuple[HeldDelivery, ...]:
        """The oldest of them first."""
        with self._lock:
            return tuple(each.told() for each in itertools.islice(self._held.values(), MOST_SHOWN))

    def hits(self) -> tuple[BreakpointHits, ...]:
        """What became of each breakpoint."""
        return self._breakpoints.hits()

    def set_breakpoints(self, wanted: Sequence[Breakpoint]) -> None:
        """These hold from now on. What is held already stays so. Raises UserError, and then nothing has changed."""
        self.armed = self._breakpoints.replace(wanted)

    # What the engine says

    def wants(self, event: str, handler: str, carried: Carried, attempt: int) -> bool:
        """Whether this call is to be held, or to stand. Counts as a hit. From any thread."""
        return self._breakpoints.hit(event, handler, carried, attempt, self._counters)

    def keep(self, parked: Parked) -> None:
        """It waits from now on."""
        held = _Held(parked, next(self._numbers))
        self._say(Did.HELD, parked, "held at a breakpoint")  # before anybody can see that it is
        with self._lock:
            self._held[held.number] = held
        if len(self._held) >= MOST_HELD:
            self._gate.pause()
            self._recording.recorder.mark(f"paused: {len(self._held)} deliveries are held", 0)
        self._tell()

    def withdrawn(self, parked: Parked) -> None:
        """Its broker has taken it back. No broker knows of a copy, which is gone for good with what it is a copy of."""
        for held in list(self._held.values()):
            if held.parked is parked:
                if parked.is_copy:
                    self._say(Did.COPY_DROPPED, parked, "dropped: what it is a copy of is not here any more")
                self._forget(held)
        self._tell()

    # What a person does

    def carry_out(self, order: HeldOrder) -> None:
        """On the engine's loop. What is not held any more is left alone."""
        for held in self._chosen(order.number):
            if order.do == "duplicate":
                self._say(Did.DUPLICATED, held.parked, "duplicated by a person")
                held.parked.copy()
            elif order.do == "later":
                self._later(held, order.after_s)
            elif order.do == "drop":
                copy = held.parked.is_copy
                self._say(Did.COPY_DROPPED if copy else Did.DROPPED, held.parked, "dropped by a person")
                self._forget(held)
                held.parked.drop()
            else:
                self._go(held, order)
        self._tell()

    async def settle(self) -> None:
        """Wait until one of them is not held any more, or is held in another way."""
        self._changed.clear()
        if self._held:
            await self._changed.wait()

    def close(self) -> None:
        """The run is over: whatever is held will not begin."""
        for held in list(self._held.values()):
            self._forget(held)

    def _chosen(self, number: int) -> list[_Held]:
        if number == ALL:
            return list(self._held.values())
        if number == NEXT:
            # What goes on by itself is not what a person waits for.
            waiting = [each for each in self._held.values() if each.due_ns is None]
            return waiting[:1] or list(self._held.values())[:1]
        return [self._held[number]] if number in self._held else []

    def _go(self, held: _Held, order: HeldOrder) -> None:
        if not order.edited:
            self._say(Did.RELEASED, held.parked, "released by a person")
            self._forget(held)
            held.parked.go(None)
            return
        carried = () if order.payload is None else (order.payload,)
        said = spelled(carried)[:MOST_NOTED] or "nothing"
        self._say(Did.EDITED, held.parked, f"released by a person with another payload: {said}")
        self._forget(held)
        held.parked.go(carried)

    def _later(self, held: _Held, after_s: float) -> None:
        if held.timer is not None:
            held.timer.cancel()
        held.due_ns = self._recording.clock.time_ns() + round(after_s * S)
        held.timer = asyncio.get_running_loop().call_later(after_s, self._due, held)
        self._say(Did.POSTPONED, held.parked, f"postponed by a person, by {duration(after_s * S)}")

    def _due(self, held: _Held) -> None:
        if held.number in self._held:
            self._say(Did.RELEASED, held.parked, "goes on: its time has come")
            self._forget(held)
            held.parked.go(None)
            self._tell()

    def _forget(self, held: _Held) -> None:
        if held.timer is not None:
            held.timer.cancel()
        with self._lock:
            self._held.pop(held.number, None)

    def _tell(self) -> None:
        self._changed.set()
        self._recording.back_pressure.wanted.set()

    def _say(self, did: Did, parked: Parked, what: str) -> None:
        note = f"{edge(parked.event, parked.handler)} {what}"
        intervened(self._recording.recorder, did, parked.handler_id, parked.dispatch, parked.call, note)
