"""What an engine and the breakpoints of its run say to each other: which calls are held, and what becomes of them.

An engine asks before a call begins that it can put aside, and goes on with everything else.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol

from bus.contract.delivery import Lease

Carried = tuple[Any, ...]
"""What an event carries: one payload or none."""

DROPPED = "a person dropped it at a breakpoint"
"""Why a handler was skipped."""

_EDITED: ContextVar[Carried | None] = ContextVar("buslens_edited", default=None)
"""In the context of a call that was held: what it gets in place of what was emitted."""


@dataclass(frozen=True, slots=True)
class Redelivery:
    """One handler called once more for a dispatch that it had already, because a person wants that.

    It is one call: nothing calls again what fails in it, and no broker hears of it.
    """

    event: str
    handler: str
    dispatch: int
    """Id of the dispatch that the call will be for."""

    attempt: int
    """Of that call: one more than the last attempt of this handler for this dispatch."""

    carried: Carried
    """What the handler gets."""

    edited: bool = False
    """Whether a person has changed that."""


class Parked(Protocol):
    """One call that has not begun, put aside by its engine. It belongs to the engine's loop; `go` or `drop` ends it."""

    @property
    def event(self) -> str: ...

    @property
    def handler(self) -> str: ...

    @property
    def handler_id(self) -> int:
        """Interned name of the handler."""

    @property
    def dispatch(self) -> int:
        """Id of the dispatch that it is for."""

    @property
    def call(self) -> int:
        """Id that the call will have."""

    @property
    def attempt(self) -> int: ...

    @property
    def lease(self) -> Lease | None:
        """When its broker takes it back; None: never."""

    @property
    def is_copy(self) -> bool:
        """Whether a person has made it of another one."""

    def go(self, edited: Carried | None) -> None:
        """Let it begin, as soon as its handler is free. edited: what it gets instead; None: what was emitted."""

    def drop(self) -> None:
        """It will never begin. That its handler was skipped is recorded where its dispatch has announced it."""

    def copy(self) -> None:
        """Put another one aside beside it, which is given to `Holding.keep`."""


class Holding(Protocol):
    """The breakpoints of a run, as its engine knows them."""

    armed: bool
    """Whether there is any breakpoint that holds; where not, nothing else need be asked."""

    def wants(self, event: str, handler: str, carried: Carried, attempt: int) -> bool:
        """Whether this call is to be held. It counts as a hit: asked once for each call. From any thread."""

    def keep(self, parked: Parked) -> None:
        """A call was put aside."""

    def withdrawn(self, parked: Parked) -> None:
        """It is not here any more: its broker has taken it back."""


class HoldsNothing:
    """Where nobody sets breakpoints."""

    armed = False

    def wants(self, event: str, handler: str, carried: Carried, attempt: int) -> bool:
        """Never."""
        return False

    def keep(self, parked: Parked) -> None:
        """Nothing was wanted."""

    def withdrawn(self, parked: Parked) -> None:
        """Nothing was kept."""


def edit(carried: Carried) -> None:
    """What begins in this context gets this in place of what was emitted."""
    _EDITED.set(carried)


def as_edited(carried: Carried) -> Carried:
    """What a call gets that begins here. What it begins itself is not meant any more."""
    edited = _EDITED.get()
    if edited is None:
        return carried
    _EDITED.set(None)
    return edited
