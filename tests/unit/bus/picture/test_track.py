"""Calls of a track are summed up bit by bit, and not those of all tracks at the same time."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from bus.picture.track import WAITING, Track
from buslens.records import Outcome

TRACKS, BATCHES, AT_ONCE = 40, 100, 40


def test_tracks_that_grow_equally_fast_take_turns_and_none_waits_long() -> None:
    length = BATCHES * AT_ONCE
    calls: Any = SimpleNamespace(ended_ns=np.arange(length) + 1, outcome=np.full(length, Outcome.OK, np.uint8))
    tracks = [Track(shared=False, number=number) for number in range(TRACKS)]
    together = []
    for batch in range(BATCHES):
        rows = np.arange(batch * AT_ONCE, (batch + 1) * AT_ONCE)
        before = [track.blocks.calls for track in tracks]
        for track in tracks:
            track.append(rows, rows)
            track.keep(calls)
            assert len(track) - track.blocks.calls < WAITING
        together.append(sum(track.blocks.calls > known for track, known in zip(tracks, before, strict=True)))
    assert sum(together) >= TRACKS * (length // WAITING)
    assert max(together) <= TRACKS // 2


def test_what_is_summed_up_late_comes_to_the_same() -> None:
    length = 1000
    calls: Any = SimpleNamespace(ended_ns=np.arange(length) + 7, outcome=np.full(length, Outcome.FAILED, np.uint8))
    sums = []
    for number in range(5):
        track = Track(shared=False, number=number)
        for start in range(0, length, 10):
            track.append(np.arange(start, start + 10), np.arange(start, start + 10))
            track.keep(calls)
        track.fail(np.arange(length))
        sums.append(track.durations(3, 990, calls))
    assert set(sums) == {(7 * 987, 7)}
