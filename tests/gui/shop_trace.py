"""A small shop's trace for the tests of panels: made through the real recorder, with times that a test can name."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from bus.runtime.state import EngineState
from bus.session import Run, RunList
from bus.session.breakpoints import BreakpointList
from bus.trace.trace import Trace
from buslens.recorder import Recorder
from buslens.records import Outcome

MS = 1_000_000


class Shop:
    """Orders on a clock that only moves when it is told; `session` is all of a Session that the panels read."""

    def __init__(self) -> None:
        self.now = 1_000 * MS
        self.recorder = Recorder(clock_ns=self._clock)
        self.trace = Trace()
        self.session: Any = SimpleNamespace(
            running=SimpleNamespace(breakpoints=BreakpointList(lambda: None)),
            trace=self.trace, runs=RunList(Run(self.trace)), document=None, hold=_nothing, release=_nothing,
            loading=None, engine_state=EngineState(),
        )  # fmt: skip
        record = self.recorder
        self.placed, self.paid = record.event("order.placed"), record.event("order.paid")
        self.lane = record.lane("MainThread")
        self.reserve = record.handler("reserve_stock", __file__, 30, "order.placed")
        self.charge = record.handler("charge_card", "/nowhere/shop.py", 9, "order.placed")
        self.mail = record.handler("send_mail", "", 0, "order.paid")

    def order(self, number: int, *, declined: bool = False) -> tuple[int, int]:
        """order.placed -> reserve_stock (5 ms, emits order.paid -> send_mail) and charge_card. Ids: root, charge."""
        record = self.recorder
        root = record.next_id()
        record.dispatch(root, 0, self.placed, self.lane, 2, {"id": number, "items": [{"sku": "A-1"}]})
        self.now += 1 * MS
        reserve = self._start(root, self.reserve)
        record.mark(f"reserving {number}", reserve)
        paid = record.next_id()
        record.dispatch(paid, reserve, self.paid, self.lane, 1, {"id": number})
        self.now += 5 * MS
        record.call_ended(reserve, Outcome.OK)
        charge = self._start(root, self.charge)
        self.now += 2 * MS
        if declined:
            record.call_ended(charge, Outcome.FAILED, _declined(number))
        else:
            record.call_ended(charge, Outcome.OK)
        mail = self._start(paid, self.mail)
        self.now += 1 * MS
        record.call_ended(mail, Outcome.OK)
        self.arrive()
        return root, charge

    def unheard(self) -> int:
        """An emit that nobody listens to."""
        ident = self.recorder.next_id()
        self.recorder.dispatch(ident, 0, self.recorder.event("order.audited"), self.lane, 0, None, False)
        self.arrive()
        return ident

    def running(self) -> int:
        """A call that does not end; its id."""
        root = self.recorder.next_id()
        self.recorder.dispatch(root, 0, self.paid, self.lane, 1, {})
        call = self._start(root, self.mail)
        self.arrive()
        return call

    def arrive(self) -> None:
        """What was recorded reaches the trace."""
        self.trace.feed(self.recorder.take())

    def _start(self, dispatch: int, handler: int) -> int:
        call = self.recorder.next_id()
        self.recorder.call_started(call, dispatch, handler, self.lane)
        return call

    def _clock(self) -> int:
        return self.now


def _declined(number: int) -> ValueError:
    try:
        raise ValueError(f"card of order {number} declined: <b>no money</b>")
    except ValueError as error:
        return error


def _nothing() -> None:
    """Nobody else feeds the trace of a test."""
