"""Frames come back as they were packed; whatever is cut off or damaged is no frame, and never another one."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as some

from buslens import wire
from buslens.wire import END_MARK, FRAME, MAX_FRAME, PRELUDE, DamagedFrame, Header, WireError

JSON = some.recursive(
    some.none() | some.integers(-9, 9) | some.text(max_size=5), lambda inner: some.lists(inner, max_size=3)
)
NAMES = some.text(some.characters(exclude_categories=["Cs"]), max_size=20)
HEADERS = some.builds(
    Header,
    process=NAMES, pid=some.integers(0, 2**31), host=NAMES,
    wall_ns=some.integers(0, 2**63), mono_ns=some.integers(0, 2**63),
    clock=some.sampled_from(["monotonic", "virtual"]), extra=some.dictionaries(NAMES, JSON, max_size=3),
)  # fmt: skip
FRAMES = some.lists(some.tuples(some.integers(0, 255), some.binary(max_size=30)), max_size=6)
HEADER = Header("p", 1, "h", 2, 3)


def read(data: bytes, start: int = 0) -> list[tuple[int, bytes]]:
    return [(kind, bytes(body)) for kind, body, _ in wire.frames(data, start)]


@given(HEADERS, some.binary(max_size=9))
def test_a_header_comes_back_and_says_where_the_frames_begin(header: Header, behind: bytes) -> None:
    packed = wire.pack_header(header)
    assert wire.unpack_header(packed + behind) == (header, len(packed))


@given(HEADERS, some.data())
def test_a_header_that_is_not_whole_is_waited_for(header: Header, data: some.DataObject) -> None:
    packed = wire.pack_header(header)
    assert wire.unpack_header(packed[: data.draw(some.integers(0, len(packed) - 1))]) is None


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"PK\x03\x04", "not a Buslens capture"),
        (PRELUDE.pack(wire.MAGIC, 2, 0, 0, 0), "version 2; this Buslens reads version 1"),
        (PRELUDE.pack(wire.MAGIC, 1, 0, wire.MAX_HEADER + 1, 0), "at most 65536 are allowed"),
        (PRELUDE.pack(wire.MAGIC, 1, 0, 2, 0) + b"{}", "checksum does not match"),
        (wire.pack_header(HEADER._replace(clock="sundial")), "a clock that this Buslens does not know"),
    ],
)
def test_what_is_no_header_is_refused_with_the_reason(data: bytes, why: str) -> None:
    with pytest.raises(WireError, match=why):
        wire.unpack_header(data)


def test_a_header_that_no_reader_would_take_is_not_written() -> None:
    with pytest.raises(ValueError, match="at most 65536 fit"):
        wire.pack_header(HEADER._replace(extra={"text": "x" * wire.MAX_HEADER}))


@given(FRAMES, some.binary(max_size=3), some.data())
def test_frames_come_back_up_to_where_the_bytes_end(
    frames: list[tuple[int, bytes]], ahead: bytes, data: some.DataObject
) -> None:
    packed = [wire.pack_frame(*frame) for frame in frames]
    whole = ahead + b"".join(packed)
    end = data.draw(some.integers(len(ahead), len(whole)))
    count = sum(len(ahead) + len(b"".join(packed[: place + 1])) <= end for place in range(len(packed)))
    assert read(whole[:end], len(ahead)) == frames[:count]


@given(FRAMES.filter(bool), some.data())
def test_one_wrong_bit_never_makes_another_frame(frames: list[tuple[int, bytes]], data: some.DataObject) -> None:
    whole = bytearray(b"".join(wire.pack_frame(*frame) for frame in frames))
    at = data.draw(some.integers(0, len(whole) - 1))
    whole[at] ^= 1 << data.draw(some.integers(0, 7))
    seen = []
    try:
        for kind, body, _ in wire.frames(bytes(whole), 0):
            seen.append((kind, bytes(body)))
    except DamagedFrame:
        pass
    # The checksum is of the body: what the frame's kind says is looked at by whoever reads it.
    assert [body for _, body in seen] == [body for _, body in frames[: len(seen)]]


def test_a_length_that_nobody_would_write_is_damage_and_not_waited_for() -> None:
    with pytest.raises(DamagedFrame, match=f"claims {MAX_FRAME + 1} bytes"):
        read(FRAME.pack(MAX_FRAME + 1, wire.FACTS, 0, 0, 0))


def test_the_end_is_a_frame_without_a_body() -> None:
    assert read(END_MARK) == [(wire.END, b"")]
    assert len(END_MARK) == FRAME.size


def test_names_and_blobs_say_how_long_they_are() -> None:
    name = wire.pack_name(7, 1, text="bestellt €")
    assert struct.unpack_from("<IB", name) == (7, 1)
    assert wire.NAME_ENTRY.unpack_from(name)[-1] == len(name) - wire.NAME_ENTRY.size
    blob = wire.pack_blob(1 << 40, 4, b"gone", True)
    assert wire.BLOB_ENTRY.unpack_from(blob) == (1 << 40, 4, 1, 0, 4)
    assert blob.endswith(b"gone")


@given(some.lists(NAMES, max_size=5))
def test_names_that_stand_one_after_the_other_come_apart_again(texts: list[str]) -> None:
    packed = [wire.pack_name(number, 1, text=text) for number, text in enumerate(texts)]
    assert list(wire.packed_names(bytearray().join(packed))) == packed
