"""Slots are claimed and bytes appended by whoever comes, in the middle of everything; none is lost or comes twice."""

from __future__ import annotations

import struct
import threading
from pathlib import Path

import pytest

from buslens.stream import layout
from buslens.stream.space import StreamLimits
from buslens.stream.stream import Stream
from buslens.wire import Header

SMALL = StreamLimits(first=4096, largest=4096, left_on_disk=0)


def stream(folder: Path, limits: StreamLimits = SMALL) -> Stream:
    return Stream(str(folder), Header("shop", 1, "here", 0, 0), limits)


def ids(folder: str) -> list[int]:
    """Of all slots that say that a call ended."""
    data = b"".join(path.read_bytes() for path in sorted(Path(folder).glob("facts.*")))
    return [call for end, time, call, mark in struct.iter_unpack("<qqQ32xQ", data) if mark == layout.ENDED]


def test_slots_of_many_threads_are_all_there_once(tmp_path: Path) -> None:
    made = stream(tmp_path)

    def keep(first: int) -> None:
        for number in range(first, first + 500):
            assert made.keep(layout.PACK_ENDED, 1, number, layout.ENDED)
            assert made.write(layout.RECORD.pack(number, 4, 0, 0, 1) + b"x")

    threads = [threading.Thread(target=keep, args=(1 + 500 * each,)) for each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ids(made.path)) == list(range(1, 2001))
    found = b"".join(path.read_bytes().rstrip(b"\0") for path in sorted(Path(made.path).glob("bytes.*")))
    assert sorted(head[0] for head in struct.iter_unpack("<QBBHIc", found)) == list(range(1, 2001))


def test_what_comes_while_a_chunk_is_opened_by_the_same_thread_is_kept_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = stream(tmp_path)
    for number in range(1, 65):
        made.keep(layout.PACK_ENDED, 1, number, layout.ENDED)
    opening = made._chunks[layout.FACTS].open

    def interrupted(at_least: int = 0) -> object:  # a signal handler, or __del__ under the collector
        assert made.keep(layout.PACK_ENDED, 1, 1000, layout.ENDED)
        return opening(at_least)

    monkeypatch.setattr(made._chunks[layout.FACTS], "open", interrupted)
    assert made.keep(layout.PACK_ENDED, 1, 65, layout.ENDED)
    assert ids(made.path) == [*range(1, 65), 1000, 65]


def test_where_there_is_no_room_nothing_is_kept_until_there_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = stream(tmp_path, StreamLimits(first=4096, largest=4096, total=13_312, left_on_disk=0))
    kept = [made.keep(layout.PACK_ENDED, 1, number, layout.ENDED) for number in range(1, 200)]
    assert kept == [True] * 128 + [False] * 71
    assert not made.has_room()
    (Path(made.path) / "facts.000001").unlink()
    monkeypatch.setattr("buslens.stream.stream._AGAIN_NS", 0)
    made._full_until = 1
    assert made.has_room()
    assert made.keep(layout.PACK_ENDED, 1, 500, layout.ENDED)


def test_what_was_dropped_is_counted_by_kind_and_the_end_is_said(tmp_path: Path) -> None:
    made = stream(tmp_path)
    made.drop(3, 2)
    made.drop(200)
    made.close()
    page = (Path(made.path) / "head").read_bytes()
    numbers = struct.unpack("<128Q", page[layout.STATE :])
    assert numbers[0] == 1
    assert {at - 8: number for at, number in enumerate(numbers) if number and at >= 8} == {3: 2, 63: 1}


def test_a_fact_that_no_slot_takes_is_an_error_and_not_a_full_chunk(tmp_path: Path) -> None:
    with pytest.raises(struct.error):
        stream(tmp_path).keep(layout.PACK_ENDED, 1, -1, layout.ENDED)


def test_in_a_forked_child_the_files_of_the_parent_cannot_be_written(tmp_path: Path) -> None:
    made = stream(tmp_path)
    _, facts, ends = made.slots
    made.leave()
    with pytest.raises(ValueError, match="released"):
        ends[0] = 1
    with pytest.raises(TypeError):
        layout.PACK_ENDED(facts, 0, 1, 1, 1)


def test_folder_and_files_are_for_this_user_alone(tmp_path: Path) -> None:
    made = stream(tmp_path / "session")
    assert {(tmp_path / "session").stat().st_mode & 0o777, Path(made.path).stat().st_mode & 0o777} == {0o700}
    assert {path.stat().st_mode & 0o777 for path in Path(made.path).iterdir()} == {0o600}
