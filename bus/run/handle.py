"""One run, as a session holds it, wherever its engine is: on a thread of this process, or in a process of its own."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, Protocol

from bus.run.by_hand import ByHand
from bus.run.order import Order
from bus.runtime.gate import Step
from bus.runtime.state import EngineState
from bus.scenario import Document


class ReadersSide(Protocol):
    """What whoever reads the records does about an engine that is faster."""

    def until_wanted(self, timeout_s: float) -> None:
        """Return when a reader should look, or after so many seconds."""

    def reading(self) -> AbstractContextManager[None]:
        """While what was recorded is taken, and used."""

    def turn_began(self) -> None:
        """The reader's thread, which has something else to do as well, has woken up."""

    def turn_ended(self) -> None:
        """It is about to wait for what comes."""


class RunHandle(Protocol):
    """All methods belong to one thread, and none of them waits but `join`."""

    @property
    def alive(self) -> bool:
        """Whether more may come of it."""

    @property
    def back_pressure(self) -> ReadersSide:
        """What keeps the engine from recording more than is read."""

    @property
    def by_hand(self) -> ByHand:
        """Breakpoints, and what a person does with what they hold."""

    @property
    def has_more(self) -> bool:
        """Whether the last `take` has left records for the next one."""

    def start(self) -> None:
        """Begin."""

    def stop(self) -> None:
        """End as soon as possible; whatever waits or stands is released."""

    def join(self, timeout: float) -> bool:
        """Wait so many seconds at most for its end; whether it has ended."""

    def give_up(self) -> str:
        """It was told to end and has not: do what can be done, and say what a person must know of that."""

    def pause(self) -> None:
        """Stop before whatever comes next."""

    def resume(self) -> None:
        """Let it go on."""

    def step(self, step: Step) -> None:
        """Go on to where the step ends."""

    def record(self, on: bool) -> None:
        """Keep records from now on, or keep none."""

    def set_speed(self, speed: float) -> None:
        """From now on: times real time, math.inf where waits cost nothing."""

    def trust(self, trusted: bool) -> None:
        """Whether the Python of the scenario, as it is applied now, may run from the next step on."""

    def apply(self, document: Document) -> None:
        """Follow the edited scenario, from now on."""

    def emit(
        self, event: str, payload: Any, times: int, per_second: float | None, *, against_schema: bool = False
    ) -> None:
        """Put an event on the bus by hand, as soon as the engine has time."""

    def take(self, most: int = 0) -> bytes:
        """Frames of what was recorded since the last time; about `most` facts, 0 for all."""

    def state(self) -> EngineState:
        """What it is doing, as of the last record that was taken."""


class MakeRun(Protocol):
    """Makes a run that has not begun."""

    def __call__(self, document: Document, order: Order, *, trusted: bool) -> RunHandle:
        """trusted: whether the Python of this document may run. Raises UserError."""
