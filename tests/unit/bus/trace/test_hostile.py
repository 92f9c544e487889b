"""Captures that were damaged or made to harm: a clear refusal or a trace up to the damage, and nothing else."""

from __future__ import annotations

import contextlib
import math
import random
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from bus.capture import capture
from bus.capture.loader import PIECE, CaptureLoader
from bus.errors import UserError
from bus.export import EXPORTERS
from bus.picture.emits import EmitIndex
from bus.picture.grouping import OTHERS
from bus.picture.tracks import CallTracks
from bus.trace import Trace
from buslens import wire
from buslens.records import FACT, BlobKind, Kind, NameKind
from tests.helpers.make_trace import shop_bytes

WORDS = (b"\xff" * 8, b"\0" * 8, b"\xff" * 7 + b"\x7f", b"\0" * 7 + b"\x80")
"""Numbers at the ends of what fits."""


def read_all(path: Path, out: Path) -> Trace | None:
    """What a person does with a capture; None where it is refused."""
    try:
        trace = capture.load(path)
    except UserError:
        return None
    for row in range(len(trace.dispatches)):
        trace.payload(row)
    for row in range(len(trace.calls)):
        trace.error(row)
    for row in range(len(trace.marks)):
        trace.marks.text(row)
    CallTracks().update(trace)
    EmitIndex().update(trace)
    flow = ("dispatch", int(trace.dispatches.id[0])) if len(trace.dispatches) else None
    for exporter in EXPORTERS:
        with contextlib.suppress(UserError):  # a flow that the damage took away has no diagram
            exporter.write(trace, out, flow)
    trace.raw.close()
    return trace


@pytest.mark.parametrize("seed", range(40))
def test_a_file_with_flipped_and_missing_bytes_is_read_up_to_there(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    damaged = bytearray(shop_bytes(20, batch=3))
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(damaged))
        damaged[at] ^= 1 << rng.randrange(8)
        del damaged[at + 1 : at + 1 + rng.choice((0, 0, 1, 50))]
    path = tmp_path / "damaged.buslens"
    path.write_bytes(damaged)
    trace = read_all(path, tmp_path / "out")
    assert trace is None or trace.damage


def with_lies(rng: random.Random) -> bytes:
    """A capture whose frames are whole, and say what cannot be."""
    honest = shop_bytes(20, batch=3)
    found = wire.unpack_header(honest)
    assert found is not None
    frames = [honest[: found[1]]]
    for kind, view, _ in wire.frames(honest, found[1]):
        body = bytearray(view)
        for _ in range(rng.choice((0, 0, 1, 4)) if body else 0):
            at = rng.randrange(len(body))
            lie = rng.choice((*WORDS, bytes([rng.randrange(256)])))[: len(body) - at]
            body[at : at + len(lie)] = lie
        frames += [wire.pack_frame(kind, bytes(body))] * rng.choice((1,) * 20 + (2,))
    return b"".join(frames)


@pytest.mark.parametrize("seed", range(40))
def test_a_file_that_lies_with_right_checksums_is_read_without_harm(seed: int, tmp_path: Path) -> None:
    path = tmp_path / "lies.buslens"
    path.write_bytes(with_lies(random.Random(seed)))
    trace = read_all(path, tmp_path / "out")
    assert trace is not None
    assert trace.nbytes < 10_000_000


def loaded(path: Path, data: bytes, piece: int = PIECE) -> Trace | None:
    path.write_bytes(data)
    try:
        loading = CaptureLoader(path, piece=piece)
    except UserError:
        return None
    loading.step(math.inf)
    return loading.trace


def borders(data: bytes) -> set[int]:
    found = wire.unpack_header(data)
    assert found is not None
    return {found[1], *(end for _, _, end in wire.frames(data, found[1]))}


@pytest.mark.parametrize("pieces", [4_000, 1 << 20])
def test_a_capture_cut_at_five_hundred_places_shows_what_came_before_and_says_so(pieces: int, tmp_path: Path) -> None:
    rng = random.Random(pieces)
    data = shop_bytes(60, batch=3)
    path = tmp_path / "cut.buslens"
    all_of_it, whole = loaded(path, data, pieces), borders(data)
    assert all_of_it is not None
    assert all_of_it.damage == ""
    for _ in range(500):
        length = rng.randrange(len(data))
        trace = loaded(path, data[:length], pieces)
        if trace is None:
            assert length < min(whole)
            continue
        assert trace.whole == max(end for end in whole if end <= length)
        assert bool(trace.damage) == (length not in whole)
        for table, full in ((trace.dispatches, all_of_it.dispatches), (trace.calls, all_of_it.calls)):
            assert np.array_equal(table.id, full.id[: len(table)])
        trace.raw.close()


def test_a_capture_with_a_flipped_bit_at_five_hundred_places_says_what_is_missing(tmp_path: Path) -> None:
    rng = random.Random(11)
    data = shop_bytes(60, batch=3)
    path = tmp_path / "flipped.buslens"
    all_of_it = loaded(path, data)
    assert all_of_it is not None
    for _ in range(500):
        flipped = bytearray(data)
        flipped[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        trace = loaded(path, bytes(flipped))
        if trace is None:
            continue
        assert trace.damage or len(trace.calls) == len(all_of_it.calls)
        if trace.damage.startswith("The capture is damaged"):
            assert f"{len(data) - trace.whole:,} bytes" in trace.damage
        trace.raw.close()


HUGE = 0xFFFF_FFFF


@pytest.mark.parametrize(
    ("said", "tail"),
    [
        ("at most 67,108,864", wire.FRAME.pack(HUGE, wire.FACTS, 0, 0, 0)),
        ("not a whole frame", wire.FRAME.pack(wire.MAX_FRAME, wire.FACTS, 0, 0, 0)),
        ("a name claims", wire.pack_frame(wire.NAMES, wire.NAME_ENTRY.pack(1, NameKind.EVENT, 0, 0, HUGE))),
        ("a payload claims", wire.pack_frame(wire.BLOBS, wire.BLOB_ENTRY.pack(1, BlobKind.NOTE, 0, 0, HUGE))),
        ("ends inside a fact", wire.pack_frame(wire.FACTS, bytes(FACT.size - 1))),
    ],
)
def test_a_length_that_cannot_be_costs_nothing_and_is_said(said: str, tail: bytes, tmp_path: Path) -> None:
    data = shop_bytes(3)
    path = tmp_path / "long.buslens"
    tracemalloc.start()
    try:
        trace = loaded(path, data + tail)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert trace is not None
    assert said.replace(",", "") in trace.damage.replace(",", "")
    assert len(trace.calls) > 0
    assert peak < 5_000_000


def test_frames_of_a_kind_that_is_not_known_are_passed_over_and_that_is_said(tmp_path: Path) -> None:
    data = shop_bytes(3)
    trace = loaded(tmp_path / "newer.buslens", data + wire.pack_frame(77, b"what may that be") + b"")
    assert trace is not None
    assert "passed over: 1." in trace.damage
    assert trace.whole > len(data)


def test_numbers_at_the_ends_of_what_fits_neither_stop_nor_swell_it(tmp_path: Path) -> None:
    rng = random.Random(4)
    ends = (0, 1, 2, 255, 256, 1 << 31, (1 << 32) - 1, 1 << 32, (1 << 63) - 1, 1 << 63, (1 << 64) - 1)
    facts = b"".join(
        FACT.pack(
            rng.choice(list(Kind)), rng.choice((0, 1, 2, 9, 255)), rng.choice((0, 4, 8, 65_535)),
            rng.choice(ends) % (1 << 32), rng.choice(ends) - (1 << 63) if rng.random() < 0.5 else rng.randrange(99),
            *(rng.choice(ends) if rng.random() < 0.3 else rng.randrange(60) for _ in range(2)),
            rng.choice(ends) % (1 << 32), rng.choice(ends) % (1 << 32), rng.choice(ends),
        )
        for _ in range(20_000)
    )  # fmt: skip
    header = wire.pack_header(wire.Header.here())
    parts = [wire.pack_frame(wire.FACTS, facts[at : at + 48 * 500]) for at in range(0, len(facts), 48 * 500)]
    path = tmp_path / "ends.buslens"
    trace = read_all(path, tmp_path / "out") if path.write_bytes(header + b"".join(parts)) else None
    assert trace is not None
    assert trace.damage == ""
    assert len(trace.dispatches) > 500
    assert trace.nbytes < 10_000_000


def test_a_handler_for_each_call_does_not_make_a_lane_for_each() -> None:
    trace, tracks = Trace(), CallTracks(most_lanes=100)
    trace.feed(wire.pack_header(wire.Header.here()))
    for first in range(1, 1_000, 90):
        calls = [
            FACT.pack(Kind.CALL_STARTED, 0, 0, call % 700, call, call, 0, 0, 1, 0) for call in range(first, first + 90)
        ]
        trace.feed(wire.pack_frame(wire.FACTS, b"".join(calls)))
        tracks.update(trace)
    assert 100 <= len(tracks.lanes) <= 101
    assert OTHERS in tracks.lanes
    assert sum(len(track) for lane in tracks.lanes.values() for track in lane) == len(trace.calls)
    assert tracks.handler(5) == 6
    assert tracks.handler(500) == OTHERS
