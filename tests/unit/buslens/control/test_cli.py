"""`buslens emit` and `buslens tune`, as a person types them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pyee.base import EventEmitter

from buslens.control.cli import emit, tune
from buslens.launching.session import LaunchSession, Process
from tests.helpers.controlled import Running


def test_an_event_is_emitted_and_what_came_of_it_said(process: Running, capsys: pytest.CaptureFixture[str]) -> None:
    emitter, seen = EventEmitter(), []
    emitter.on("ordered", lambda *args, **kwargs: seen.append((args, kwargs)))
    name = process.bus(emitter).name
    for arguments, keywords in (('[{"id": 7}]', '{"a": 1}'), ('{"id": 7}', "{}"), ("5", "{}")):
        words = [process.stream, name, "ordered", arguments]
        assert emit(["--wait", "60", "--on=thread", "--keywords", keywords, *words]) == 0
    assert seen == [(({"id": 7},), {"a": 1}), (({"id": 7},), {}), ((5,), {})]
    assert capsys.readouterr().out.count("was emitted on a thread of buslens") == 3


def test_what_there_is_to_choose_from_is_shown(process: Running, capsys: pytest.CaptureFixture[str]) -> None:
    emitter = EventEmitter()
    emitter.on("ordered", print)
    assert emit(["--wait=60", process.stream]) == 0
    assert f"{process.bus(emitter).name} (pyee): by hand: right after" in capsys.readouterr().out
    assert tune(["--wait=60", process.stream]) == 0
    assert capsys.readouterr().out.startswith("payloads: full\n")


def test_what_is_recorded_changes(process: Running, capsys: pytest.CaptureFixture[str]) -> None:
    emitter = EventEmitter()
    emitter.on("ordered", print)
    arguments = ["--payloads=keys", "--only", "blinker", "--except", "pyee", "--wait=60", process.stream]
    assert tune(arguments) == 0
    assert "payloads are recorded as their fields and types alone, and " in capsys.readouterr().out
    assert process.control.program.choice.said()["except"] == ["pyee"]
    assert tune(["--all", "--wait=60", "--", process.stream]) == 0
    assert process.bus(emitter).is_recorded


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["1", "bus"], "a bus and an event"),
        (["1", "bus", "event", "{"], "the arguments: no JSON: line 1, column 2"),
        (["--keywords=[]", "1", "bus", "event"], "--keywords takes an object"),
        (["--on=moon", "1", "bus", "event"], "--on takes auto or thread"),
        (["--wait=0", "1", "bus", "event"], "--wait takes seconds"),
        (["--odd", "1"], "no such option: --odd"),
        (["1", "--keywords"], "--keywords needs a value"),
        (["/nowhere"], "neither a process nor the folder of a stream"),
    ],
)
def test_a_mistake_is_one_sentence(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert emit(arguments) == 2
    assert said in capsys.readouterr().err


def test_all_and_only_together_are_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert tune(["--all", "--only=pyee", "1"]) == 2
    assert "leave --only and --except out" in capsys.readouterr().err
    assert tune([]) == 2
    assert tune(["--help"]) == 0


def test_a_process_is_found_by_its_number(
    process: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert emit([str(os.getpid())]) == 1
    listed = Process(LaunchSession.made(), "")
    listed.write()
    assert emit([str(os.getpid())]) == 1
    said = capsys.readouterr().err.splitlines()
    assert said == [
        f"buslens: no process {os.getpid()} is watched that runs: buslens ps shows those that are",
        f"buslens: process {os.getpid()} has no bus yet",
    ]
    listed.records_into(process.stream)
    assert emit(["--wait=60", str(os.getpid())]) == 0
