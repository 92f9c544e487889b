"""Names and payloads come before what mentions them, payloads get ids without gaps, and garbled ones are damage."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from bus.stream.fact_chunks import Damaged
from bus.stream.records import Records
from bus.trace import Trace
from buslens import wire
from buslens.records import BlobKind, NameKind
from buslens.stream.layout import BLOB, FORM, NAME, OPENING, RECORD, VALUES
from buslens.wire import Header


def blob(ident: int, body: bytes, kind: int = BlobKind.PAYLOAD_JSON) -> bytes:
    return RECORD.pack(ident, kind, 0, BLOB, len(body)) + body


def name(ident: int, text: str) -> bytes:
    body = json.dumps({"text": text}).encode()
    return RECORD.pack(ident, NameKind.LANE, 0, NAME, len(body)) + body


def opening(ident: int, *common: int) -> bytes:
    return RECORD.pack(ident, 0, 0, OPENING, 4 * len(common)) + struct.pack(f"<{len(common)}I", *common)


def form(ident: int, body: bytes = b'[["[",",","]"],"qq"]') -> bytes:
    return RECORD.pack(ident, 0, 0, FORM, len(body)) + body


def values(ident: int, *numbers: int, of: int = 1) -> bytes:
    body = struct.pack(f"<I{len(numbers)}q", of, *numbers)
    return RECORD.pack(ident, BlobKind.PAYLOAD_JSON, 0, VALUES, len(body)) + body


def records(folder: Path, *chunks: bytes, remove: bool = False) -> Records:
    for number, chunk in enumerate(chunks, 1):
        (folder / f"bytes.{number:06d}").write_bytes(chunk + bytes(64))
    return Records(folder, first=1, remove=remove)


def ids(*values: int) -> np.ndarray:
    return np.array(values, np.uint64)


def trace_of(read: Records) -> Trace:
    trace = Trace()
    trace.feed(wire.pack_header(Header("shop", 1, "here", 0, 0)) + b"".join(read.frames))
    return trace


def test_blobs_are_renamed_in_the_order_in_which_they_lie(tmp_path: Path) -> None:
    read = records(
        tmp_path, blob(8, b'"a"') + name(3, "main") + blob(4, b'"b"') + opening(1, 7, 2, 9, 10) + blob(20, b"")
    )
    read.read_for(ids(4, 8), ids(1).astype(np.uint32))
    assert read.claimed(ids(4, 8, 99)).tolist() == [2, 1, 0]
    assert read.openings(ids(1).astype(np.uint32))[1].tolist() == [7, 2, 9, 0]
    assert read.handlers[:2].tolist() == [9, 10]
    trace = trace_of(read)
    assert (trace.blobs.payload(1).value, trace.blobs.payload(2).value) == ("a", "b")
    assert (trace.names.text(3), trace.damage) == ("main", "")


def test_a_blob_that_nobody_has_mentioned_yet_waits_for_its_slot(tmp_path: Path) -> None:
    read = records(tmp_path, blob(4, b"1") + blob(6, b"2") + blob(8, b"3"))
    read.read_for(ids(8), ids().astype(np.uint32))
    assert read.claimed(ids(8)).tolist() == [3]
    assert read.claimed(ids(4, 6)).tolist() == [1, 2]


def test_chunks_follow_each_other_and_go_once_they_are_read(tmp_path: Path) -> None:
    read = records(tmp_path, blob(4, b"1"), blob(6, b"2"), blob(8, b"3"), remove=True)
    read.read_for(ids(8), ids().astype(np.uint32))
    assert read.claimed(ids(4, 6, 8)).tolist() == [1, 2, 3]
    assert [path.name for path in tmp_path.iterdir()] == ["bytes.000003"]


def test_half_a_record_at_the_end_is_read_once_it_is_whole(tmp_path: Path) -> None:
    read = records(tmp_path, blob(4, b"1"))
    (tmp_path / "bytes.000001").write_bytes(blob(4, b"1") + blob(6, b"22")[:-1])
    read.read_for(ids(4), ids().astype(np.uint32))
    (tmp_path / "bytes.000001").write_bytes(blob(4, b"1") + blob(6, b"22"))
    read.read_for(ids(6), ids().astype(np.uint32))
    assert read.claimed(ids(4, 6)).tolist() == [1, 2]
    assert trace_of(read).blobs.payload(2).value == 22


def test_a_record_that_is_longer_than_a_piece_is_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bus.stream.records.PIECE", 64)
    read = records(tmp_path, blob(4, json.dumps("x" * 500).encode()) + blob(6, b"2"))
    read.read_for(ids(4, 6), ids().astype(np.uint32))
    assert trace_of(read).blobs.payload(1).value == "x" * 500


@pytest.mark.parametrize("run", [1, 2, 3, 16, 17, 18, 19, 200])
def test_values_are_payloads_like_others_however_many_of_a_form_follow_each_other(tmp_path: Path, run: int) -> None:
    one = [values(100 + number, number, -number) for number in range(run)]
    other = [values(1000 + number, number, of=2) for number in range(run)]
    mixed = [each for pair in zip(one, other, strict=True) for each in pair]
    first = [blob(2, b'"a"'), form(1), *one, name(3, "main"), form(2, b'[["",""],"q"]'), *other, blob(4, b'"b"')]
    again = [each.replace(struct.pack("<Q", 100), struct.pack("<Q", 9000), 1) for each in one[:1]]
    read = records(tmp_path, b"".join([*first, opening(1, 7, 2, 9, 10), *again]), b"".join(mixed[1:]) + blob(5, b'"c"'))
    read.read_for(ids(5), ids(1).astype(np.uint32))
    wanted = ids(2, *range(100, 100 + run), *range(1000, 1000 + run), 4, 9000, 5)
    found = read.claimed(wanted)
    trace = trace_of(read)
    told = [trace.blobs.payload(int(each)).value for each in found]
    pairs, singles = [[number, -number] for number in range(run)], list(range(run))
    assert told == ["a", *pairs, *singles, "b", [0, 0], "c"]
    assert (trace.names.text(3), trace.damage) == ("main", "")


@pytest.mark.parametrize("piece", [64, 100, 1000])
def test_values_are_read_whole_wherever_a_piece_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: int
) -> None:
    monkeypatch.setattr("bus.stream.records.PIECE", piece)
    read = records(tmp_path, form(1) + b"".join(values(2 * number, number, number) for number in range(1, 60)))
    read.read_for(ids(118), ids().astype(np.uint32))
    found = read.claimed(ids(*range(2, 120, 2)))
    trace = trace_of(read)
    assert [trace.blobs.payload(int(each)).value for each in found] == [[number] * 2 for number in range(1, 60)]


@pytest.mark.parametrize(
    "garbled",
    [
        RECORD.pack(4, 1, 0, 9, 1) + b"x",
        RECORD.pack(4, 1, 0, BLOB, 1 << 30),
        blob(4, b"x", kind=77),
        RECORD.pack(4, 99, 0, NAME, 2) + b"{}",
        RECORD.pack(1 << 40, NameKind.LANE, 0, NAME, 2) + b"{}",
        *(opening(1 << 30, 7, 1, 9), opening(1, 7, 2, 9), opening(1, 7, 1, 9, 10), opening(1, 7, 0)),
        RECORD.pack(4, 0, 0, OPENING, 3) + b"xyz",
        RECORD.pack(1, 0, 0, FORM, 3) + b"xyz",
        RECORD.pack(4, 1, 0, VALUES, 3) + b"xyz",
        *(values(4, 7, 7), form(1) + values(4, 7), form(1) + values(4, 7, 7) + values(6, 7, 7, of=2)),
        form(1) + values(4, 7, 7).replace(b"\x01\x00\x04\x00", b"\x4d\x00\x04\x00"),
    ],
)
def test_garbled_records_are_damage(tmp_path: Path, garbled: bytes) -> None:
    with pytest.raises(Damaged):
        records(tmp_path, garbled).read_for(ids(4), ids().astype(np.uint32))


def test_an_opening_that_is_not_there_is_damage(tmp_path: Path) -> None:
    read = records(tmp_path, opening(1, 7, 2, 9, 10))
    read.read_for(ids(), ids(2).astype(np.uint32))
    with pytest.raises(Damaged, match="an opening that is not there"):
        read.openings(ids(2).astype(np.uint32))
    with pytest.raises(Damaged, match="a handler that its opening has not"):
        read.openings(ids(1).astype(np.uint32), ids(2))
