"""What a durable engine and its broker say to each other: messages, deliveries, news, and what every broker can do.

A new broker is one class that does this (see bus/engines/sqlite/engine.py); everything that a person sees of it, the
records, the attempts and the dead letters, stands in bus/durable/durable.py, once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar, NamedTuple, Protocol

from bus.contract.trouble import BrokerTrouble

Attributes = dict[str, str]
"""CloudEvents' attributes and W3C's traceparent, under their plain names (see headers.py)."""


class Lease(NamedTuple):
    """How long a broker leaves a delivery with a consumer that has not settled it."""

    ends_s: float
    """When it takes it back, in seconds of `time.monotonic`, which all processes of a machine share."""

    is_assumed: bool
    """The broker has not said so: it is what such brokers do by default."""


# What is made for every event is a NamedTuple here: a frozen dataclass takes three times as long to make.


class Message(NamedTuple):
    """One event on its way to the broker."""

    dispatch: int
    event: str
    attributes: Attributes
    body: bytes
    """UTF-8 JSON; empty where the event carries nothing."""


class Awaited(Enum):
    """How the engine expects a delivery."""

    BY_NAME = "by its dispatch"
    AS_ONE_OF_MANY = "as one of some that the broker has counted, or as a stranger's"
    NOT = "not at all: another copy of what is here, or settled already, which nobody waits for"


@dataclass(slots=True, eq=False)
class Delivery:
    """One event in the hands of one consumer, until it is settled."""

    consumer: str
    event: str
    attributes: Attributes
    body: bytes
    attempt: int
    """From 1."""

    place: str
    """Where the broker has it, for people: "offset 17"."""

    token: Any = None
    """The broker's own."""

    offset: int = -1
    """The same place as a number; -1: the broker has none that can be read again."""

    dispatch: int = 0
    call: int = 0
    """Ids of its dispatch and its call, given by the engine."""

    awaited: Awaited = Awaited.NOT
    """How the engine has expected it, and will again where it goes back."""

    lease: Lease | None = None
    """None: its broker waits for ever."""

    is_released: bool = False
    """A breakpoint has held it, and will not do so again."""

    is_copy: bool = False
    """A person has made it, of one that a breakpoint holds or of one that is over: no broker knows of it."""

    is_back: bool = False
    """The connection that brought it is gone: the broker has it again, whatever becomes of its call."""


class Confirmed(NamedTuple):
    """The broker has it, and keeps it whatever happens to us."""

    message: Message
    place: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The broker does not have it: it is lost."""

    message: Message
    reason: str


@dataclass(frozen=True, slots=True)
class Bound:
    """A consumer hears an event from now on."""

    consumer: str
    event: str
    backlog: int
    """Events that wait for it already and will be delivered.

    Of those that were published before; neither what is ordered behind this, nor what is with the consumer already. A
    run waits for so many: one too many, and it never ends.
    """


class Delivered(NamedTuple):
    """A consumer got an event."""

    delivery: Delivery


class Settled(NamedTuple):
    """What was said about a delivery (acknowledge, retry, dead_letter, release) has reached the broker."""

    delivery: Delivery


@dataclass(frozen=True, slots=True)
class Died:
    """A consumer is dead, and all that was delivered to it before this is with the broker again."""

    consumer: str


@dataclass(frozen=True, slots=True)
class ConnectionLost:
    """The broker cannot be reached, and why. What was delivered and not settled will be delivered again.

    What the engine says of those deliveries from then on is answered all the same, and need change nothing.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class CutOff:
    """From now on nothing comes through to the broker: a fault of the scenario wants it so. After ConnectionLost."""


@dataclass(frozen=True, slots=True)
class StillUnreachable:
    """A new connection was tried in vain, after ConnectionLost."""

    reason: str
    again_s: float
    """Seconds until the next try."""


@dataclass(frozen=True, slots=True)
class ConnectionRestored:
    """The broker can be reached again. What it has not confirmed is published once more."""

    waiting: tuple[tuple[str, str, int], ...] | None
    """For all that is bound: consumer, event, and how many events will be delivered, those included that were before.

    None: others have some of that, and the broker cannot tell. What is not confirmed is not part of it, nor what is
    ordered and not carried out, such as a bind.
    """


@dataclass(frozen=True, slots=True)
class BacklogCounted:
    """How many events no member of the run has settled, as the broker counts them."""

    waiting: tuple[tuple[str, str, int], ...]
    """Consumer, event, and how many events."""


@dataclass(frozen=True, slots=True)
class Noticed:
    """Something that people should see, such as that the broker shares out its work anew."""

    text: str


@dataclass(frozen=True, slots=True)
class Revoked:
    """The broker has given these deliveries to others.

    Calls that have not begun will not be made here, and what failed is tried again there.
    """

    consumer: str
    deliveries: tuple[Delivery, ...]


@dataclass(frozen=True, slots=True)
class PeerWrote:
    """Another member of the run has written to us."""

    message: bytes


@dataclass(frozen=True, slots=True)
class BrokerFailed:
    """The broker can do nothing more, and why; the run is over."""

    reason: str


News = (
    Confirmed
    | Refused
    | Bound
    | Delivered
    | Settled
    | Died
    | ConnectionLost
    | CutOff
    | StillUnreachable
    | ConnectionRestored
    | BacklogCounted
    | Noticed
    | Revoked
    | PeerWrote
    | BrokerFailed
)
Tell = Callable[[Sequence[News]], None]
"""Takes news from any thread, in order."""


class Broker(Protocol):
    """What carries and keeps events for a durable engine.

    All methods are called on the engine's loop and return at once; what comes of them is told as news. They are orders,
    to be carried out in the order in which they come; each is answered once, also by a connection that comes after the
    one that was lost.

    A broker whose client blocks, or keeps timers of its own (heartbeats), lives on a thread of its own: the engine's
    loop runs on the engine's clock, which may jump or stand still.
    """

    keeps_order: ClassVar[bool]
    """Whether what comes back is delivered before anything newer: the handler waits for it."""

    async def open(self, run: str, tell: Tell) -> None:
        """Get ready; all names that are made begin with `run`. Raises UserError where that fails."""

    def publish(self, message: Message) -> None:
        """Answered by Confirmed or Refused."""

    def bind(self, consumer: str, event: str, prefetch: int) -> None:
        """Deliver these events to this consumer; answered by Bound.

        prefetch: so many at a time, at most. It may have heard the event before: then it goes on where it stopped.
        """

    def unbind(self, consumer: str, event: str) -> None:
        """Deliver no more of them; what is with the consumer stays there until it is settled."""

    def acknowledge(self, delivery: Delivery) -> None:
        """Tell the broker that the event was handled; answered by Settled."""

    def retry(self, delivery: Delivery) -> None:
        """Tell the broker that the event was not handled: deliver it again, as a further attempt.

        Answered by Settled, then Delivered.
        """

    def dead_letter(self, delivery: Delivery, reason: str) -> None:
        """Keep the event as a dead letter, which nobody is given again; answered by Settled."""

    def release(self, delivery: Delivery) -> None:
        """Give the event back whose call has never begun, as if it were not delivered yet; answered by Settled."""

    def die(self, delivery: Delivery) -> None:
        """The consumer dies during this delivery, and a new one takes its place.

        All that it has not settled is delivered again, this one as a further attempt. Answered by Died.
        """

    async def close(self, *, clean: bool) -> None:
        """Let everything go that was asked for, then leave. clean: and remove what this run made on the broker."""


class DisturbableBroker(Broker, Protocol):
    """A broker, or the way to it, that a scenario can let go wrong."""

    def disturb(self, trouble: BrokerTrouble, *, begins: bool) -> None:
        """Let it go wrong so, or be well again; as often as it was wrong. On the engine's loop.

        Where it cannot be reached for that, and works in real time, this is answered by CutOff: once for those that
        overlap.
        """


class JoinableBroker(Broker, Protocol):
    """A broker that carries events between machines: others can join a run, and the members write to each other."""

    async def join(self, run: str, member: str, tell: Tell) -> None:
        """In place of `open`: get ready as a member of a run that somebody else began. Raises UserError.

        Then whatever is closed is left as it is: it belongs to the run's owner.
        """

    def announce(self, scenario: str) -> None:
        """The run can be joined by whoever has this scenario, of which this is a hash."""

    def recount(self) -> None:
        """Count what no member has settled; answered by BacklogCounted, where the broker can tell, or not at all.

        May be called on any thread: whoever reads the records asks.
        """

    def write(self, mailbox: str, message: bytes) -> None:
        """To a member, or to the owner (`bus.contract.peer_messages.OWNER`); told there by PeerWrote. It may get lost.

        The owner gets it before anything that is published or settled after it takes effect.
        """
