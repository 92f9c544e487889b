"""Names and payloads come before what mentions them, payloads get ids without gaps, and garbled ones are damage."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from bus.stream.definitions import Definitions
from bus.stream.fact_chunks import Damaged
from bus.stream.records import NOT_KEPT, Records
from bus.trace import Trace
from buslens import wire
from buslens.stream.layout import BLOB, BYTES, NAMES, RECORD, VALUES
from buslens.wire import Header
from tests.helpers.stream_records import blob, form, values, write_chunks


def records(folder: Path, *chunks: bytes, names: bytes = b"") -> Records:
    write_chunks(folder, BYTES, *chunks)
    write_chunks(folder, NAMES, names)
    return Records(folder, Definitions(folder))


def ids(*values: int) -> np.ndarray:
    return np.array(values, np.uint64)


def trace_of(read: Records) -> Trace:
    trace = Trace()
    trace.feed(wire.pack_header(Header("shop", 1, "here", 0, 0)) + b"".join(read.frames))
    return trace


def test_blobs_are_renamed_in_the_order_in_which_they_lie(tmp_path: Path) -> None:
    read = records(tmp_path, blob(8, b'"a"') + blob(4, b'"b"') + blob(20, b""))
    read.read_for(ids(4, 8))
    assert read.claimed(ids(4, 8)).tolist() == [2, 1]
    trace = trace_of(read)
    assert (trace.blobs.payload(1).value, trace.blobs.payload(2).value, trace.damage) == ("a", "b", "")


def test_a_blob_that_nobody_has_mentioned_yet_waits_for_its_slot(tmp_path: Path) -> None:
    read = records(tmp_path, blob(4, b"1") + blob(6, b"2") + blob(8, b"3"))
    read.read_for(ids(8))
    assert read.claimed(ids(8)).tolist() == [3]
    assert read.claimed(ids(4, 6)).tolist() == [1, 2]


def test_chunks_follow_each_other(tmp_path: Path) -> None:
    read = records(tmp_path, blob(4, b"1"), blob(6, b"2"), blob(8, b"3"))
    read.read_for(ids(8))
    assert read.claimed(ids(4, 6, 8)).tolist() == [1, 2, 3]
    assert read.number == 3


def test_of_a_payload_whose_chunk_was_removed_it_is_said_that_it_is_not_kept_any_more(tmp_path: Path) -> None:
    records(tmp_path, blob(4, b"1"), blob(6, b"2"), blob(8, b"3"))
    (tmp_path / "bytes.000001").unlink()
    read = Records(tmp_path, Definitions(tmp_path))
    read.read_for(ids(4, 8, 99))
    found = read.claimed(ids(4, 8, 99))
    trace = trace_of(read)
    first, second, third = (trace.blobs.payload(int(each)) for each in found)
    assert (first.text, first.is_json, first.cut) == (NOT_KEPT, False, True)
    assert (second.value, third.text) == (3, NOT_KEPT)


def test_half_a_record_at_the_end_is_read_once_it_is_whole(tmp_path: Path) -> None:
    read = records(tmp_path, blob(4, b"1"))
    (tmp_path / "bytes.000001").write_bytes(blob(4, b"1") + blob(6, b"22")[:-1])
    read.read_for(ids(4))
    (tmp_path / "bytes.000001").write_bytes(blob(4, b"1") + blob(6, b"22"))
    read.read_for(ids(6))
    assert read.claimed(ids(4, 6)).tolist() == [1, 2]
    assert trace_of(read).blobs.payload(2).value == 22


def test_a_record_that_is_longer_than_a_piece_is_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bus.stream.record_chunks.PIECE", 64)
    read = records(tmp_path, blob(4, json.dumps("x" * 500).encode()) + blob(6, b"2"))
    read.read_for(ids(4, 6))
    assert trace_of(read).blobs.payload(1).value == "x" * 500


@pytest.mark.parametrize("run", [1, 2, 3, 16, 17, 18, 19, 200])
def test_values_are_payloads_like_others_however_many_of_a_form_follow_each_other(tmp_path: Path, run: int) -> None:
    one = [values(100 + number, number, -number) for number in range(run)]
    other = [values(1000 + number, number, of=2) for number in range(run)]
    mixed = [each for pair in zip(one, other, strict=True) for each in pair]
    first = [blob(2, b'"a"'), *one, *other, blob(4, b'"b"')]
    forms = form(1) + form(2, b'[["",""],"q"]')
    again = [each.replace(struct.pack("<Q", 100), struct.pack("<Q", 9000), 1) for each in one[:1]]
    read = records(tmp_path, b"".join([*first, *again]), b"".join(mixed[1:]) + blob(5, b'"c"'), names=forms)
    read.read_for(ids(5))
    wanted = ids(2, *range(100, 100 + run), *range(1000, 1000 + run), 4, 9000, 5)
    found = read.claimed(wanted)
    trace = trace_of(read)
    told = [trace.blobs.payload(int(each)).value for each in found]
    pairs, singles = [[number, -number] for number in range(run)], list(range(run))
    assert told == ["a", *pairs, *singles, "b", [0, 0], "c"]
    assert trace.damage == ""


@pytest.mark.parametrize("piece", [64, 100, 1000])
def test_values_are_read_whole_wherever_a_piece_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: int
) -> None:
    monkeypatch.setattr("bus.stream.record_chunks.PIECE", piece)
    read = records(tmp_path, b"".join(values(2 * number, number, number) for number in range(1, 60)), names=form(1))
    read.read_for(ids(118))
    found = read.claimed(ids(*range(2, 120, 2)))
    trace = trace_of(read)
    assert [trace.blobs.payload(int(each)).value for each in found] == [[number] * 2 for number in range(1, 60)]


@pytest.mark.parametrize(
    ("garbled", "forms"),
    [
        (RECORD.pack(4, 1, 0, 9, 1) + b"x", b""),
        (RECORD.pack(4, 1, 0, BLOB, 1 << 30), b""),
        (blob(4, b"x", kind=77), b""),
        (RECORD.pack(4, 1, 0, VALUES, 3) + b"xyz", form(1)),
        (values(4, 7, 7), b""),
        (values(4, 7), form(1)),
        (values(4, 7, 7) + values(6, 7, 7, of=2), form(1)),
        (values(4, 7, 7).replace(b"\x01\x00\x04\x00", b"\x4d\x00\x04\x00"), form(1)),
    ],
)
def test_garbled_records_are_damage(tmp_path: Path, garbled: bytes, forms: bytes) -> None:
    with pytest.raises(Damaged):
        records(tmp_path, garbled, names=forms).read_for(ids(4, 6))


@pytest.mark.parametrize("half", [values(6, 7, 7)[:20].ljust(36, b"\0"), blob(6, b'"two"')[:18].ljust(21, b"\0")])
def test_half_a_payload_of_a_program_that_was_killed_while_it_wrote_damages_nothing(
    tmp_path: Path, half: bytes
) -> None:
    read = records(tmp_path, values(4, 1, 1) + half, names=form(1))
    read.read_for(ids(4))
    read.read_for(ids())
    assert read.claimed(ids(4)).tolist() == [1]
    trace = trace_of(read)
    assert (trace.blobs.payload(1).value, trace.damage) == ([1, 1], "")


def test_no_more_is_read_than_is_mentioned_however_much_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bus.stream.record_chunks.PIECE", 64)
    read = records(tmp_path, b"".join(blob(number, b"%d" % number) for number in range(1, 1000)))
    for number in range(1, 20):
        read.read_for(ids(number))
        assert read.claimed(ids(number)).tolist() == [number]
        assert len(b"".join(read.frames)) < 1000
    read.read_for(ids(999))
    assert read.claimed(ids(999)).tolist() == [999]
