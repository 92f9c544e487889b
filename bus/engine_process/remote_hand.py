"""What a person does to the deliveries of a run whose engine is in a process of its own (bus.run.by_hand.ByHand)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from bus.behaviour.plain import plain
from bus.contract.holding import Redelivery
from bus.engine_process import messages
from bus.run.breakpoints import Breakpoint
from bus.run.holding import HeldOrder


class RemoteHand:
    """Says it to the process."""

    def __init__(self, tell: Callable[..., None], begin: Callable[..., None]) -> None:
        """tell: says a command with what it needs, where the run has begun. begin: so does it, and gives it work."""
        self._tell, self._begin = tell, begin
        self._breakpoints: Sequence[Breakpoint] = ()

    @property
    def packed(self) -> Any:
        """The breakpoints that there are, for the command that begins the run."""
        return messages.packed_breakpoints(self._breakpoints)

    def set_breakpoints(self, breakpoints: Sequence[Breakpoint]) -> None:
        """These hold deliveries from now on."""
        self._breakpoints = breakpoints
        self._tell("breakpoints", breakpoints=self.packed)

    def carry_out(self, order: HeldOrder) -> None:
        """As soon as the engine has time."""
        self._tell("held", order=messages.packed_held_order(replace(order, payload=plain(order.payload)[0])))

    def redeliver(self, wanted: Redelivery) -> None:
        """As soon as the engine has time."""
        self._begin("redeliver", wanted=messages.packed_redelivery(wanted))

    def choose(self, number: int, take: int) -> None:
        """Take what comes next, of the offer with this number."""
        self._tell("choose", number=number, take=take)

    def ask_no_more(self) -> None:
        """From now on take what comes by itself."""
        self._tell("ask_no_more")
