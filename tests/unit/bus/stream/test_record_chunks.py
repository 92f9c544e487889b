"""Records are read whole, chunk after chunk, also from the middle of a stream."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bus.stream.fact_chunks import Damaged
from bus.stream.record_chunks import NONE_WANTED, RecordChunks
from bus.stream.slots import Array
from buslens.stream.layout import BYTES, NAMES, RECORD
from tests.helpers.stream_records import blob, name, write_chunks


def wanted(*idents: int) -> Array:
    return np.array(idents, np.uint64)


def idents(chunks: RecordChunks, mentioned: Array = NONE_WANTED) -> list[int]:
    """All there are; mentioned: by slots."""
    found = []
    while batch := chunks.read(mentioned):
        found += [int(RECORD.unpack_from(batch.data, place)[0]) for place in batch.places]
    return found


def test_chunks_follow_each_other(tmp_path: Path) -> None:
    write_chunks(tmp_path, BYTES, blob(4, b"1"), blob(6, b"2"), blob(8, b"3") + blob(10, b"4"))
    read = RecordChunks(tmp_path, BYTES)
    assert (idents(read, wanted(10)), read.number, read.since) == ([4, 6, 8, 10], 3, 0)


def test_what_was_removed_before_is_known_by_the_first_id_that_is_there(tmp_path: Path) -> None:
    write_chunks(tmp_path, BYTES, blob(6, b"2"), blob(8, b"3"), first=5)
    read = RecordChunks(tmp_path, BYTES)
    assert read.since == 6
    assert idents(read, wanted(8)) == [6, 8]


def test_what_was_removed_between_is_passed_over(tmp_path: Path) -> None:
    write_chunks(tmp_path, BYTES, blob(4, b"1"))
    write_chunks(tmp_path, BYTES, blob(16, b"2"), blob(18, b"3"), first=4)
    read = RecordChunks(tmp_path, BYTES)
    assert (idents(read, wanted(18)), read.number, read.since) == ([4, 16, 18], 5, 16)


def test_a_record_is_not_taken_before_it_is_whole(tmp_path: Path) -> None:
    write_chunks(tmp_path, BYTES, b"")
    path = tmp_path / "bytes.000001"
    path.write_bytes(blob(4, b"22")[:-1])
    read = RecordChunks(tmp_path, BYTES)
    assert read.read(NONE_WANTED) is None
    path.write_bytes(blob(4, b"22"))
    assert idents(read, wanted(4)) == [4]


def test_the_last_record_is_whole_where_it_is_mentioned_or_another_has_come_behind_it(tmp_path: Path) -> None:
    write_chunks(tmp_path, BYTES, blob(4, b"1") + blob(6, b"2"))
    read = RecordChunks(tmp_path, BYTES)
    assert idents(read) == [4]
    last = read.read_last()
    assert last is not None
    assert [RECORD.unpack_from(last.data, place)[0] for place in last.places] == [6]
    assert idents(read, wanted(6)) == [6]
    assert read.read_last() is None
    write_chunks(tmp_path, BYTES, blob(4, b"1") + blob(6, b"2") + blob(8, b"3") + blob(10, b"4"))
    assert idents(read) == [8]
    write_chunks(tmp_path, BYTES, blob(12, b"5"), first=2)
    assert idents(read) == [10]


@pytest.mark.parametrize(("stem", "record"), [(BYTES, name(3, "main")), (NAMES, blob(4, b"1"))])
def test_each_stem_has_records_of_its_own(tmp_path: Path, stem: str, record: bytes) -> None:
    write_chunks(tmp_path, stem, record)
    with pytest.raises(Damaged, match="begins no record"):
        RecordChunks(tmp_path, stem).read(NONE_WANTED)


def test_a_stream_without_chunks_is_none(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        RecordChunks(tmp_path, BYTES)
