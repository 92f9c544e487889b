"""One emit by hand: done once, or withdrawn, whichever comes first; and what came of it.

It is the one exception from "watching never runs the program's code": both sides have agreed to it.
"""

from __future__ import annotations

import time
from contextvars import copy_context
from typing import Any, Callable, List, Optional

from buslens.context import CALL
from buslens.control.messages import Fields
from buslens.statics import class_name

LOOP, NEXT, THREAD = "loop", "next", "thread"
"""Where it is done: in the event loop of its bus; right after the program's next emit on the bus, on the thread of
that; at once, on a thread of its own."""

_WHERE = {
    LOOP: "in the event loop of its bus",
    NEXT: "right after an emit of the program's own",
    THREAD: "on a thread of buslens",
}
HOW = {
    LOOP: "in the event loop of its bus, as soon as that comes to it",
    NEXT: "right after the program's next emit on this bus, on the thread of that: its handlers run at no other moment "
    "of which anybody knows that it is safe",
    THREAD: "at once, on a thread of buslens: its handlers may meet data that was never made for two threads",
}
"""For a person, before it is done."""

_LATE = {
    LOOP: "the event loop of its bus did not come to it: it is busy, or has ended",
    NEXT: "the program itself emitted nothing on this bus meanwhile, after which it would have been done",
    THREAD: "its thread did not come to it",
}
_MOST = 200
_ARGS = vars(BaseException)["args"].__get__


class HandEmit:
    """Of one request."""

    def __init__(
        self, name: str, emit: Callable[[], Any], mark: Callable[[], Any], wake: Callable[[], Any], until_ns: int
    ) -> None:
        """name: of the event and bus, for a person. mark: says in the capture that it comes. wake: it is over."""
        self.until_ns = until_ns
        self._name = name
        self._emit = emit
        self._mark = mark
        self._wake = wake
        self.shown: Callable[[str], str] = str
        """What may be told of an error's text."""

        self.note = ""
        """What a person must know of it besides."""

        self.where = NEXT
        self._turn: "List[bool]" = [True]
        """Empty once somebody has it: who does it, or who withdraws it."""

        self._over: Optional[Fields] = None
        self.on_withdrawn: Callable[[], Any] = lambda: None

    def run(self, where: str) -> None:
        """Emit, here and now, as nobody's doing; nothing where it was withdrawn.

        What a handler raises is told and goes no further, but for what ends a program or a task.
        """
        if not self._taken():
            return
        self.where = where
        try:
            if time.monotonic_ns() >= self.until_ns:
                self._over = self._withdrawn()
            else:
                copy_context().run(self._run)
        finally:
            self._wake()

    def answer(self) -> "Fields | None":
        """What came of it; None: nothing yet."""
        return self._over

    def give_up(self) -> Fields:
        """Withdraw it, where it has not begun; what is said of it now."""
        if self._taken():
            self._over = self._withdrawn()
            self.on_withdrawn()
        return self._over or {
            "ok": True, "state": "running", "where": self.where,
            "said": f"{self._name} is being emitted {_WHERE[self.where]}: a handler runs still",
        }  # fmt: skip

    def _taken(self) -> bool:
        try:
            return self._turn.pop()
        except IndexError:
            return False

    def _run(self) -> None:
        CALL.set(0)
        try:
            self._mark()
            heard = self._emit()
        except Exception as error:
            self._tell(": ".join(filter(None, (class_name(type(error)), self.shown(_text(error))))))
        except BaseException as error:
            self._tell(class_name(type(error)))
            if self.where != THREAD:
                raise
        else:
            self._tell("", is_heard=not (heard is False or (type(heard) is list and not heard)))

    def _tell(self, raised: str, is_heard: bool = True) -> None:
        came = f"; a handler raised {raised}" if raised else "" if is_heard else "; nobody listened"
        self._over = {
            "ok": True, "state": "emitted", "where": self.where, "raised": raised, "heard": is_heard,
            "said": f"{self._name} was emitted {_WHERE[self.where]}{came}{self.note}",
        }  # fmt: skip

    def _withdrawn(self) -> Fields:
        why = f"withdrawn, {self._name} was not emitted: {_LATE[self.where]}"
        return {"ok": False, "state": "withdrawn", "why": why}


def _text(error: BaseException) -> str:
    """What texts an error was made of; its own `__str__` may be the program's code."""
    return " ".join(arg for arg in _ARGS(error) if type(arg) is str)[:_MOST]
