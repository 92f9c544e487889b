"""What an owner says of breakpoints reaches the engine's loop; what it holds is done with there."""

from __future__ import annotations

from typing import Any

import pytest

from bus.errors import UserError
from bus.run.breakpoints import Breakpoint
from bus.run.by_hand import OnThread
from bus.run.holding import HeldDeliveries, HeldOrder
from bus.run.order import Order
from bus.run.recording import Recording
from bus.runtime.clock import Clock
from bus.runtime.gate import Gate


class Called:
    """A thread that notes what it is to call."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def call(self, *what: Any) -> None:
        self.calls.append(what)


def test_breakpoints_hold_at_once_and_orders_go_to_the_engines_loop() -> None:
    recording = Recording(Order("pyee", 1, 1.0), "test")
    holding, thread = HeldDeliveries(recording, Gate(Clock()), {}), Called()
    hand = OnThread(thread, holding, None)  # type: ignore[arg-type]
    hand.set_breakpoints([Breakpoint("a")])
    assert holding.armed
    with pytest.raises(UserError):
        hand.set_breakpoints([Breakpoint()])
    assert holding.armed
    hand.carry_out(HeldOrder("release"))
    assert thread.calls == [(holding.carry_out, HeldOrder("release"))]
