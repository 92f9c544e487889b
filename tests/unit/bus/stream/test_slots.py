"""Slots become the facts that a capture has, in their order."""

from __future__ import annotations

import numpy as np

from bus.stream.slots import SLOT_DTYPE, awaiting, blobs_of, ends_of, facts_of, unknown
from buslens.records import Kind, Outcome
from buslens.stream import layout


def slots_of(*packed: tuple[object, ...]) -> np.ndarray:
    data = bytearray(layout.SLOT * len(packed))
    for number, (pack, *values) in enumerate(packed):
        pack(data, number * layout.SLOT, *values)  # type: ignore[operator]
    return np.frombuffer(data, SLOT_DTYPE)


SLOTS = (
    (layout.PACK_OPENED, 10, 4, 99, 4, 7, layout.OPENED | 2 << 32),
    (layout.PACK_OPENED, 20, 6, 3, 4, 7, layout.NEXT | layout.AWAITS_END | 51 << 32),
    (layout.PACK_STARTED, 30, 8, 3, 7, layout.STARTED | 52 << 32),
    (layout.PACK_ENDED, 40, 8, layout.ENDED),
    (layout.PACK_WHOLE, 50, 12, 8, 14, 7, 3, int(Kind.MARK), 2, 5, 60, layout.WHOLE),
)
OPENINGS = np.array([[0, 0, 0], [0, 0, 0], [41, 3, 50]], np.uint32)


def test_each_kind_of_slot_becomes_its_facts() -> None:
    facts = facts_of(slots_of(*SLOTS), OPENINGS, np.array([1, 0, 0, 0, 2], np.uint64))
    assert facts.tolist() == [
        (Kind.DISPATCH_EMITTED, 0, 0, 41, 10, 3, 99, 7, 3, 1),
        (Kind.CALL_STARTED, 0, 0, 50, 10, 4, 3, 7, 1, 0),
        (Kind.CALL_ENDED, Outcome.OK, 0, 0, 20, 4, 0, 0, 0, 0),
        (Kind.CALL_STARTED, 0, 0, 51, 20, 6, 3, 7, 1, 0),
        (Kind.CALL_STARTED, 0, 0, 52, 30, 8, 3, 7, 1, 0),
        (Kind.CALL_ENDED, Outcome.OK, 0, 0, 40, 8, 0, 0, 0, 0),
        (Kind.MARK, 2, 5, 60, 50, 12, 8, 7, 3, 2),
    ]


def test_which_slots_have_a_blob_and_which_wait_for_an_end() -> None:
    slots = slots_of(*SLOTS)
    assert blobs_of(slots).tolist() == [True, False, False, False, True]
    assert awaiting(slots).tolist() == [False, True, False, False, False]


def test_a_slot_that_says_nothing_we_know_is_found() -> None:
    assert unknown(slots_of(*SLOTS)) == 5
    assert unknown(slots_of(*SLOTS[:2], (layout.PACK_ENDED, 1, 1, 77))) == 2


def test_ends_are_facts_of_calls_that_went_well() -> None:
    facts = ends_of(np.array([4, 6], np.uint64), np.array([11, 12]))
    assert facts[["kind", "outcome", "id", "time_ns"]].tolist() == [
        (Kind.CALL_ENDED, Outcome.OK, 4, 11),
        (Kind.CALL_ENDED, Outcome.OK, 6, 12),
    ]
