"""What makes events belong together: a number for the key of each, read from payloads by whole columns."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.expectations.verdict import Rows
from bus.trace.blobs import NotWhole
from bus.trace.payload_fields import Missing, value_at

Codes = npt.NDArray[np.int64]
Payloads = Callable[[Rows], Iterator[tuple[int, Any]]]
"""Of each of some dispatches its place among them and its payload, in any order; `NotWhole` where it is not there."""

_NOT_READ = 0
HAS_NONE, NOT_RECORDED = -1, -2
"""Stand for a key: the payload has none of the fields; the payload was not recorded whole. Keys count from 1."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What each of some dispatches belongs to."""

    rows: Rows
    """Those of which it is known."""

    codes: Codes
    """A number for each of them: equal where they belong together, also in another `Keys` by the same fields."""

    unknown: str
    """Why it is not known of others; "" where there are none."""

    def grouped(self) -> npt.NDArray[np.int64]:
        """Places that put equal codes side by side, each group in the order of the rows."""
        return np.argsort(self.codes, kind="stable")

    def firsts(self) -> npt.NDArray[np.int64]:
        """Places of the first of each code, in the order of the codes."""
        return np.unique(self.codes, return_index=True)[1]


class KeyReader:
    """Numbers for the keys in payloads. Each payload is read once for one `by`, however many looks have it."""

    def __init__(self) -> None:
        self._dispatches = 0
        self._codes: dict[tuple[str, ...], npt.NDArray[np.int32]] = {}
        self._numbers: dict[tuple[str, ...], dict[Hashable, int]] = {}

    def look_again(self, dispatches: int) -> None:
        """There are so many rows in all now, and payloads that were not there may have come."""
        self._dispatches = dispatches
        for paths, known in self._codes.items():
            known[known == NOT_RECORDED] = _NOT_READ
            self._codes[paths] = np.concatenate([known, np.zeros(dispatches - len(known), np.int32)])

    def codes(self, rows: Rows, paths: tuple[str, ...], payloads: Payloads) -> Codes:
        """A number for the key of each of these rows: by the first of the paths that its payload has."""
        if paths not in self._codes:
            self._codes[paths] = np.zeros(self._dispatches, np.int32)
        known = self._codes[paths]
        unread = rows[known[rows] == _NOT_READ]
        known[unread] = self._read(unread, paths, payloads)
        return known[rows].astype(np.int64)

    def _read(self, rows: Rows, paths: tuple[str, ...], payloads: Payloads) -> list[int]:
        numbers = self._numbers.setdefault(paths, {})
        found = [NOT_RECORDED] * len(rows)
        for place, payload in payloads(rows):
            if payload is NotWhole:
                continue
            for path in paths:
                value = value_at(payload, path)
                if value is not Missing:
                    found[place] = numbers.setdefault(key_of(value), len(numbers) + 1)
                    break
            else:
                found[place] = HAS_NONE
        return found


def same_code(among: Codes, codes: Codes) -> npt.NDArray[np.int64]:
    """For each of some codes its place among others, which ascend without repeats; -1 where it is none of them."""
    if not len(among):
        return np.full(len(codes), -1, np.int64)
    places = np.minimum(np.searchsorted(among, codes), len(among) - 1)
    return np.where(among[places] == codes, places, -1)


def key_of(value: Any) -> Hashable:
    """Equal for what is the same value: True is another one than 1, and a list another than its text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return (value,)
    if value is None or (isinstance(value, int | float) and value == value):
        return value
    # NaN too, which is equal to nothing, is one key.
    return (json.dumps(value, sort_keys=True),)
