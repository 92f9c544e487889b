"""How many calls of a handler run at once, and whether more would have: what its workers are, as far as was seen.

A queue before workers is inferred where calls that had to wait begin when another one of the handler ends. A lock
inside a coroutine shows otherwise: calls begin at once and end one at a time, in the order in which they began.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.modelling import distance

Array = npt.NDArray[Any]

LEAST = 20
"""Calls that must have waited before a queue is inferred from them."""

SHARE = 0.9
"""Of these, that must have begun when another one ended; or ended in their order."""

AT_ONCE_NS = 1_000_000
"""Between an end and the beginning of the next call: what a program takes for it."""


@dataclass(frozen=True, slots=True)
class Serving:
    """What was seen of the calls of one handler."""

    at_once: int
    """The most that ran at the same time."""

    is_limited: bool
    """Whether calls waited until another one of the handler ended: so many are its workers."""

    is_locked: bool = False
    """Whether they began at once, and went on one at a time."""


def seen(emitted: Array, begun: Array, ended: Array) -> Serving:
    """Of calls that have ended, in any order; nanoseconds."""
    order = np.lexsort((ended, begun))
    emitted, begun, ended = emitted[order], begun[order], ended[order]
    at_once = most_at_once(begun, ended)
    if at_once > 1 and _is_locked(begun, ended):
        return Serving(1, is_limited=True, is_locked=True)
    return Serving(at_once, _is_limited(emitted, begun, ended, at_once))


def most_at_once(begun: Array, ended: Array) -> int:
    """How many of them overlap at most; one that begins when another ends does not."""
    times = np.concatenate([ended, begun])
    steps = np.concatenate([np.full(len(ended), -1), np.ones(len(begun), np.int64)])
    order = np.lexsort((steps, times))
    return int(max(np.cumsum(steps[order]).max(initial=0), 1))


def one_after_another(begun: Array, ended: Array) -> Array:
    """When each began its turn, where one has it at a time and in this order: when the one before it had ended."""
    before = np.r_[begun[:1], np.maximum.accumulate(ended)[:-1]]
    return np.minimum(np.maximum(begun, before), ended)


def _is_limited(emitted: Array, begun: Array, ended: Array, at_once: int) -> bool:
    waited = np.flatnonzero(begun - emitted > AT_ONCE_NS)
    if len(waited) < LEAST:
        return False
    ends = np.sort(ended)
    ended_before = np.searchsorted(ends, begun[waited], "right")
    since = begun[waited] - ends[np.maximum(ended_before - 1, 0)]
    busy = np.arange(len(begun))[waited] - np.searchsorted(ends, emitted[waited], "right")
    at_an_end = (ended_before > 0) & (since <= AT_ONCE_NS) & (busy >= at_once)
    return bool(at_an_end.mean() >= SHARE)


def _is_locked(begun: Array, ended: Array) -> bool:
    overlaps = np.r_[False, begun[1:] < np.maximum.accumulate(ended)[:-1]]
    if np.count_nonzero(overlaps) < LEAST or LEAST > np.count_nonzero(~overlaps):
        return False
    in_order = ended >= np.r_[ended[:1], np.maximum.accumulate(ended)[:-1]]
    if in_order[overlaps].mean() < SHARE:
        return False
    alone = (ended - begun)[~overlaps]
    turns = (ended - one_after_another(begun, ended))[overlaps]
    return distance.between(turns, alone) < distance.between((ended - begun)[overlaps], alone) / 2
