"""Where a call stood: the lines of code that a probe has seen it at, where it was asked to look, or where it waits.

A thread's stack is seen now and then, and says which handler ran: it is that of a call of this handler that ran on this
thread meanwhile.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from bus.errors import Place
from bus.trace.trace import Trace
from bus.wording import duration

MOST_LOOKED = 20
"""Stretches of one call that are looked into, the longest ones."""

MOST_FRAMES = 64
MOST_LETTERS = 300
_LIBRARIES = ("/site-packages/", "/dist-packages/", "/lib/python3", "\\Lib\\", "<frozen")
"""Where the code of libraries lies, and Python's own."""


@dataclass(frozen=True, slots=True)
class Stood:
    """Where a call stood the longest."""

    place: Place
    function: str
    """The innermost line of the program, or of whatever there is."""

    inside: tuple[Place, str] | None
    """The line of a library that was called there, and its function; None where the program itself ran."""

    for_ns: int
    """How long it is known to have stood there, at least."""

    @property
    def text(self) -> str:
        """As a part of a sentence: `shop.py:4 in pay, inside of http/client.py:286 in send`."""
        inside = f", inside of {self.inside[0]} in {self.inside[1]}" if self.inside else ""
        return f"{self.place} in {self.function}{inside}"

    @property
    def places(self) -> tuple[tuple[str, Place], ...]:
        """Each place with what stands there, as evidence."""
        return (("stood at", self.place), *((("inside of", self.inside[0]),) if self.inside else ()))


def stood_at(trace: Trace, call: int) -> Stood | None:
    """Where the call of this row stood the longest; None where nobody has looked, or it was seen nowhere."""
    calls, told = trace.calls, trace.stacks
    if not len(told):
        return None
    began, ended = int(calls.started_ns[call]), int(calls.ended_ns[call])
    ended = trace.span_ns[1] if ended < 0 else ended
    starts = told.view("time_ns")
    stops = starts + told.view("length_us").astype(np.int64) * 1_000
    overlap = np.minimum(stops, ended) - np.maximum(starts, began)
    mine = np.flatnonzero((told.view("lane") == calls.lane[call]) & (overlap >= 0) & (overlap * 2 >= stops - starts))
    handler = trace.names.place(int(calls.handler[call]))
    for row in mine[np.argsort(-overlap[mine], kind="stable")][:MOST_LOOKED].tolist():
        found = _read(trace.blobs.note(int(told.view("note")[row])), handler, int(overlap[row]))
        if found is not None:
            return found
    return None


def longest_stood(trace: Trace, calls: Iterable[int]) -> Stood | None:
    """Of these calls, the one that is known to have stood the longest."""
    found = [each for call in calls if (each := stood_at(trace, call)) is not None]
    return max(found, key=lambda each: each.for_ns) if found else None


def stood_sentence(stood: Stood | None) -> str:
    """Said behind what is known of a call, with a space before it; "" for nowhere."""
    return f" For {duration(stood.for_ns)} it was seen at {stood.text}." if stood is not None else ""


def waits_at(trace: Trace, call: int) -> str:
    """At which line the coroutine of a call was last seen to wait, and for what: `shop.py:9 in pay, which awaits …`."""
    told = trace.awaits
    rows = np.flatnonzero(told.view("call") == trace.calls.id[call])
    return trace.blobs.note(int(told.view("note")[rows[-1]]))[:MOST_LETTERS] if len(rows) else ""


def _read(note: str, handler: tuple[str, int], for_ns: int) -> Stood | None:
    """What a note says; None where it is of another handler, or no such note."""
    try:
        told = json.loads(note)
        own, stack = told["handler"], [_frame(each) for each in told["stack"][:MOST_FRAMES]]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if not stack or own != list(handler):
        return None
    program = next((each for each in stack if not any(part in each[0].file for part in _LIBRARIES)), stack[-1])
    inside = stack[0] if program is not stack[0] else None
    return Stood(program[0], program[1], inside, for_ns)


def _frame(told: Any) -> tuple[Place, str]:
    file, line, function = told
    if not (isinstance(file, str) and isinstance(line, int) and isinstance(function, str)):
        raise TypeError(told)
    return Place(file[:MOST_LETTERS], line), function[:MOST_LETTERS]
