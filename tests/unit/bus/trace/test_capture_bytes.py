"""The bytes of a capture: kept while there is room for them, and read back by place."""

from __future__ import annotations

import itertools
from collections import namedtuple
from pathlib import Path

import pytest

from bus.capture import capture
from bus.trace import Trace, capture_bytes
from bus.trace.capture_bytes import CaptureBytes
from buslens import wire
from tests.helpers.make_trace import make_trace, shop_bytes

Usage = namedtuple("Usage", "total used free")


def test_what_was_appended_is_read_by_place_and_no_further() -> None:
    kept = CaptureBytes()
    kept.append(b"abc")
    kept.append(memoryview(b"defg"))
    assert kept.size() == 7
    assert kept.read(2, 3) == b"cde"
    assert kept.read(5, 100) == b"fg"
    assert b"".join(kept.pieces(1, 6)) == b"bcdef"
    room = memoryview(bytearray(4))
    assert kept.read_into(room, 4) == 3
    assert bytes(room[:3]) == b"efg"
    kept.close()
    assert kept.read(0, 1) == b""
    assert kept.read_into(room, 0) == 0


def test_a_live_capture_leaves_others_some_of_the_disk_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    free = [10 * capture_bytes.LEFT_FREE]
    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage(0, 0, free[0]))
    kept = CaptureBytes(look_every=100)
    for _ in range(30):
        kept.append(b"x" * 10)
    assert (kept.size(), kept.problem) == (300, "")
    free[0] = capture_bytes.LEFT_FREE - 1
    for _ in range(100):
        kept.append(b"y" * 10)
    assert kept.size() < 700
    assert "nearly full" in kept.problem
    assert kept.read(0, 3) == b"xxx"


def test_a_file_stays_where_it_is(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    kept = CaptureBytes.of_file(path)
    assert (kept.size(), kept.read(4, 2)) == (10, b"45")
    kept.close()


def test_a_setting_bounds_what_is_kept_and_what_is_kept_can_be_saved(tmp_path: Path) -> None:
    whole = Trace()
    whole.raw.most = 200_000
    data = shop_bytes(1_000, batch=10)
    at = wire.unpack_header(data)[1]  # type: ignore[index]
    ends = [0, *(end for _, _, end in wire.frames(data, at))]
    for start, end in itertools.pairwise(ends):
        whole.feed(data[start:end])
    assert whole.raw.problem.startswith("From here on this capture is seen but not saved")
    assert "it has reached 0.2 MB, the most that the settings give it" in whole.raw.problem
    assert len(whole.dispatches) == len(make_trace(1_000).dispatches), "all of them are seen"
    capture.save(whole, tmp_path / "first.buslens")
    assert (tmp_path / "first.buslens").stat().st_size <= 200_000
    first = capture.load(tmp_path / "first.buslens")
    assert first.damage == ""
    assert 0 < len(first.dispatches) < len(whole.dispatches)
    assert first.payload(0) == whole.payload(0)
    assert whole.payload(len(whole.dispatches) - 2).text == ""
    first.raw.close()
