"""Where the times of further calls stand: five in each slot behind that of the emit."""

from __future__ import annotations

import struct

import pytest

from buslens.stream.layout import AWAITS_END, FURTHER, OPENED, OPENING, RECORD
from buslens.stream.openings import StreamOpening, opening_record


@pytest.mark.parametrize(
    ("handlers", "slots", "others", "further"),
    [
        (1, 1, [], []),
        (2, 2, [(1, 8)], [(64, 1, 1)]),
        (6, 2, [(1, 8), (2, 9), (3, 10), (4, 11), (5, 12)], [(64, 1, 5)]),
        (7, 3, [(1, 8), (2, 9), (3, 10), (4, 11), (5, 12), (6, 16)], [(64, 1, 5), (128, 6, 1)]),
    ],
)
def test_each_handler_but_the_first_has_a_place(
    handlers: int, slots: int, others: list[tuple[int, int]], further: list[tuple[int, int, int]]
) -> None:
    opening = StreamOpening(3, handlers)
    assert (opening.mark, opening.slots, list(opening.others)) == (OPENED | AWAITS_END | 3 << 32, slots, others)
    assert list(opening.further) == [(*each, FURTHER | 3 << 32) for each in further]


def test_a_reader_is_told_the_event_and_all_handlers() -> None:
    record = opening_record(3, 41, (50, 51))
    assert RECORD.unpack_from(record) == (3, 0, 0, OPENING, 16)
    assert struct.unpack("<4I", record[RECORD.size :]) == (41, 2, 50, 51)
