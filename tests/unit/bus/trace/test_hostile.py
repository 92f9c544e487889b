"""Captures that were damaged or made to harm: a clear refusal or a trace up to the damage, and nothing else."""

from __future__ import annotations

import contextlib
import random
from pathlib import Path

import pytest

from bus.errors import UserError
from bus.export import EXPORTERS
from bus.trace import Trace, capture
from buslens import wire
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
