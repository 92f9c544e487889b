"""A realistic capture in one call, through the real recorder: an async shop with nested flows, failures and losses.

`make_trace(50)` is 50 orders; `shop_bytes` gives the bytes instead. The same arguments give the same capture.
"""

from __future__ import annotations

import random

from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.records import Flag, Outcome
from buslens.wire import Header

MS = 1_000_000


class CardDeclined(Exception):
    """What charge_card raises now and then."""


def make_trace(orders: int = 20, *, seed: int = 7, failures: float = 0.1, running: int = 0, names: str = "") -> Trace:
    """The trace of a shop's orders; times are those of a clock that starts at one second.

    failures: share of cards that are declined. running: calls at the end that never end. names: a suffix for every
    name, such as a text that tries to break out of a format.
    """
    trace = Trace()
    trace.feed(shop_bytes(orders, seed=seed, failures=failures, running=running, names=names))
    trace.finish()
    return trace


def shop_bytes(
    orders: int = 20, *, seed: int = 7, failures: float = 0.1, running: int = 0, names: str = "", batch: int = 0
) -> bytes:
    """The capture of the same orders; batch: how many of them are taken from the recorder at once, 0 for all."""
    shop = _Shop(random.Random(seed), failures, names)
    taken = []
    for number in range(orders):
        if batch and number % batch == 0:
            taken.append(shop.recorder.take())
        shop.order(number)
    for _ in range(running):
        shop.stuck()
    return b"".join([*taken, shop.recorder.take()])


class _Shop:
    """order.placed -> reserve_stock (async) -> stock.reserved -> charge_card -> order.paid -> mail, audit is lost."""

    def __init__(self, rng: random.Random, failures: float, names: str) -> None:
        self.rng = rng
        self.failures = failures
        self.now = 1_000 * MS
        header = Header("shop.py", 4711, "desk", 1_795_000_000_000_000_000, 0, "virtual", {"engine": "pyee-asyncio"})
        self.recorder = Recorder(clock_ns=self._clock, header=header)
        record = self.recorder
        self.lane = record.lane(f"MainThread{names}")
        self.events = {
            name: record.event(name + names) for name in ("order.placed", "stock.reserved", "order.paid", "audit")
        }
        self.handlers = {
            name: record.handler(name + names, "/srv/shop.py", 10 * line, event + names)
            for line, (name, event) in enumerate(
                (("log", "order.placed"), ("reserve_stock", "order.placed"), ("charge_card", "stock.reserved"),
                 ("send_mail", "order.paid")), 1,
            )
        }  # fmt: skip
        for name, event in (("log", "order.placed"), ("reserve_stock", "order.placed")):
            record.handler_added(self.handlers[name], self.events[event])

    def order(self, number: int) -> None:
        placed = self.emit("order.placed", 2, {"id": number, "items": [{"sku": f"A-{number % 3}", "n": 1}]})
        log = self.start(placed, "log")
        self.recorder.mark(f"order {number}", log)
        self.wait(0.01, 0.05)
        self.end(log)
        self.wait(0.05, 3)
        reserve = self.start(placed, "reserve_stock", Flag.ASYNC)
        self.wait(1, 20)
        reserved = self.emit("stock.reserved", 1, {"order": number}, reserve)
        self.wait(0.01, 0.1)
        charge = self.start(reserved, "charge_card", Flag.ASYNC)
        if number % 2:
            self.end(reserve)
        self.wait(0.2, 4)
        if self.rng.random() < self.failures:
            self.end(charge, CardDeclined(f"card of order {number} was declined"))
        else:
            self.paid(number, charge)
        if not number % 2:
            self.end(reserve)
        self.wait(1, 40)

    def paid(self, number: int, charge: int) -> None:
        paid = self.emit("order.paid", 1, {"order": number, "total": number * 1.5}, charge)
        mail = self.start(paid, "send_mail")
        self.emit("audit", 0, None, mail)
        self.wait(0.01, 0.3)
        self.end(mail)
        self.wait(0.01, 0.3)
        self.end(charge)

    def stuck(self) -> None:
        self.start(self.emit("order.paid", 1, {"order": -1}), "send_mail", Flag.ASYNC)
        self.wait(1, 2)

    def emit(self, event: str, handlers: int, payload: object, parent: int = 0) -> int:
        ident = self.recorder.next_id()
        has_payload = payload is not None
        self.recorder.dispatch(ident, parent, self.events[event], self.lane, handlers, payload, has_payload)
        return ident

    def start(self, dispatch: int, handler: str, flags: int = 0) -> int:
        ident = self.recorder.next_id()
        self.recorder.call_started(ident, dispatch, self.handlers[handler], self.lane, 1, flags)
        return ident

    def end(self, call: int, error: BaseException | None = None) -> None:
        self.recorder.call_ended(call, Outcome.FAILED if error else Outcome.OK, error)

    def wait(self, least_ms: float, most_ms: float) -> None:
        self.now += round(self.rng.uniform(least_ms, most_ms) * MS)

    def _clock(self) -> int:
        return self.now
