"""The bytes of a capture: kept while there is room for them, and read back by place."""

from __future__ import annotations

from collections import namedtuple
from pathlib import Path

import pytest

from bus.trace import raw
from bus.trace.raw import Raw

Usage = namedtuple("Usage", "total used free")


def test_what_was_appended_is_read_by_place_and_no_further() -> None:
    kept = Raw()
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
    free = [10 * raw.LEFT_FREE]
    monkeypatch.setattr(raw, "LOOK_EVERY", 100)
    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage(0, 0, free[0]))
    kept = Raw()
    for _ in range(30):
        kept.append(b"x" * 10)
    assert (kept.size(), kept.problem) == (300, "")
    free[0] = raw.LEFT_FREE - 1
    for _ in range(100):
        kept.append(b"y" * 10)
    assert kept.size() < 700
    assert "nearly full" in kept.problem
    assert kept.read(0, 3) == b"xxx"


def test_a_file_stays_where_it_is(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    kept = Raw.of_file(path)
    assert (kept.size(), kept.read(4, 2)) == (10, b"45")
    kept.close()
