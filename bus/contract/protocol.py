"""What every engine can do: carry events from an emit to the handlers that are subscribed."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Protocol

from bus.contract.bodies import UnreadableBodyError
from bus.contract.boundaries import Dies, never
from bus.contract.holding import Holding, HoldsNothing, Redelivery
from bus.contract.spec import EngineSpec
from bus.contract.trouble import BrokerTrouble
from buslens.recorder import Recorder

Function = Callable[..., Any]
"""A handler as an engine calls it, with the payload where there is one: a plain function or a coroutine function."""


class EngineClock(Protocol):
    """What an engine needs of the clock that a run lives on."""

    def time_ns(self) -> int:
        """Nanoseconds since the run began."""

    def work_began(self) -> int:
        """A worker thread has something to do: at full speed no time passes while it computes. For `take_turn`."""

    def take_turn(self, number: int) -> None:
        """Block this thread until it may begin: at full speed one goes on at a time."""

    def work_ended(self) -> None:
        """A worker thread has nothing to do any more."""

    def held(self) -> AbstractContextManager[None]:
        """While somebody computes outside of the program: at full speed no time passes that would only be waited."""


class ConsumerDied(Exception):
    """Raised by a handler whose consumer dies in the middle of the call: nothing is acknowledged, nothing refused."""

    __module__ = "__main__"  # it belongs to the scenario, as the other failures of sample handlers do


class Undeliverable(Exception):
    """Raised in place of a handler's work where its event is not to be handled any more: no other call is worth it."""

    __module__ = "__main__"


@dataclass(frozen=True, slots=True)
class ConsumerOptions:
    """How an engine hands events to one handler. Those that keep nothing heed `attempts` and `backoff` alone, and these
    only where there is a backoff: the handler says `retry`."""

    attempts: int = 3
    """Calls for one event, the first included; an engine that keeps events makes it a dead letter then."""

    backoff: Callable[[str, int, int], Awaitable[None]] | None = None
    """Awaited on the engine's loop between a call that failed and the next one, with the event, with the number of the
    attempt that failed and the time of its failure in nanoseconds of the run's clock. None: the next one follows at
    once."""

    only: frozenset[str] = frozenset()
    """Names of the exception types that are worth another call; empty: all are."""

    ack_first: bool = False
    """Acknowledged when the call starts: never handled twice, and lost where the call fails."""

    prefetch: int = 20
    """Events that are handed out ahead and not acknowledged, at most."""

    at_once: int = 1
    """Calls that run at the same time, at most; beyond 1 the order of events is not kept."""

    first_offset: int = 0
    """Events before this place of the log are acknowledged without a call; of brokers that have such places."""

    since_ns: int = 0
    """So are those that the run had emitted before this time of its clock."""

    from_now: bool = False
    """So are those that it had emitted before the handler came."""

    def comes_again(self, attempt: int, error: BaseException) -> bool:
        """Whether this consumer is to be given an event once more, of which its call number `attempt`, from 1, failed.

        Not where it has died: then the event is not with it any more, and whoever has it says what comes of it.
        """
        is_over = self.ack_first or not isinstance(error, Exception) or isinstance(error, ConsumerDied)
        return not is_over and not self.gives_up(attempt, error)

    def gives_up(self, attempt: int, error: BaseException) -> bool:
        """Whether no other call for the event follows this attempt, whoever has the event now."""
        is_worth_it = not self.only or type(error).__name__ in self.only or isinstance(error, ConsumerDied)
        return attempt >= self.attempts or not is_worth_it or isinstance(error, UnreadableBodyError | Undeliverable)


PLAIN = ConsumerOptions()


def new_run() -> str:
    """A name that no other run has."""
    return f"buslens-{datetime.now():%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"


class Peer(Protocol):
    """What this process is in a run that several machines share.

    Its owner, or a worker that has joined (bus/sharing).
    """

    member: str
    """Its name; empty for the run's owner."""

    scenario: str
    """Hash of the scenario's text: all members have the same."""

    @property
    def joined(self) -> tuple[Any, ...]:
        """The run's other machines, as its owner sees them (bus.sharing.owner.WorkerStatus)."""

    def outgoing(self) -> Sequence[bytes]:
        """What is to be sent to the owner now: what is new, and what it has not answered for long."""

    def received(self, body: bytes) -> tuple[Sequence[Any], tuple[str, bytes] | None]:
        """What a message says about deliveries (bus.sharing.merging.DeliveryStep), and an answer with its mailbox."""

    def farewell(self) -> Sequence[tuple[str, bytes]]:
        """Messages with their mailboxes, at the end of the run."""


def _nobody(_: str) -> None:
    """Who is told where nobody wants to know."""


@dataclass(frozen=True, slots=True)
class EngineContext:
    """What an engine is given when it starts."""

    loop: asyncio.AbstractEventLoop
    """Runs on the engine's own thread, on the engine's clock."""

    clock: EngineClock
    recorder: Recorder
    before_dispatch: Callable[[str], None]
    """To be called with the event before each dispatch, also of events that the library emits by itself (`error`).

    This is where stepping stops the engine, and where it ends while it is stopped: by asyncio.CancelledError.
    """

    dies: Dies = never
    """Asked by an engine with acknowledgements at every boundary but HANDLING, which belongs to the handler."""

    give_up: Callable[[str], None] = _nobody
    """To be called where no event can be carried any more, with the reason: the run ends."""

    peer: Peer | None = None
    """None where nobody can join."""

    calls_again: bool = False
    """Whether an engine that keeps no events has to be ready to call a handler again: some handler says `retry`."""

    holding: Holding = field(default_factory=HoldsNothing)
    """The run's breakpoints: asked before each call that the engine can put aside."""

    run: str = field(default_factory=new_run)
    """Begins the name of everything that this run makes on a broker or on disk."""


class Engine(Protocol):
    """Carries events. Made, opened, used and closed on the engine's thread."""

    spec: ClassVar[EngineSpec]
    """What is known of it without an engine."""

    async def open(self, context: EngineContext) -> None:
        """Get ready. Raises UserError where that fails."""

    def subscribe(self, event: str, function: Function, *, once: bool, consumption: ConsumerOptions = PLAIN) -> None:
        """Call `function` for each `event` from now on."""

    def unsubscribe(self, event: str, function: Function) -> None:
        """Stop calling it; nothing happens where it is gone already."""

    def emit(self, event: str, *payload: Any) -> None:
        """Put an event on the bus, with one payload or none. Also called by handlers, on whatever thread they run.

        Raises what the library raises into the code that emits.
        """

    def call_again(self, wanted: Redelivery, announce: Callable[[int, int], None]) -> bool:
        """Call one handler once more for a dispatch that it had already. On the engine's loop.

        announce: told the handler's interned name and the call's id before the call begins. False: the handler is not
        subscribed to that event here, and nothing happens. May raise what the library raises into the code that emits.
        """
        raise NotImplementedError

    async def close(self) -> None:
        """Give everything back; calls that run still are cancelled."""

    # What an engine need not say where it has nothing to say: the rest may be asked from any thread, also before it is
    # open.

    @property
    def bus(self) -> int:
        """Interned id of its bus, as its records name it."""
        return 0

    def in_flight(self) -> int:
        """Calls that have not ended and events that are still on their way; those inside of an emit need not count."""
        return 0

    async def settle(self) -> None:
        """Wait until something that is in flight is over. On the engine's thread."""
        return

    def disturb(self, trouble: BrokerTrouble, *, begins: bool) -> bool:
        """Let what carries the events go wrong so, or be well again. On the engine's loop.

        False: that cannot be done here, and nothing happens.
        """
        return False

    def trouble(self) -> str:
        """What is wrong with what carries the events, now; empty while all is well."""
        return ""

    def waits_for(self) -> str:
        """What a run waits for that others have joined; empty while there is something to do here."""
        return ""

    def scheduled(self, most: int) -> list[str]:
        """Names of handlers whose calls have not started, the next first."""
        return []

    def look(self, *, is_news: bool) -> None:
        """Called now and then by whoever reads the records. is_news: the run's other machines have changed."""
        return
