"""A batch of facts on its way into the tables: each field an array of its own, taken by kind.

A fact is six words of 64 bits; a batch is turned on its side once, because reading every sixth word time and again
costs more than all that is done with them (benchmarks/trace_store.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from buslens.records import FACT, FACT_FIELDS

FACT_DTYPE = np.dtype(list(FACT_FIELDS))

Array = npt.NDArray[Any]

_HALF = np.uint64(32)


class Facts:
    """Facts as six rows of words. All fields are of the types that docs/capture-format.md gives them, or wider."""

    def __init__(self, words: Array) -> None:
        self._words = words

    @classmethod
    def of(cls, bodies: Sequence[bytes | memoryview]) -> Facts:
        """The facts of some frames, one after the other."""
        parts = [np.frombuffer(body, "<u8").reshape(-1, FACT.size // 8).T for body in bodies]
        words = np.empty((FACT.size // 8, sum(part.shape[1] for part in parts)), np.uint64)
        np.concatenate(parts, axis=1, out=words)
        return cls(words)

    def __len__(self) -> int:
        return int(self._words.shape[1])

    def of_kind(self, *kinds: int) -> Facts:
        """Those of these kinds, in the same order."""
        own = self.kind
        mask = own == kinds[0]
        for kind in kinds[1:]:
            mask |= own == kind
        return self.take(np.flatnonzero(mask))

    def take(self, which: Array) -> Facts:
        """These alone."""
        return Facts(self._words.take(which, axis=1))

    @property
    def kind(self) -> Array:
        """buslens.records.Kind."""
        return np.asarray(self._words[0].astype(np.uint8))

    @property
    def outcome(self) -> Array:
        """buslens.records.Outcome, of the end of a call."""
        return np.asarray((self._words[0] >> np.uint64(8)).astype(np.uint8))

    @property
    def flags(self) -> Array:
        """buslens.records.Flag."""
        return np.asarray((self._words[0] >> np.uint64(16)).astype(np.uint16))

    @property
    def name(self) -> Array:
        """Interned name."""
        return np.asarray(self._words[0] >> _HALF)

    @property
    def time_ns(self) -> Array:
        """On the producer's clock."""
        return np.asarray(self._words[1].view(np.int64))

    @property
    def id(self) -> Array:
        """What the fact is about."""
        return np.asarray(self._words[2])

    @property
    def parent(self) -> Array:
        """What caused it."""
        return np.asarray(self._words[3])

    @property
    def lane(self) -> Array:
        """Interned name of the thread or task."""
        return np.asarray(self._words[4].astype(np.uint32))

    @property
    def count(self) -> Array:
        """Depends on the kind."""
        return np.asarray(self._words[4] >> _HALF)

    @property
    def blob(self) -> Array:
        """Payload, error or note."""
        return np.asarray(self._words[5])
