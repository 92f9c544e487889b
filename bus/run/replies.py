"""The replies that calls of one handler wait for, and those that come when nobody waits any more.

The handler is subscribed to them under a name of its own (`quote#reply`), so that each is a call in the records, on
every engine. It names the call that it is for: a mark there says which call has brought it.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from functools import partial
from typing import Any

from bus.behaviour.places import Lines, function_at
from bus.behaviour.requests import key_of
from bus.contract.protocol import Function
from bus.run.decisions import DecisionRecords
from bus.run.said import said_payload
from bus.run.stage import Stage
from bus.scenario.model import Handler, steps_of
from bus.scenario.steps import Request
from bus.wording import duration
from buslens.context import current_call
from buslens.records import Decided

SUFFIX = "#reply"
"""Behind a handler's name: what hears its replies. No handler of a scenario has such a name."""

MOST_LATE = 10_000
"""Requests of one handler without a reply that are remembered, so that one that is late is said to be so."""

Expected = tuple[str, str, str]
"""The event of a reply, the field by which it is known, and what that holds."""


class Replies:
    """Of one handler in one run. Thread-safe."""

    def __init__(self, name: str, model: Handler, lines: Lines, stage: Stage) -> None:
        self._name, self._stage = name, stage
        self._place = lines.handler(name)
        self._fields: dict[str, dict[str, None]] = {}
        """By event: the fields by which replies are known."""

        for step in steps_of(model.do):
            if isinstance(step, Request):
                self._fields.setdefault(step.reply, {})[step.by] = None
        self._lock = threading.Lock()
        self._waiting: dict[Expected, deque[PendingReply]] = {}
        self._late: OrderedDict[Expected, PendingReply] = OrderedDict()

    def functions(self) -> dict[str, Function]:
        """What is subscribed to each event that is a reply to this handler."""
        place = self._place.file, self._place.line, self._name + SUFFIX
        return {event: function_at(*place, partial(self._came, event)) for event in self._fields}

    def expect(self, reply: str, path: str, key: str, within_ns: int) -> PendingReply:
        """A call is about to emit a request."""
        awaited = PendingReply(self, (reply, path, key), self._stage, within_ns)
        with self._lock:
            self._waiting.setdefault(awaited.expected, deque()).append(awaited)
        return awaited

    def over(self, awaited: PendingReply) -> None:
        """Nobody waits for this one any more."""
        expected = awaited.expected
        with self._lock:
            line = self._waiting.get(expected)
            if line is None or awaited not in line:
                return  # it has come
            line.remove(awaited)
            if not line:
                del self._waiting[expected]
            self._late[expected] = awaited
            if len(self._late) > MOST_LATE:
                self._late.popitem(last=False)

    def _came(self, event: str, payload: tuple[Any, ...]) -> None:
        """An event that may be a reply, in a call of its own."""
        stage = self._stage
        stage.before_call(event, self._name + SUFFIX)
        value = said_payload(event, payload)
        for path in self._fields[event]:
            key = key_of(value, path)
            if key is None:
                continue
            awaited, is_late = self._taken((event, path, key))
            if awaited is not None and is_late:
                late = duration(max(0, stage.time_ns() - awaited.due_ns))
                awaited.say(Decided.LATE_REPLY, f"reply: {event} came {late} too late for this call")
                stage.log(f"reply: {late} too late for call {awaited.call}")
                return
            if awaited is not None:
                took = duration(stage.time_ns() - awaited.asked_ns)
                awaited.say(Decided.ANSWERED, f"reply: {event} came after {took}")
                stage.log(f"reply: for call {awaited.call}")
                awaited.come(value)
                return
        stage.log("reply: no call of this handler waits for it")

    def _taken(self, expected: Expected) -> tuple[PendingReply | None, bool]:
        """The call that has waited longest for it; else the newest that had, and that it is late."""
        with self._lock:
            line = self._waiting.get(expected)
            if line is None:
                return self._late.pop(expected, None), True
            awaited = line.popleft()
            if not line:
                del self._waiting[expected]
            return awaited, False


class PendingReply:
    """The reply that one call waits for."""

    def __init__(self, replies: Replies, expected: Expected, stage: Stage, within_ns: int) -> None:
        self.expected = expected
        self.call = current_call()
        self.asked_ns = stage.time_ns()
        self.due_ns = self.asked_ns + within_ns
        self._replies, self._stage = replies, stage
        self._lock = threading.Lock()
        self._has_come = False
        self._wake: Callable[[], object] | None = None
        self.payload: Any = None

    def come(self, payload: Any) -> None:
        """It is here; from any thread."""
        with self._lock:
            self.payload, self._has_come = payload, True
            wake = self._wake
        if wake is not None:
            wake()

    def block(self, ns: int) -> bool:
        """Wait for it on this thread, so long at most; whether it has come."""
        clock, waits = self._stage.recording.clock, self._stage.waits
        with self._lock:
            self._wake = partial(clock.wake, threading.get_ident())
        event, handler = self.expected[0], ""
        number = waits.begin("wait", ns, event, handler)
        try:
            if not clock.sleep(ns, unless=lambda: self._has_come):
                raise asyncio.CancelledError("the run was stopped")
        finally:
            waits.end(number)
        return self._has_come

    async def wait(self, ns: int) -> bool:
        """The same in a coroutine."""
        loop = asyncio.get_running_loop()
        here = loop.create_future()

        def wake() -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: the run is over
                loop.call_soon_threadsafe(_done, here)

        with self._lock:
            if self._has_come:
                return True
            self._wake = wake
        timer = loop.create_task(self._stage.rest("wait", ns, self.expected[0], ""))
        try:
            await asyncio.wait([timer, here], return_when=asyncio.FIRST_COMPLETED)
            if timer.done() and not self._has_come:
                timer.result()  # raises where the run was stopped
        finally:
            timer.cancel()
        return self._has_come

    def over(self) -> None:
        """Nobody waits for it any more."""
        self._replies.over(self)

    def say(self, decided: Decided, note: str) -> None:
        """Record at the call that waits, or waited, what brought the reply: the call that runs here."""
        records = DecisionRecords(self._stage.recording.recorder)
        records.say(decided, note, call=self.call, by=current_call())


def _done(here: asyncio.Future[None]) -> None:
    if not here.done():
        here.set_result(None)
