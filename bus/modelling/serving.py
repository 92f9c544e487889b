"""How many calls of a handler run at once, and whether more would have: what its workers are, as far as was seen.

A queue before workers is inferred where calls that had to wait begin when another one of the handler ends. A lock or a
semaphore inside a coroutine shows otherwise: calls begin at once, and one beside others takes as long as one alone only
from the time on at which enough of the others had ended.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.modelling import distance

Array = npt.NDArray[Any]

LEAST = 20
"""Calls that must have waited before a queue is inferred from them."""

SHARE = 0.9
"""Of these, that must have begun when another one ended; or not have ended before their turn."""

MOST_INSIDE = 32
"""Calls at once that a semaphore inside is thought to let through, at most."""

LOOKED_AT = 20_000
"""Calls that are tried for that."""

SLOWER = 1.25
"""So many times as long beside others as alone is longer."""

AT_ONCE_NS = 1_000_000
"""Between an end and the beginning of the next call: what a program takes for it."""


@dataclass(frozen=True, slots=True)
class Serving:
    """What was seen of the calls of one handler."""

    at_once: int
    """The most that ran at the same time."""

    is_limited: bool
    """Whether calls waited until another one of the handler ended: so many are its workers."""

    is_inside: bool = False
    """Whether they began at once and waited inside, behind a lock or a semaphore."""

    is_slower_beside: bool = False
    """Whether they take longer beside others of the handler, and nobody knows what they share."""


def seen(emitted: Array, begun: Array, ended: Array) -> Serving:
    """Of calls that have ended, in any order; nanoseconds."""
    order = np.lexsort((ended, begun))
    emitted, begun, ended = emitted[order], begun[order], ended[order]
    at_once = most_at_once(begun, ended)
    if _is_limited(emitted, begun, ended, at_once):
        return Serving(at_once, is_limited=True)
    few = slice(LOOKED_AT)
    inside = _let_through(begun[few], ended[few], at_once)
    if inside:
        return Serving(inside, is_limited=True, is_inside=True)
    return Serving(at_once, is_limited=False, is_slower_beside=_is_slower(begun, ended))


def most_at_once(begun: Array, ended: Array) -> int:
    """How many of them overlap at most; one that begins when another ends does not."""
    times = np.concatenate([ended, begun])
    steps = np.concatenate([np.full(len(ended), -1), np.ones(len(begun), np.int64)])
    order = np.lexsort((steps, times))
    return int(max(np.cumsum(steps[order]).max(initial=0), 1))


def turns(begun: Array, ended: Array, at_once: int) -> Array:
    """When each went on, where so many do at a time, in this order: when enough of those before it had ended."""
    going: list[int] = []
    found = []
    for begins, ends in zip(begun.tolist(), ended.tolist(), strict=True):
        found.append(begins if len(going) < at_once else max(begins, heapq.heappop(going)))
        heapq.heappush(going, ends)
    return np.minimum(np.array(found, np.int64), ended)


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


def _let_through(begun: Array, ended: Array, at_once: int) -> int:
    """How many at a time something inside lets through; 0 where nothing speaks for it."""
    took, best, found = ended - begun, np.inf, 0
    for slots in range(1, min(at_once, MOST_INSIDE + 1)):
        turn = turns(begun, ended, slots)
        waited = turn - begun > AT_ONCE_NS
        alone, beside, turned = took[~waited], took[waited], (ended - turn)[waited]
        if min(len(alone), len(beside)) < LEAST or (turned > 0).mean() < SHARE:
            continue
        apart = distance.between(beside, alone)
        if apart <= distance.chance(len(beside), len(alone)):
            continue
        left = distance.between(turned, alone)
        if left < min(best, apart / 2):
            best, found = left, slots
    return found


def _is_slower(begun: Array, ended: Array) -> bool:
    is_beside = np.r_[False, begun[1:] < np.maximum.accumulate(ended)[:-1]][: len(begun)]
    beside, alone = (ended - begun)[is_beside], (ended - begun)[~is_beside]
    if min(len(beside), len(alone)) < LEAST or np.median(beside) <= max(SLOWER * np.median(alone), AT_ONCE_NS):
        return False
    return distance.between(beside, alone) > distance.chance(len(beside), len(alone))
