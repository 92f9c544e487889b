"""Notes lie in the capture, outlive saving and opening, and harm nobody who does not know them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bus.capture import capture
from bus.errors import UserError
from bus.export import jsonl
from bus.sql.query import Query
from bus.trace import Trace
from bus.trace import notes as notes_module
from bus.trace.notes import Notes
from buslens import wire
from tests.helpers.make_trace import make_trace, shop_bytes


def reopened(trace: Trace, path: Path) -> Trace:
    capture.save(trace, path)
    return capture.load(path)


def test_notes_come_back_as_they_were(tmp_path: Path) -> None:
    trace = make_trace(5)
    call = int(trace.calls.id[3])
    trace.notes.add(2_000, "späť", kind="call", about=call)
    trace.notes.add(1_000, "", end_ns=5_000)
    again = reopened(trace, tmp_path / "a.buslens")
    assert again.notes.all == trace.notes.all
    assert [note.is_band for note in again.notes.all] == [True, False]
    assert [note.text for note in again.notes.of("call", call)] == ["späť"]
    assert again.damage == ""
    assert not again.notes.unsaved
    again.raw.close()


def test_saving_again_leaves_one_frame_of_notes(tmp_path: Path) -> None:
    trace = make_trace(5)
    note = trace.notes.add(1, "first")
    once = reopened(trace, tmp_path / "a.buslens")
    once.notes.edit(note.id, "second")
    twice = reopened(once, tmp_path / "a.buslens")
    assert [each.text for each in twice.notes.all] == ["second"]
    assert (tmp_path / "a.buslens").read_bytes().count(b'{"notes"') == 1
    twice.notes.remove(note.id)
    none = reopened(twice, tmp_path / "a.buslens")
    assert none.notes.all == ()
    assert (tmp_path / "a.buslens").read_bytes() == shop_bytes(5) + wire.END_MARK
    for each in (once, twice, none):
        each.raw.close()


def test_the_last_frame_counts_wherever_it_stands() -> None:
    data, told = shop_bytes(3), Notes()
    told.add(7, "told early")
    early = wire.pack_frame(wire.NOTES, notes_module.pack_notes(told.all))
    told.edit(1, "told late")
    late = wire.pack_frame(wire.NOTES, notes_module.pack_notes(told.all))
    found = wire.unpack_header(data)
    assert found is not None
    trace = Trace()
    trace.feed(data[: found[1]] + early + data[found[1] :] + late)
    assert [note.text for note in trace.notes.all] == ["told late"]
    assert len(trace.dispatches) == len(make_trace(3).dispatches)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"notes"', b"\xff\xfe", b'"notes"', b"[" * 100_000], ids=lambda body: repr(body[:8])
)
def test_a_frame_that_is_no_list_of_notes_is_damage(body: bytes) -> None:
    trace = Trace()
    trace.feed(shop_bytes(2) + wire.pack_frame(wire.NOTES, body))
    assert "the notes cannot be read" in trace.damage
    assert len(trace.dispatches) == len(make_trace(2).dispatches)


def test_entries_that_make_no_sense_are_left_out() -> None:
    good = {"id": 1, "time_ns": 5, "end_ns": 5, "kind": "", "about": 0, "text": "good \ud800"}
    wrong = [{}, 3, None, {**good, "id": "x"}, {**good, "id": -1}, {**good, "end_ns": 4}, {**good, "kind": "rm"},
             {**good, "time_ns": 1 << 70}, {**good, "about": 1 << 65}, {**good, "time_ns": 1e999}]  # fmt: skip
    notes = Notes()
    notes.read_frame(memoryview(json.dumps({"notes": [*wrong, good, good]}).encode()))
    assert [note.text for note in notes.all] == ["good ?"]


def test_there_is_a_bound() -> None:
    notes = Notes(most=3)
    for _ in range(3):
        notes.add(1, "a")
    with pytest.raises(UserError, match="3 notes at most"):
        notes.add(1, "a")
    with pytest.raises(UserError, match="letters at most"):
        notes.edit(1, "x" * 20_001)


def test_notes_are_in_the_table_of_marks_and_in_json_lines() -> None:
    trace = make_trace(2)
    call, dispatch = int(trace.calls.id[0]), int(trace.dispatches.id[0])
    trace.notes.add(10, "why?", kind="call", about=call)
    trace.notes.add(20, "look", kind="dispatch", about=dispatch)
    trace.notes.add(30, "", end_ns=40)
    found = Query(trace, "SELECT kind, time_ns, end_ns, call, dispatch, text FROM marks WHERE kind <> 'line'").run()
    assert found.rows == [
        ("note", 10, 10, call, None, "why?"),
        ("note", 20, 20, None, dispatch, "look"),
        ("band", 30, 40, None, None, ""),
    ]
    assert Query(trace, "SELECT count(*) FROM marks WHERE kind = 'line'").run().rows == [(len(trace.marks),)]
    told = [json.loads(line) for line in jsonl.lines(trace)]
    assert [each for each in told if each["record"] == "note"] == [
        {"record": "note", "time_ns": 10, "end_ns": 10, "call": call, "text": "why?"},
        {"record": "note", "time_ns": 20, "end_ns": 20, "dispatch": dispatch, "text": "look"},
        {"record": "note", "time_ns": 30, "end_ns": 40, "text": ""},
    ]
