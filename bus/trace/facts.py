"""A batch of facts on its way into the tables: those of each kind together, each field an array of its own.

Whole facts are taken by kind before their fields are read, because reading every sixth word time and again costs more
than all that is done with them (benchmarks/trace_store.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from buslens.records import FACT_FIELDS, Kind

FACT_DTYPE = np.dtype(list(FACT_FIELDS))

_JOINED = (int(Kind.DISPATCH_EMITTED), int(Kind.CALL_STARTED), int(Kind.CALL_ENDED))
"""What becomes rows of dispatches and calls; all others have higher numbers."""

Array = npt.NDArray[Any]


class Facts:
    """Facts in the order in which they came. All fields are of the types that docs/capture-format.md gives them."""

    def __init__(self, facts: Array) -> None:
        self._facts = facts

    @classmethod
    def of(cls, bodies: Sequence[bytes | memoryview]) -> Facts:
        """The facts of some frames, one after the other."""
        return cls(np.frombuffer(bodies[0] if len(bodies) == 1 else b"".join(bodies), FACT_DTYPE))

    def __len__(self) -> int:
        return len(self._facts)

    def of_kind(self, *kinds: int) -> Facts:
        """Those of these kinds, in the same order."""
        own = self.kind
        mask = own == kinds[0]
        for kind in kinds[1:]:
            mask |= own == kind
        return self.take(mask.nonzero()[0])

    def take(self, which: Array) -> Facts:
        """The facts at these places."""
        return Facts(self._facts.take(which))

    @cached_property
    def emitted(self) -> Facts:
        """The facts of kind DISPATCH_EMITTED."""
        return self.of_kind(_JOINED[0])

    @cached_property
    def started(self) -> Facts:
        """The facts of kind CALL_STARTED."""
        return self.of_kind(_JOINED[1])

    @cached_property
    def ended(self) -> Facts:
        """The facts of kind CALL_ENDED."""
        return self.of_kind(_JOINED[2])

    @cached_property
    def others(self) -> Facts:
        """All of other kinds: few, mostly."""
        return self.take((self.kind > _JOINED[-1]).nonzero()[0])

    @cached_property
    def span_ns(self) -> tuple[int, int]:
        """The earliest and the latest time of the facts, nanoseconds; there must be one."""
        times = self.time_ns
        return int(times.min()), int(times.max())

    @cached_property
    def kind(self) -> Array:
        """What each fact says: a value of buslens.records.Kind."""
        return self._field("kind")

    @property
    def outcome(self) -> Array:
        """buslens.records.Outcome, of the end of a call."""
        return self._field("outcome")

    @property
    def flags(self) -> Array:
        """Details of each fact: bits of buslens.records.Flag."""
        return self._field("flags")

    @property
    def name(self) -> Array:
        """Id of an interned name: event, handler or queue, depending on the kind."""
        return self._field("name")

    @property
    def time_ns(self) -> Array:
        """When it happened: monotonic nanoseconds on the producer's clock."""
        return self._field("time_ns")

    @property
    def id(self) -> Array:
        """What the fact is about."""
        return self._field("id")

    @property
    def parent(self) -> Array:
        """Id of what caused it: a call, or the dispatch of a call; 0: nothing. See docs/capture-format.md."""
        return self._field("parent")

    @property
    def lane(self) -> Array:
        """Interned name of the thread or task."""
        return self._field("lane")

    @property
    def count(self) -> Array:
        """A number whose meaning depends on the kind (docs/capture-format.md): handlers, attempt, and others."""
        return self._field("count")

    @property
    def blob(self) -> Array:
        """Id of the payload, error or note that belongs to it; 0: none."""
        return self._field("blob")

    def _field(self, name: str) -> Array:
        return np.ascontiguousarray(self._facts[name])
