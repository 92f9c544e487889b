"""However a capture is cut into pieces on its way, the same frames come out of it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bus.trace.frame_reader import FrameReader
from buslens import wire

HEADER = wire.pack_header(wire.Header("p", 1, "h", 2, 3))
FRAMES = some.lists(some.tuples(some.integers(0, 9), some.binary(max_size=40)), max_size=6)


def read(reader: FrameReader, data: bytes) -> list[tuple[int, bytes, int]]:
    return [(kind, bytes(body), at) for kind, body, at in reader.feed(data)]


@given(FRAMES, some.lists(some.integers(0, 400), max_size=12))
def test_any_cuts_give_the_same_frames_at_the_same_places(frames: list[tuple[int, bytes]], cuts: list[int]) -> None:
    data = HEADER + b"".join(wire.pack_frame(*frame) for frame in frames)
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    reader, found = FrameReader(), []
    for start, end in pairwise(places):
        found += read(reader, data[start:end])
    assert [(kind, body) for kind, body, _ in found] == frames
    assert [data[at : at + len(body)] for _, body, at in found] == [body for _, body in frames]
    assert reader.waiting == 0
    assert reader.header_size == len(HEADER)


def test_a_frame_that_came_whole_is_not_copied() -> None:
    data = HEADER + wire.pack_frame(2, b"facts")
    ((_, body, _),) = FrameReader().feed(data)
    assert body.obj is data


def test_a_frame_whose_end_has_not_come_can_begin_anew() -> None:
    reader, frame = FrameReader(), wire.pack_frame(2, b"facts")
    assert read(reader, HEADER + frame[:9]) == []
    assert reader.waiting == 9
    reader.forget_waiting()
    assert [body for _, body, _ in read(reader, frame)] == [b"facts"]


def test_what_is_no_capture_and_damage_are_told_apart() -> None:
    with pytest.raises(wire.WireError):
        read(FrameReader(), b"hello, world")
    reader, damaged = FrameReader(), bytearray(wire.pack_frame(2, b"facts"))
    damaged[-1] ^= 1
    good = wire.pack_frame(2, b"good")
    frames = reader.feed(HEADER + good + bytes(damaged))
    kind, body, _ = next(frames)
    assert (kind, bytes(body)) == (2, b"good"), "all before the damage is good"
    with pytest.raises(wire.DamagedFrame):
        next(frames)
