"""What events and handlers are called in both of two traces, as numbers: equal where a person would say "the same".

A line that moved, another process and an object at another address are no difference.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis.diff.hashing import mixed, together
from bus.trace.trace import Trace
from buslens.records import NameKind

Array = npt.NDArray[Any]

_INTERNAL = (
    (re.compile(r"\b0x[0-9a-fA-F]{4,}\b"), "0x…"),
    (re.compile(r"\b(pid|process|thread|Thread|Task|Process|worker)([ =:#-]?)\d+"), r"\1\2…"),
)
"""What changes from run to run without anything being different: addresses, numbers of processes, threads and tasks."""


def without_internals(text: str) -> str:
    """A name or message without addresses and numbers of processes, threads and tasks."""
    for pattern, stands_for in _INTERNAL:
        text = pattern.sub(stands_for, text)
    return text


class Labels:
    """Gives the names of two traces their numbers."""

    def __init__(self, first: Trace, second: Trace) -> None:
        self._numbers: dict[tuple[str, str], int] = {}
        self._buses = _bus_texts(first) & _bus_texts(second)
        """Buses that both have: only these tell events of one name apart, because others are only called otherwise."""

    def of_events(self, trace: Trace, events: Array) -> Array:
        """The number of each of these events, given by their name ids."""
        names = trace.names

        def number(ident: int) -> int:
            bus = names.text(names.bus(ident))
            return self._number(f"event {bus if bus in self._buses else ''}", names.text(ident))

        return _each(events, number)

    def of_calls(self, trace: Trace, handlers: Array, attempts: Array) -> Array:
        """The number of each of these calls, given by the name ids of their handlers and which attempt each is."""
        of_handlers = _each(handlers, lambda ident: self._number("handler", trace.names.text(ident)))
        return together(of_handlers, np.maximum(attempts, 1))

    def _number(self, kind: str, text: str) -> int:
        return self._numbers.setdefault((kind, without_internals(text)), len(self._numbers) + 1)


def _each(idents: Array, number: Any) -> Array:
    known, place = np.unique(idents, return_inverse=True)
    return mixed(np.array([number(int(ident)) for ident in known], np.uint64))[place]


def _bus_texts(trace: Trace) -> set[str]:
    return {trace.names.text(ident) for ident in trace.names.ids(NameKind.BUS)}
