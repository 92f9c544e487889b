"""`buslens.start()` watches every emitter of the process, and `stop()` leaves no trace of it."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pyee.asyncio import AsyncIOEventEmitter
from pyee.base import EventEmitter

import buslens
from buslens.adapters import ADAPTERS, Adapter
from buslens.launching.program import ProgramWatch, chosen_adapters
from buslens.redaction import Redaction
from buslens.watching.first_use import FirstUse
from buslens.watching.sent_messages import SENT
from buslens.watching.trace_context import ADDED
from tests.helpers.seen import seen
from tests.helpers.streams import events, followed, payloads


@pytest.fixture
def program() -> Iterator[ProgramWatch]:
    made = ProgramWatch()
    yield made
    made.stop()


class Later:
    """Calls back when the test says that a library was imported."""

    def __init__(self) -> None:
        self.then: dict[str, Callable[[], Any]] = {}

    def wait(self, module: str, then: Callable[[], Any]) -> None:
        self.then[module] = then

    def forget(self) -> None:
        self.then.clear()


def test_into_a_folder_each_process_writes_a_stream_which_may_have_a_budget(
    program: ProgramWatch, tmp_path: Path
) -> None:
    program.start(to=tmp_path, only=["pyee"], name="shop", budget="5%")
    emitter = EventEmitter()
    emitter.on("x", str)
    emitter.emit("x", 1)
    program.stop()
    emitter.emit("x", 2)
    (stream,) = tmp_path.iterdir()
    trace, follower = followed(stream)
    assert (events(trace), payloads(trace)) == (["x"], [1])
    assert (follower.header.process, follower.ended, follower.header.extra["budget"]) == ("shop", True, 0.05)


def test_what_of_payloads_is_recorded_is_chosen_at_the_start(program: ProgramWatch, tmp_path: Path) -> None:
    program.start(to=tmp_path, only=["pyee"], redaction=Redaction("keys", ["mail"]))
    emitter = EventEmitter()
    emitter.on("x", str)
    emitter.emit("x", {"id": 7})
    program.stop()
    (stream,) = tmp_path.iterdir()
    assert payloads(followed(stream)[0]) == [{"id": "<int>"}]


@pytest.mark.parametrize(("budget", "problem"), [("5%", "name a folder that is there"), ("much", "such as 5%")])
def test_a_budget_that_cannot_be_kept_is_refused(
    program: ProgramWatch, tmp_path: Path, budget: str, problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        program.start(to=tmp_path / "a.buslens", budget=budget)
    assert not program.is_running
    assert not list(tmp_path.iterdir())


def test_every_emitter_is_watched_from_where_it_was_made(program: ProgramWatch, tmp_path: Path) -> None:
    old = EventEmitter()
    old.on("x", print)
    program.start(to=tmp_path / "a.buslens", only=["pyee"])
    one, line = AsyncIOEventEmitter(), sys._getframe().f_lineno
    one.on("x", str)
    one.emit("x", 1)
    old.emit("x", "said before")
    assert buslens.attach(one).recorder is buslens.attach(old).recorder
    program.stop()
    capture = seen(tmp_path / "a.buslens")
    assert {f"AsyncIOEventEmitter at {Path(__file__).name}:{line}", "EventEmitter"} <= set(capture.buses)
    assert capture.events == ["x", "x"]
    assert capture.ended
    assert any("already are seen from their next use on" in mark for mark in capture.marks)


@pytest.mark.parametrize("adapter", [each for each in ADAPTERS if each.versions], ids=lambda adapter: adapter.library)
def test_all_objects_of_every_library_can_be_watched(adapter: Adapter) -> None:
    """Where it is not so, a person must be told why: see docs/adapters.md."""
    pytest.importorskip(adapter.library)
    classes = adapter.hooks().everything()
    assert classes
    for kind, methods in classes.items():
        assert all(callable(getattr(kind, name)) for name in methods), kind


def test_stop_leaves_classes_and_objects_as_they_were(program: ProgramWatch, tmp_path: Path) -> None:
    before = dict(vars(EventEmitter))
    program.start(to=tmp_path / "a.buslens")
    assert type(vars(EventEmitter)["_call_handlers"]) is FirstUse
    emitter = EventEmitter()
    emitter.on("x", print)
    program.stop()
    assert dict(vars(EventEmitter)) == before
    assert "_call_handlers" not in vars(emitter)
    EventEmitter().emit("x")
    assert seen(tmp_path / "a.buslens").events == []


def test_a_library_is_watched_when_it_comes(program: ProgramWatch, tmp_path: Path) -> None:
    hook = Later()
    program.start(to=tmp_path / "a.buslens", hook=hook)
    hook.then["pyee"]()
    EventEmitter().emit("x")
    program.stop()
    assert seen(tmp_path / "a.buslens").events == ["x"]
    assert hook.then == {}


def test_a_second_start_changes_nothing(program: ProgramWatch, tmp_path: Path) -> None:
    program.start(to=tmp_path / "a.buslens")
    program.start(to=tmp_path / "b.buslens")
    assert not (tmp_path / "b.buslens").exists()


def test_a_version_that_the_adapter_does_not_know_is_said(
    program: ProgramWatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def load(adapter: Adapter) -> Any:
        raise adapter.lacks("emit")

    caplog.set_level(logging.INFO, "buslens")
    program.load = load
    program.start(to=tmp_path / "a.buslens", only=["pyee"])
    program.stop()
    said = "this pyee has no emit: buslens watches emitters of pyee 9.1 to 16"
    assert seen(tmp_path / "a.buslens").marks[1:] == [said]
    assert [record.getMessage() for record in caplog.records][1:] == [said]
    assert caplog.records[0].getMessage().endswith("what else it starts is not seen")


def test_a_library_that_is_not_known_is_said_before_anything_happens(program: ProgramWatch, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="knows no library 'pye': it watches pyee, "):
        program.start(to=tmp_path / "a.buslens", only=["pye"])
    assert not program.is_running
    assert not (tmp_path / "a.buslens").exists()
    assert chosen_adapters([]) == list(ADAPTERS)


def test_secrets_are_in_no_file(program: ProgramWatch, tmp_path: Path) -> None:
    program.start(to=tmp_path / "a.buslens", only=["pyee"])
    bus = EventEmitter()
    bus.on("login", lambda user: {}[user["password"]])
    for _ in range(2):
        with pytest.raises(KeyError):
            bus.emit("login", {"name": "ann", "password": "hunter2 is mine", "of": [{"api_key": "abcdef123456"}]})
    bus.emit("said", "Bearer abcdefgh12345678")
    program.stop()
    data = (tmp_path / "a.buslens").read_bytes()
    assert b"ann" in data
    assert b"<redacted " in data
    for secret in (b"abcdef123456", b"abcdefgh12345678"):
        assert secret not in data


def test_injecting_is_said_in_the_capture(program: ProgramWatch, tmp_path: Path) -> None:
    program.start(to=tmp_path / "a.buslens", only=["pyee"], inject=True)
    assert program.recorder is not None
    assert SENT.of(program.recorder).traces.injects
    program.stop()
    assert ADDED in seen(tmp_path / "a.buslens").marks
