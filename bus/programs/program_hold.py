"""What the window holds in a program that takes commands: a connection that is heard of while the window lives.

The program lets everything go on when it is not: it needs no farewell.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from bus.programs.reaching import WHO, text_in
from buslens.control.breaks import MOST_ARGUMENTS
from buslens.control.client import NoAnswer, Program

ASK_S = 0.2
"""Between two questions: the program gives a window up that is silent for almost a second."""

HUNG_S = 3.0
"""A window that has not said for so long that it lives holds nothing any more: nobody could release it."""

MOST_ORDERS = 100
MOST_SENT = 50_000
"""Letters of other arguments: a command has at most 65,536 bytes."""


Comparison = tuple[str, str, str | int | float | bool | None]
"""Path of a field, one of ==, !=, <, <=, >, >=, and a plain value."""


@dataclass(frozen=True, slots=True)
class ProgramBreakpoint:
    """Where calls of a program are held. An empty name: any."""

    bus: str = ""
    event: str = ""
    handler: str = ""
    where: tuple[Comparison, ...] = ()
    """All of them are true for what is held. The program compares by itself: it cannot wait for an expression."""


@dataclass(frozen=True, slots=True)
class HeldThere:
    """One call that waits in the program."""

    number: int
    bus: str
    event: str
    handler: str
    dispatch: int
    held_s: float
    can_edit: bool
    """Whether it may get other arguments: its own are plain JSON values."""

    args: str = ""
    """Those, as a list in JSON, where they are short and have no secrets; else ""."""


@dataclass(frozen=True, slots=True)
class HoldState:
    """What the program says, at the last time that it was asked."""

    held: tuple[HeldThere, ...] = ()
    """The oldest first; not more than a screen can show."""

    count: int = 0
    passed: int = 0
    """Calls that went on because so many are held already."""

    hits: tuple[int, ...] = ()
    """Of each breakpoint."""

    cannot: tuple[str, ...] = ()
    """What is not held, and why."""

    refused: str = ""
    """Why what a person wanted last was not done, "" where it was."""

    over: str = ""
    """Why nothing is held any more, "" while it is."""


@dataclass(frozen=True, slots=True)
class _Order:
    let: Literal["go", "drop"]
    number: int
    args: tuple[Any, ...] | None = None


class ProgramHold:
    """Of one process. Its thread asks; everything else is called on the owner's thread and returns at once."""

    def __init__(self, stream: Path, pid: int, *, ask_s: float = ASK_S, hung_s: float = HUNG_S) -> None:
        self._stream, self._pid, self._ask_s, self._hung_s = stream, pid, ask_s, hung_s
        self._holder = secrets.token_hex(8)
        self._lock = threading.Lock()
        self._points: tuple[ProgramBreakpoint, ...] | None = None
        """To be told; None: the program knows them."""

        self._orders: list[_Order] = []
        self._news = threading.Event()
        self._stopping = False
        self._beat_s = time.monotonic()
        self.state = HoldState()
        self._thread = threading.Thread(target=self._run, name=f"hold {pid}", daemon=True)

    def start(self) -> None:
        """Connect, and hold what comes to the breakpoints."""
        self._thread.start()

    def stop(self) -> None:
        """Hold nothing any more; the program goes on."""
        self._stopping = True
        self._news.set()

    def join(self, timeout: float) -> bool:
        """Wait for its end; whether it has ended."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def beat(self) -> None:
        """Whoever looks at what is held lives."""
        self._beat_s = time.monotonic()

    def set_points(self, points: Sequence[ProgramBreakpoint]) -> None:
        """These and no others."""
        with self._lock:
            self._points = tuple(points)
        self._news.set()

    def release(self, number: int, args: Sequence[Any] | None = None) -> None:
        """Let one go on, NEXT or ALL of them (bus.run.holding); with other arguments where these are given."""
        if args is not None and len(json.dumps(list(args))) > MOST_SENT:
            with self._lock:
                self.state = replace(self.state, refused=f"arguments have at most {MOST_SENT:,} letters as JSON")
            return
        self._order(_Order("go", number, None if args is None else tuple(args)))

    def drop(self, number: int) -> None:
        """Its handler is not called."""
        self._order(_Order("drop", number))

    def _order(self, order: _Order) -> None:
        with self._lock:
            if len(self._orders) < MOST_ORDERS:
                self._orders.append(order)
        self._news.set()

    def _run(self) -> None:
        over = "it was ended here"
        try:
            with Program(self._stream, self._pid) as program:
                program.begin("hold", holder=self._holder, **{"from": WHO})
                while not self._stopping:
                    if time.monotonic() - self._beat_s > self._hung_s:
                        over = "the window did not answer, so that the program was let go on"
                        break
                    self._ask(program)
                    self._news.wait(self._ask_s)
                    self._news.clear()
        except NoAnswer as why:
            over = text_in(str(why))
        self.state = HoldState(over=over)

    def _ask(self, program: Program) -> None:
        with self._lock:
            points, self._points = self._points, None
            order = self._orders.pop(0) if self._orders else None
            if self._orders:
                self._news.set()
        fields: dict[str, Any] = {}
        if points is not None:
            names = ("bus", "event", "handler")
            fields["points"] = [
                {**{name: getattr(each, name) for name in names}, "where": [list(one) for one in each.where]}
                for each in points
            ]
        if order is not None:
            args = None if order.args is None else list(order.args)
            fields.update(let=order.let, number=order.number, args=args)
        told = program.ask("holding", holder=self._holder, **fields)
        with self._lock:
            before = self.state
            self.state = HoldState(
                *(
                    _held(told.get("held")),
                    _count(told.get("count")),
                    _count(told.get("passed")),
                    _counts(told.get("hits")),
                ),
                cannot=_texts(told.get("cannot")) if points is not None else before.cannot,
                refused=text_in(told.get("let_why_not")) if order is not None else before.refused,
            )


def json_in(text: str) -> Any:
    """What a person writes as JSON. Raises ValueError, also for numbers that JSON has not."""
    try:
        return json.loads(text, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("too deep") from None


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number in JSON")


def comparison(text: str) -> Comparison:
    """What a person writes: `total > 100`, `customer.id == "x"`. Raises ValueError, which says what is expected."""
    for operation in ("==", "!=", "<=", ">=", "<", ">"):
        path, found, value = text.partition(operation)
        if found and path.strip():
            try:
                read = json_in(value)
            except ValueError:
                break
            if read is None or isinstance(read, str | int | float | bool):
                return path.strip(), operation, read
            break
    raise ValueError('expected a field, a comparison and a value in JSON, as in: total > 100, or: name == "ann"')


def _held(told: object) -> tuple[HeldThere, ...]:
    listed = told if isinstance(told, list) else []
    return tuple(
        HeldThere(
            _count(each.get("number")), text_in(each.get("bus")), text_in(each.get("event")),
            text_in(each.get("handler")), _count(each.get("dispatch")), _count(each.get("held_ns")) / 1e9,
            each.get("can_edit") is True,
            text_in(each.get("args"), MOST_ARGUMENTS),
        )
        for each in listed if isinstance(each, dict)
    )  # fmt: skip


def _count(told: object) -> int:
    return told if type(told) is int and told >= 0 else 0


def _counts(told: object) -> tuple[int, ...]:
    return tuple(map(_count, told)) if isinstance(told, list) else ()


def _texts(told: object) -> tuple[str, ...]:
    listed = told if isinstance(told, list) else []
    return tuple(dict.fromkeys(text_in(each) for each in listed if isinstance(each, str)))
