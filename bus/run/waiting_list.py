"""What a paused run is about to do, the next first."""

from __future__ import annotations

import heapq
from collections.abc import Mapping

from bus.run.stage import Stage
from bus.runtime.state import Waiting

MOST_SHOWN = 200
"""As much of what waits as a screen can show."""


class WaitingList:
    """Made anew only where it must have changed: a hundred thousand may wait, and a window asks each frame."""

    def __init__(self, stage: Stage, by_hand: Mapping[int, Waiting]) -> None:
        """by_hand: emits of a person that have not begun, which may change at any time."""
        self._stage = stage
        self._by_hand = by_hand
        self._key: object = None
        self._then: tuple[Waiting, ...] = ()

    def now(self) -> tuple[Waiting, ...]:
        """Emits by hand, calls that have not started, and what waits for a time; MOST_SHOWN at most."""
        stage, hands = self._stage, list(self._by_hand.values())
        in_flight = stage.engine.in_flight() + stage.pools.in_flight()
        key = (stage.gate.stopped_at, len(hands), len(stage.waits), in_flight)
        if key != self._key:
            names = stage.engine.scheduled(MOST_SHOWN) + stage.pools.scheduled(MOST_SHOWN)
            scheduled = [Waiting("call", "", name, None) for name in names]
            timed = heapq.nsmallest(MOST_SHOWN, stage.waits.all(), _due)
            self._key = key
            self._then = tuple([*hands, *scheduled, *timed][:MOST_SHOWN])
        return self._then


def _due(waiting: Waiting) -> float:
    return float("inf") if waiting.due_ns is None else waiting.due_ns
