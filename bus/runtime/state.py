"""What an engine is doing, as one value that is taken anew and never changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from bus.contract.delivery import Lease
from bus.runtime.asking import Offer
from bus.runtime.gate import Stop
from bus.sharing.owner import WorkerStatus

Phase = Literal["idle", "starting", "running", "paused", "stopping", "finished", "failed", "following"]
"""idle: no engine. finished: the script is over and nothing is in flight, or nothing can happen any more; the engine
waits for emits by hand.

following: no engine of ours, but a program that writes the capture in view; finished, where it has said that it is.
"""

AT_REST: tuple[Phase, ...] = ("idle", "finished", "failed")


LATE_NS = 250_000_000
"""From so late on it is said: times of the run are not what the scenario asks for."""

LATE_WORDS = "this machine had no time for it, so times are longer than the scenario says"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that will happen without anybody's doing."""

    kind: Literal["call", "wait", "script", "emit", "retry"]
    """A call that has not started; a call that waits inside; the script's next step; an emit by hand; a handler that is
    called again."""

    event: str
    handler: str
    """Empty where no handler is meant."""

    due_ns: int | None
    """When, on the engine's clock; None: as soon as somebody has time for it, or never."""


@dataclass(frozen=True, slots=True)
class HeldDelivery:
    """One delivery that a breakpoint holds: its handler has not been called."""

    number: int
    """Of those that this run has held, from 1; what a person does is done to a number."""

    event: str
    handler: str
    dispatch: int
    """Id of the dispatch, whose payload it carries."""

    call: int
    """Id that its call will have."""

    attempt: int
    since_s: float
    """Since when, in seconds of `time.monotonic`, which all processes of a machine share."""

    due_ns: int | None = None
    """When it goes on by itself, on the engine's clock; None: when a person says so."""

    lease: Lease | None = None
    """When its broker takes it back and delivers it again, to whoever takes it; None: never."""


@dataclass(frozen=True, slots=True)
class BreakpointHits:
    """What became of one breakpoint so far."""

    event: str
    handler: str
    hits: int
    """Deliveries that its condition was true for."""

    trouble: str = ""
    """Why its condition could not be evaluated, the last time that it could not."""


@dataclass(frozen=True, slots=True)
class EngineState:
    """Equal states look the same to a person, but for the time."""

    phase: Phase = "idle"
    engine: str = ""
    """Id of the engine that runs, or ran last; of a capture that is followed, or was, its file's name."""

    seed: int | None = None
    speed: float = 1.0
    message: str = ""
    """Why the run failed, as a sentence; empty where it did not."""

    trouble: str = ""
    """That its broker is gone, for how long and why, while it tries to reach it again."""

    stands_still: bool = False
    """Finished only because nothing can happen any more: something is open and will stay so."""

    waits_for: str = ""
    """What a run that others have joined waits for, as a sentence; empty where it does not, or that is not known."""

    workers: tuple[WorkerStatus, ...] = ()
    """Who has joined the run from elsewhere."""

    virtual_ns: int = field(default=0, compare=False)
    """What the engine's clock shows; of a capture that is followed its program's, 0 where that is not known.

    Left out of comparisons: it always runs.
    """

    late_ns: int = field(default=0, compare=False)
    """The longest by which a wait of the run ended after it was due, on the engine's clock."""

    queue: tuple[Waiting, ...] = ()
    """What waits, the next first; only while paused, and not more than a screen can show."""

    held: tuple[HeldDelivery, ...] = ()
    """What breakpoints hold, the oldest first; not more than a screen can show."""

    held_count: int = 0
    """How many there are in all."""

    hits: tuple[BreakpointHits, ...] = ()
    """Of the run's breakpoints."""

    offer: Offer | None = None
    """What may come next, where a person takes it and the run waits for that."""

    taken: tuple[tuple[str, int, int], ...] = ()
    """What they have taken that was not the first: of which kind of choice, its number, and the possibility."""

    next_stop: Stop | None = None
    """Where the engine stands while paused; None where it waits for nothing in particular."""

    @property
    def is_late(self) -> bool:
        """Whether a person has to know it."""
        return self.late_ns >= LATE_NS
