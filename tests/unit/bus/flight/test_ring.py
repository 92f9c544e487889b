"""The last seconds of a stream are there, as they came, within their bounds; what had to go is known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bus.flight.ring import FrameRing, inside
from bus.trace.facts import FACT_DTYPE
from buslens import wire
from buslens.records import FACT, BlobKind, Kind

HEADER = wire.Header("p", 1, "h", 2, 3)


def facts(*times: int) -> bytes:
    """A frame of marks at these times."""
    return wire.pack_frame(wire.FACTS, b"".join(FACT.pack(Kind.MARK, 0, 0, 0, time, 0, 0, 0, 0, 0) for time in times))


def ring(keep_ns: int = 100, most_bytes: int = 1 << 20) -> FrameRing:
    made = FrameRing(keep_ns, most_bytes)
    made.go_on(HEADER)
    return made


def times(made: FrameRing, start: int, end: int) -> list[int]:
    found: list[int] = inside(made.batches, (start, end))[0]["time_ns"].tolist()
    return found


def append(made: FrameRing, data: bytes) -> list[int]:
    new: list[int] = made.append(data)["time_ns"].tolist()
    made.forget()
    return new


@given(some.lists(some.integers(0, 100), min_size=1, max_size=20), some.integers(0, 500))
def test_nothing_of_the_last_seconds_is_missing(steps: list[int], keep_ns: int) -> None:
    made, all_of_them = ring(keep_ns), list[int]()
    for step in steps:
        before = all_of_them[-1] if all_of_them else 0
        frame = [before + step // 2, before + step]
        all_of_them += frame
        assert append(made, facts(*frame)) == frame
    newest = max(all_of_them)
    assert times(made, newest - keep_ns, newest) == [time for time in all_of_them if time >= newest - keep_ns]
    assert (made.newest_ns, made.cut_ns) == (newest, None)


@pytest.mark.parametrize("most_frames", [1, 3])
def test_more_than_may_be_held_goes_and_up_to_when_is_known(most_frames: int) -> None:
    made = ring(keep_ns=10_000, most_bytes=most_frames * FACT.size)
    for time in range(10):
        append(made, facts(time))
    assert times(made, 0, 100) == list(range(10 - most_frames, 10))
    assert made.cut_ns == 9 - most_frames
    assert made.size == most_frames * FACT.size


def test_narrower_bounds_hold_from_the_next_look_on() -> None:
    made = ring(keep_ns=100)
    append(made, facts(1) + facts(50) + facts(100))
    made.set_bounds(60, 1 << 20)
    made.forget()
    assert times(made, 0, 100) == [50, 100]


def test_frames_are_not_copied_and_blobs_stay_with_the_facts_behind_them() -> None:
    made = ring()
    data = wire.pack_frame(wire.BLOBS, wire.pack_blob(7, BlobKind.NOTE, b"here", cut=False)) + facts(5)
    made.append(data)
    (batch,) = made.batches
    assert batch.blobs[0].obj is data
    assert batch.size > FACT.size
    assert made.size == batch.size


def test_frames_that_hold_no_facts_do_no_harm() -> None:
    made = ring()
    odd = wire.pack_frame(wire.FACTS, b"x" * (FACT.size + 1))
    assert made.append(wire.pack_frame(wire.FACTS, b"") + odd + wire.pack_frame(99, b"future")).dtype == FACT_DTYPE
    assert made.batches == ()
    assert len(inside((), (0, 9))[0]) == 0
