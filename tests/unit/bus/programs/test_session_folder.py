"""The folder of a session as people meet it: a program and its children, seen as one."""

from __future__ import annotations

import itertools
import os
import time
from pathlib import Path
from typing import Any

import pytest
from pyee import EventEmitter

import buslens
from bus.errors import UserError
from bus.programs import session_folder
from bus.programs.loading import load
from bus.programs.session_folder import SessionFolder
from bus.programs.session_follower import SessionFollower
from bus.trace import Trace
from buslens.launching.session import PROCESS, STATE_BYTES, start_ticks
from buslens.stream import StreamLimits, StreamRecorder
from buslens.wire import END_MARK
from tests.helpers.patience import PATIENCE_S, wait_until
from tests.unit.bus.programs.played import Played, S, events


def launched(folder: Path, capture: Path, pid: int, started_ns: int, state: str = "1 ended", ticks: int = 5) -> Path:
    """A process's file as `buslens record` leaves it."""
    told = folder / f"{pid}-{started_ns}{PROCESS}"
    fields = f"title=app.py\nstarted_ns={started_ns}\nticks={ticks}\ncapture={capture}\n"
    told.write_text(state.ljust(STATE_BYTES - 1) + "\n" + fields)
    return told


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two processes: the second began later and emitted first."""
    folder = tmp_path / "20261129-101500-77"
    folder.mkdir(mode=0o700)
    for name, pid, at in (("web.py", 1 << 22, 3 * S), ("worker.py", (1 << 22) + 1, 2 * S)):
        played = Played(name, pid)
        played.emit(name[:-3], at=at)
        capture = folder / f"{name}.buslens"
        capture.write_bytes(played.recorder.take() + END_MARK)
        launched(folder, capture, pid, pid)
    return folder


def test_all_processes_are_one_trace(folder: Path) -> None:
    trace = load(folder)
    assert events(trace) == [("worker", 2 * S), ("web", 3 * S)]
    assert trace.ended
    assert not trace.damage


def test_a_session_is_called_by_its_program(folder: Path, tmp_path: Path) -> None:
    assert SessionFolder(folder).title == f"app.py {1 << 22}"
    assert SessionFolder(tmp_path).title == tmp_path.name


def test_some_of_its_processes_are_watched_and_the_session_is_called_by_them(folder: Path) -> None:
    worker = folder / "worker.py.buslens"
    some = SessionFolder(folder, [worker])
    assert some.records() == [worker]
    assert some.title == f"app.py {(1 << 22) + 1}"
    assert SessionFolder(folder, SessionFolder(folder).records()).title == f"app.py {1 << 22} and 1 more"
    launched(folder, folder / "late.buslens", os.getpid(), 3, "0 running", start_ticks(os.getpid()))
    assert not some.lives()
    follower, trace = session_folder.follow(folder, [worker]), Trace()
    wait_until(lambda: follower.step(0, trace.feed) or follower.ended, lambda: follower.problem)
    assert events(trace) == [("worker", 2 * S)]


def test_any_file_of_a_session_is_of_it(folder: Path) -> None:
    assert session_folder.session_of(folder) == folder
    for path in folder.iterdir():
        assert session_folder.session_of(path) == folder


def test_a_file_beside_a_session_is_itself(folder: Path, tmp_path: Path) -> None:
    other = folder / "notes.yaml"
    other.write_text("buslens: 1\n")
    assert session_folder.session_of(other) is None
    assert session_folder.session_of(tmp_path / "nothing.buslens") is None
    assert session_folder.session_of(tmp_path) is None


def test_what_is_known_is_not_looked_into_again(folder: Path) -> None:
    session = SessionFolder(folder)
    found = session.records()
    for path in found:
        path.write_bytes(b"")
    for told in folder.glob(f"*{PROCESS}"):
        told.write_text(told.read_text().replace("app.py", "other.py"))
    assert session.records() == found
    assert session.title == f"app.py {1 << 22}"
    assert SessionFolder(folder).records() == []


def test_a_file_in_a_folder_that_cannot_be_listed_is_of_no_session(tmp_path: Path) -> None:
    assert session_folder.session_of(tmp_path / "gone" / "a.buslens") is None


def test_a_capture_file_is_loaded_as_ever(folder: Path) -> None:
    assert events(load(folder / "web.py.buslens")) == [("web", 3 * S)]


@pytest.mark.skipif(os.name != "posix", reason="streams need POSIX")
def test_streams_are_read_too(folder: Path) -> None:
    recorder = StreamRecorder.into(folder, "stream.py")
    event = recorder.event("streamed", recorder.bus("b"))
    recorder.dispatch(recorder.next_id(), 0, event, recorder.here(), 0, {"n": 1})
    recorder.close()
    trace = load(folder)
    assert {event for event, _ in events(trace)} == {"web", "worker", "streamed"}
    stream = Path(recorder.path)
    assert session_folder.session_of(stream) == folder
    assert session_folder.session_of(stream / "head") == folder


@pytest.mark.skipif(os.name != "posix", reason="streams need POSIX")
def test_a_program_that_records_while_it_is_read_is_read_up_to_now(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = StreamRecorder.into(folder, "stream.py")
    event = recorder.event("streamed", recorder.bus("b"))
    before = SessionFollower.read_frames
    emitted = 0

    def emit_and_read(follower: SessionFollower) -> bytes:
        nonlocal emitted
        emitted += 1
        assert emitted < 10_000, "it would go on for ever"
        recorder.dispatch(recorder.next_id(), 0, event, recorder.here(), 0, None)
        return before(follower)

    emit_and_read(session_folder.follow(folder))
    monkeypatch.setattr(SessionFollower, "read_frames", emit_and_read)
    trace = load(folder)
    assert 3 <= len(trace.dispatches) <= emitted + 2


@pytest.mark.parametrize("by", ["relative", "link"])
def test_a_stream_is_read_once_by_whatever_path(by: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "20261129-101500-77"
    folder.mkdir(mode=0o700)
    recorder = StreamRecorder.into(str(folder), "web.py")
    recorder.dispatch(recorder.next_id(), 0, recorder.event("ping"), recorder.here(), 0, None)
    recorder.close()
    (stream,) = (each for each in folder.iterdir() if each.is_dir())
    launched(folder, stream, os.getpid(), 1)
    monkeypatch.chdir(tmp_path)
    path = Path(folder.name)
    if by == "link":
        path = tmp_path / "link"
        path.symlink_to(folder)
    assert len(session_folder.read(path).dispatches) == 1


def test_what_has_not_begun_comes_later(folder: Path) -> None:
    capture = folder / "late.buslens"
    launched(folder, capture, os.getpid(), (1 << 22) + 2, "0 running", start_ticks(os.getpid()))
    assert len(load(folder).dispatches) == 2
    follower = session_folder.follow(folder)
    follower.read_frames()
    played = Played("late.py", (1 << 22) + 2)
    played.emit("late", at=5 * S)
    capture.write_bytes(played.recorder.take() + END_MARK)
    wait_until(lambda: b"late" in follower.read_frames(), lambda: follower.problem)
    follower.close()


def test_what_is_there_is_read_whole_however_long_the_machine_is_busy_between_two_reads(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = itertools.count()
    monkeypatch.setattr(time, "monotonic", lambda: float(next(seconds)))
    assert events(load(folder)) == [("worker", 2 * S), ("web", 3 * S)]


def test_one_that_cannot_be_read_is_left_out_and_said(folder: Path) -> None:
    bad = folder / "bad.buslens"
    bad.write_bytes(b"BUSLENS\n" + b"\xff" * 100)
    launched(folder, bad, (1 << 22) + 3, 1)
    trace = load(folder)
    assert len(trace.dispatches) == 2
    assert "a process of this session is left out" in trace.marks.text(0)


def test_a_folder_that_is_none_is_said(tmp_path: Path) -> None:
    assert not session_folder.is_session(tmp_path)
    with pytest.raises(UserError, match="this folder is no session"):
        load(tmp_path)


def test_what_became_another_program_is_told_from_what_was_killed(folder: Path) -> None:
    ticks = start_ticks(os.getpid())
    for number in (1, 2):
        launched(folder, folder / f"{number}.buslens", os.getpid(), number * 10**9, "1 running", ticks)
    assert SessionFolder(folder).replaced() == {folder / "1.buslens"}


def test_of_a_session_that_is_watched_what_is_too_much_goes_and_the_rest_can_be_opened_again(tmp_path: Path) -> None:
    emitter, space = EventEmitter(), StreamLimits(first=4096, largest=8192, left_on_disk=0)
    recorder = StreamRecorder.into(tmp_path, "shop", space=space)
    buslens.attach(emitter, recorder=recorder)
    emitter.on("tick", lambda _: None)
    windows = [session_folder.follow(tmp_path, most_stream=50_000) for _ in range(2)]
    traces = [Trace(), Trace()]
    for start in range(0, 4000, 200):
        for number in range(start, start + 200):
            emitter.emit("tick", number)
        for window, trace in zip(windows, traces, strict=True):
            window.step(PATIENCE_S, trace.feed)
    for window, trace in zip(windows, traces, strict=True):

        def has_all(window: Any = window, trace: Trace = trace) -> bool:
            window.step(0.1, trace.feed)  # one that has just looked in vain does not look again at once
            return len(trace.dispatches) == 4000

        wait_until(has_all, lambda: [len(trace.dispatches) for trace in traces])
    assert sum(path.stat().st_size for path in Path(recorder.path).iterdir()) < 100_000
    for window in windows:
        window.close()
    recorder.close()
    later = load(tmp_path)
    told = [later.marks.text(row) for row in range(len(later.marks))]
    assert any("removed while it was watched" in each for each in told)
    assert later.payload(len(later.dispatches) - 1).value == 3999
    assert 0 < len(later.dispatches) < 4000
