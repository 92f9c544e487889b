"""What is recorded changes from the next dispatch on, is never more than the program allows, and is in the capture."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
from pyee.base import EventEmitter

from buslens.control.client import NoAnswer
from buslens.records import Lacking
from buslens.redaction import Redaction
from tests.helpers.controlled import Running, running
from tests.helpers.streams import events, payloads


def name_of(process: Running, emitter: EventEmitter) -> str:
    return process.bus(emitter).name


def heard() -> EventEmitter:
    emitter = EventEmitter()
    emitter.on("x", lambda *_: None)
    return emitter


def test_a_bus_that_is_left_out_is_not_recorded_until_it_is_again(process: Running) -> None:
    some, other = heard(), heard()
    name = name_of(process, some)
    assert process.ask("tune", **{"except": [name]})["said"] == f"from now on {name} is not recorded"
    some.emit("x", 1)
    other.emit("x", 2)
    some.on("later", print)
    assert process.ask("tune", all=True)["said"] == f"from now on {name} is recorded again"
    some.emit("x", 3)
    trace = process.trace
    assert payloads(trace) == [2, 3]
    assert "later" in {trace.names.text(int(each)) for each in trace.subscriptions.view("event")}
    assert [mark for mark in process.marks if mark.startswith("from here on")] == [
        f"from here on {name} is not recorded, as a person has asked; nor are later ones of {name}",
        f"from here on {name} is recorded again, as a person has asked",
    ]


def test_only_one_library_is_recorded_also_of_objects_that_come(process: Running) -> None:
    before = heard()
    process.ask("tune", only=["blinker"])
    after = heard()
    for emitter in (before, after):
        emitter.emit("x")
    assert events(process.trace) == []
    process.ask("tune", only=["pyee"])
    for emitter in (before, after, heard()):
        emitter.emit("x")
    assert events(process.trace) == ["x"] * 3


def test_what_handlers_of_a_bus_that_is_left_out_emit_has_no_cause_that_is_known(process: Running) -> None:
    quiet, loud = heard(), heard()
    quiet.on("x", lambda *_: loud.emit("x"))
    loud.emit("x")
    process.ask("tune", **{"except": [name_of(process, quiet)]})
    quiet.emit("x")
    trace = process.trace
    assert trace.dispatches.cause_unknown.tolist() == [False, True]


@pytest.mark.parametrize(("level", "told"), [("keys", [{"id": "<int>"}]), ("off", [None]), ("full", [{"id": 7}])])
def test_payloads_are_told_less_of_from_the_next_dispatch_on(process: Running, level: str, told: list[object]) -> None:
    emitter = heard()
    for _ in range(100):  # until the stream has a form for what they look like
        emitter.emit("x", {"id": 7})
    process.ask("tune", payloads=level)
    emitter.emit("x", {"id": 7})
    emitter.emit("x", {"id": 7})
    process.ask("tune", payloads="full")
    emitter.emit("x", {"id": 7})
    assert payloads(process.trace) == [{"id": 7}] * 100 + told * 2 + [{"id": 7}]


def test_no_more_is_told_than_the_program_was_started_with(tmp_path: Path) -> None:
    with running(tmp_path / "session") as process:
        process.recorder.redaction = Redaction("keys")
        process.control.program.choice.most = "keys"
        with pytest.raises(NoAnswer, match="started with payloads keys: no more"):
            process.ask("tune", payloads="full")
        process.ask("tune", payloads="off")
        assert process.ask("tune", payloads="keys")["payloads"] == "keys"
        with pytest.raises(NoAnswer, match="off, keys or full, and not 'all'"):
            process.ask("tune", payloads="all")


def test_secrets_stay_what_they_are_whatever_is_tuned(process: Running) -> None:
    emitter = heard()
    emitter.emit("x", {"password": "abc"})
    process.ask("tune", payloads="off")
    process.ask("tune", payloads="full")
    emitter.emit("x", {"password": "abc"})
    first, second = payloads(process.trace)
    assert first == second
    assert "abc" not in str(first)


def test_the_capture_says_what_is_lacking(process: Running) -> None:
    heard()
    process.ask("tune", payloads="keys", only=["blinker"])
    process.ask("tune", payloads="full", all=True)
    lacking = process.trace.marks.lacking.tolist()
    assert lacking[-2:] == [Lacking.DISPATCHES | Lacking.PAYLOADS, 0]


def test_what_is_chosen_already_changes_nothing(process: Running) -> None:
    assert process.ask("tune", payloads="full", all=True)["said"] == "nothing changes: it was recorded so already"
    assert not any(mark.startswith("from here on") for mark in process.marks)


def test_an_emitter_that_is_copied_while_it_is_left_out_keeps_its_hooks(process: Running) -> None:
    emitter = heard()
    process.ask("tune", only=[])
    vars(emitter)["_lock"] = None
    copied = copy.copy(emitter)
    assert "_call_handlers" in vars(emitter)
    assert "_call_handlers" not in vars(copied)
