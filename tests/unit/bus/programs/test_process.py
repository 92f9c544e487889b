"""One process of a session: what of its capture is kept as it is, what is called by another number, and damage."""

from __future__ import annotations

import pytest

from bus.programs.joint_messages import JointMessages
from bus.programs.joint_names import JointNames
from bus.programs.process import ProcessRecords
from bus.trace.ids import IDS_OF_ONE
from buslens import wire
from buslens.records import Kind
from tests.unit.bus.programs.played import Played, S


def process(number: int = 0, shift_ns: int = 0) -> ProcessRecords:
    return ProcessRecords(JointNames(), lambda count: 1, number, lambda header: shift_ns, JointMessages())


def test_ids_of_the_first_process_stay_and_those_of_others_are_apart() -> None:
    for number in (0, 3):
        played, records = Played("a.py", 7), process(number)
        played.emit("a", at=S)
        assert records.take_in(played.recorder.take()) == b""
        (facts,) = records.facts
        assert facts["id"].tolist() == [number * IDS_OF_ONE + each for each in (1, 2, 2)]
        assert facts["parent"].tolist() == [0, number * IDS_OF_ONE + 1, 0]


def test_a_subscription_names_its_event() -> None:
    played, records = Played("a.py", 7), process(2)
    event = played.recorder.event("a", played.bus)
    played.recorder.handler_added(played.recorder.handler("h", event="a"), event)
    records.take_in(played.recorder.take())
    ((fact,),) = records.facts
    assert fact["kind"] == Kind.HANDLER_ADDED
    assert 0 < fact["parent"] < 10


def test_times_are_moved_and_the_process_has_a_title() -> None:
    played, records = Played("web.py", 4711), process(shift_ns=-S)
    assert records.title == ""
    played.emit("a", at=3 * S)
    records.take_in(played.recorder.take() + wire.END_MARK)
    assert records.facts[0]["time_ns"][0] == 2 * S
    assert records.title == "web.py 4711"
    assert records.ended


def test_what_is_no_capture_is_said() -> None:
    with pytest.raises(wire.WireError):
        process().take_in(b"#!/usr/bin/python")


def test_facts_that_are_cut_are_damage() -> None:
    played, records = Played("a.py", 1), process()
    records.take_in(played.recorder.take())
    with pytest.raises(ValueError, match="ends inside a fact"):
        records.take_in(wire.pack_frame(wire.FACTS, b"\1" * 47))
