"""The socket of a process: there when it was asked for and never else, said in the capture, gone with the process."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from pyee.base import EventEmitter

from buslens.control import control as module
from buslens.control.control import SAID
from buslens.control.places import is_socket, socket_of
from buslens.launching.program import ProgramWatch
from tests.helpers.controlled import Running, running


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "buslens control"]


def test_without_the_option_there_is_neither_thread_nor_socket(tmp_path: Path) -> None:
    program = ProgramWatch()
    program.start(to=tmp_path, only=["pyee"])
    assert program.recorder is not None
    assert not is_socket(socket_of(program.recorder.path))  # type: ignore[attr-defined]
    assert threads() == []
    program.stop()


def test_with_it_both_are_there_for_this_user_alone_and_the_capture_says_so(process: Running) -> None:
    path = Path(socket_of(process.stream))
    assert stat.S_IMODE(path.lstat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.lstat().st_mode) == 0o700
    assert threads() == ["buslens control"]
    assert any(mark.startswith(SAID) for mark in process.marks)


def test_both_are_gone_when_nobody_is_watched_any_more(tmp_path: Path) -> None:
    with running(tmp_path / "session") as process:
        path = socket_of(process.stream)
        process.control.end_now()
        assert not is_socket(path)
    assert threads() == []
    assert process.control.path == ""


def test_a_capture_file_has_no_place_for_it(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a folder that is there"):
        ProgramWatch().start(to=tmp_path / "x.buslens", control=True)


def test_before_a_fork_the_thread_ends_and_in_the_parent_another_goes_on(process: Running) -> None:
    held = process.raw()
    assert held.line()["pid"] == os.getpid()
    process.control.rest()
    assert threads() == []
    process.control.go_on()
    held.send(b'{"do": "look", "id": 5}\n')
    assert held.line()["id"] == 5
    held.close()


def test_a_forked_child_takes_commands_from_its_first_fact_on(process: Running) -> None:
    emitter = EventEmitter()
    emitter.on("x", lambda *_: None)
    process.ask("tune", payloads="keys")
    parent, path = process.stream, process.control.path
    process.control.rest()  # what the system does around a fork, in a process that goes on as its child
    process.recorder.after_fork(1)
    process.control.after_fork(1)
    assert is_socket(path), "it is the parent's"
    assert threads() == []
    emitter.emit("x", 1)
    process.stream = process.recorder.path
    assert process.stream != parent
    assert process.ask("look")["payloads"] == "keys"
    assert "from here on payloads are recorded as their fields and types alone, as a person has asked" in process.marks
    os.unlink(path)


def test_under_green_threads_it_takes_none_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_thread", SimpleNamespace(start_new_thread=lambda: None))
    with running(tmp_path / "session") as process:
        assert process.control.path == ""
        assert (
            "this program takes no commands: its threads are not the system's own (gevent, eventlet)" in process.marks
        )
