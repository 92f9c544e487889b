"""Slots become the facts that a capture has, in their order."""

from __future__ import annotations

import numpy as np

from bus.stream.slots import SLOT_DTYPE, awaited, blobs_of, facts_of, turns_of, unknown
from buslens.records import Kind, Outcome
from buslens.stream import layout


def slots_of(*packed: tuple[object, ...]) -> np.ndarray:
    data = bytearray(layout.SLOT * len(packed))
    for number, (pack, *values) in enumerate(packed):
        pack(data, number * layout.SLOT, *values)  # type: ignore[operator]
    return np.frombuffer(data, SLOT_DTYPE)


SLOTS = (
    (layout.PACK_OPENED, 10, 4, 99, 4, 7, layout.OPENED | layout.AWAITS_END | 2 << 32),
    (layout.PACK_FURTHER, 7, 1, 2, 4, layout.FURTHER | 2 << 32),
    (layout.PACK_STARTED, 30, 8, 3, 7, layout.STARTED | 52 << 32),
    (layout.PACK_ENDED, 40, 8, layout.ENDED),
    (layout.PACK_OPENED, 45, 16, 3, 14, 7, layout.NEXT | layout.AWAITS_END | 51 << 32),
    (layout.PACK_WHOLE, 50, 12, 8, 14, 7, 3, int(Kind.MARK), 2, 5, 60, layout.WHOLE),
)
OPENINGS = np.array([[0, 0, 0, 0], [0, 0, 0, 0], [41, 3, 50, 1]], np.uint32)
HANDLERS = np.array([9, 50, 51, 52], np.uint32)


def test_each_kind_of_slot_becomes_its_facts() -> None:
    facts = facts_of(slots_of(*SLOTS), OPENINGS, np.array([1, 0, 0, 0, 0, 2], np.uint64))
    assert facts.tolist() == [
        (Kind.DISPATCH_EMITTED, 0, 0, 41, 10, 3, 99, 7, 3, 1),
        (Kind.CALL_STARTED, 0, 0, 50, 10, 4, 3, 7, 1, 0),
        (Kind.CALL_STARTED, 0, 0, 52, 30, 8, 3, 7, 1, 0),
        (Kind.CALL_ENDED, Outcome.OK, 0, 0, 40, 8, 0, 0, 0, 0),
        (Kind.CALL_ENDED, Outcome.OK, 0, 0, 45, 14, 0, 0, 0, 0),
        (Kind.CALL_STARTED, 0, 0, 51, 45, 16, 3, 7, 1, 0),
        (Kind.MARK, 2, 5, 60, 50, 12, 8, 7, 3, 2),
    ]


def test_which_slots_have_a_blob_and_which_times_they_wait_for() -> None:
    slots = slots_of(*SLOTS)
    assert blobs_of(slots).tolist() == [True, False, False, False, False, True]
    # The number of 8 bytes, first call, opening, handler, lane, and whether it is that call's end.
    assert awaited(slots, 100).tolist() == [
        *((800, 4, 2, 0, 0, False), (832, 16, 0, 0, 0, True)),
        *((808, 4, 2, 1, 7, False), (809, 4, 2, 2, 7, False)),
    ]


def test_a_slot_that_says_nothing_we_know_is_found() -> None:
    assert unknown(slots_of(*SLOTS)) == 6
    assert unknown(slots_of(*SLOTS[:2], (layout.PACK_ENDED, 1, 1, 77))) == 2
    for first, many in ((0, 1), (1, 0), (1, 6)):
        assert unknown(slots_of(SLOTS[0], (layout.PACK_FURTHER, 7, first, many, 4, layout.FURTHER))) == 1


def test_a_time_in_place_says_that_a_call_ended_well_and_the_next_one_began() -> None:
    facts = turns_of(awaited(slots_of(*SLOTS), 0)[::-1], np.array([12, 11, 14, 13]), OPENINGS, HANDLERS)
    assert facts.tolist() == [
        (Kind.CALL_ENDED, Outcome.OK, 0, 0, 12, 6, 0, 0, 0, 0),
        (Kind.CALL_STARTED, 0, 0, 52, 12, 8, 3, 7, 1, 0),
        (Kind.CALL_ENDED, Outcome.OK, 0, 0, 11, 4, 0, 0, 0, 0),
        (Kind.CALL_STARTED, 0, 0, 51, 11, 6, 3, 7, 1, 0),
        (Kind.CALL_ENDED, Outcome.OK, 0, 0, 14, 16, 0, 0, 0, 0),
        (Kind.CALL_ENDED, Outcome.OK, 0, 0, 13, 8, 0, 0, 0, 0),
    ]
