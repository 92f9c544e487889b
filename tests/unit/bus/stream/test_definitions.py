"""Names, openings and forms are known before what mentions them, and garbled ones are damage."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bus.stream.definitions import Definitions
from bus.stream.fact_chunks import Damaged
from bus.trace import Trace
from buslens import wire
from buslens.records import NameKind
from buslens.stream.layout import FORM, NAME, NAMES, OPENING, RECORD
from buslens.wire import Header
from tests.helpers.stream_records import form, name, opening, values, write_chunks


def definitions(folder: Path, *chunks: bytes) -> Definitions:
    write_chunks(folder, NAMES, *chunks)
    read = Definitions(folder)
    read.read_on()
    return read


def ids(*wanted: int) -> np.ndarray:
    return np.array(wanted, np.uint32)


def test_what_is_defined_is_there_whichever_chunk_has_it(tmp_path: Path) -> None:
    read = definitions(tmp_path, name(3, "main") + opening(1, 7, 2, 9, 10), form(1) + name(4, "other"))
    assert read.openings(ids(1))[1].tolist() == [7, 2, 9, 0]
    assert read.handlers[:2].tolist() == [9, 10]
    assert read.forms.texts(values(4, 5, 6), len(values(4, 5, 6))) == [b"[5,6]"]
    trace = Trace()
    trace.feed(wire.pack_header(Header("shop", 1, "here", 0, 0)) + b"".join(read.frames))
    assert [trace.names.text(each) for each in (3, 4)] == ["main", "other"]


def test_what_comes_later_is_read_then(tmp_path: Path) -> None:
    read = definitions(tmp_path, name(3, "main"))
    write_chunks(tmp_path, NAMES, name(3, "main") + opening(5000, 7, 1, 9))
    read.read_on()
    assert read.openings(ids(5000))[5000].tolist() == [7, 1, 9, 0]


@pytest.mark.parametrize(
    "garbled",
    [
        RECORD.pack(4, 99, 0, NAME, 2) + b"{}",
        RECORD.pack(1 << 40, NameKind.LANE, 0, NAME, 2) + b"{}",
        *(opening(1 << 30, 7, 1, 9), opening(1, 7, 2, 9), opening(1, 7, 1, 9, 10), opening(1, 7, 0)),
        *(opening(1, 7, 2, 9, 0), name(3, "main").replace(b"}", b"\0")),
        RECORD.pack(4, 0, 0, OPENING, 3) + b"xyz",
        RECORD.pack(1, 0, 0, FORM, 3) + b"xyz",
    ],
)
def test_garbled_definitions_are_damage(tmp_path: Path, garbled: bytes) -> None:
    with pytest.raises(Damaged):
        definitions(tmp_path, garbled + name(5, "other"))


@pytest.mark.parametrize("whole", [name(4, "other"), opening(1, 7, 2, 9, 10), form(1)])
def test_half_a_definition_at_the_end_is_none_until_it_is_whole(tmp_path: Path, whole: bytes) -> None:
    for there in range(RECORD.size, len(whole)):
        write_chunks(tmp_path, NAMES, name(3, "main") + whole[:there].ljust(len(whole), b"\0"))
        read = Definitions(tmp_path)
        read.read_on()
        assert b"".join(read.frames).count(b"main") == 1
        write_chunks(tmp_path, NAMES, name(3, "main") + whole)
        read.read_on()
        read.read_on()
        write_chunks(tmp_path, NAMES, name(3, "main") + whole + opening(2, 8, 1, 11))
        read.read_on()
        told = b"".join(read.frames)
        assert (told.count(b"main"), told.count(b"other")) == (1, whole.count(b"other"))
        assert read.openings(ids(2))[2].tolist()[:3] == [8, 1, 11]
        if whole == opening(1, 7, 2, 9, 10):
            assert read.openings(ids(1))[1].tolist()[:3] == [7, 2, 9]
            assert read.handlers[:3].tolist() == [9, 10, 11]
        if whole == form(1):
            assert read.forms.texts(values(4, 5, 6), len(values(4, 5, 6))) == [b"[5,6]"]


def test_an_opening_that_is_not_there_is_damage(tmp_path: Path) -> None:
    read = definitions(tmp_path, opening(1, 7, 2, 9, 10))
    with pytest.raises(Damaged, match="an opening that is not there"):
        read.openings(ids(2))
    with pytest.raises(Damaged, match="a handler that its opening has not"):
        read.openings(ids(1), ids(2))
