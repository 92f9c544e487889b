"""A session is read in a process of its own as it is in this one; what becomes of that process is a sentence."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bus.errors import UserError
from bus.programs import session_folder
from bus.session.open_capture import MOST_RESTARTS
from bus.session.reader_process import ReaderProcess
from bus.session.session import Session
from bus.settings import Settings
from bus.stream.behind import NOT_BEHIND
from bus.trace import Trace
from buslens.wire import END_MARK
from tests.helpers.patience import PATIENCE_S, wait_until
from tests.unit.bus.programs.played import Played, S, events

pytestmark = pytest.mark.skipif(os.name != "posix", reason="sessions need POSIX")
EMITS = """
import sys, buslens
from buslens.stream import StreamRecorder
from pyee import EventEmitter
bus, recorder = EventEmitter(), StreamRecorder.into(sys.argv[1], "shop")
buslens.attach(bus, recorder=recorder)
bus.on("tick", lambda order: None)
for line in sys.stdin:
    for n in range(int(line)):
        bus.emit("tick", {"id": n})
    print(flush=True)
recorder.close()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "session"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def program(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Emits as many events as it is told, and answers then."""
    command = [sys.executable, "-c", EMITS, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        emit(program, 10)
        yield program


def emit(program: subprocess.Popen[str], count: int) -> None:
    assert program.stdin is not None
    assert program.stdout is not None
    program.stdin.write(f"{count}\n")
    program.stdin.flush()
    assert program.stdout.readline() == "\n"


def taken(reader: ReaderProcess, trace: Trace, emits: int) -> None:
    def has_come() -> bool:
        reader.step(0.01, trace.feed)
        return len(trace.calls) >= emits or bool(reader.problem)

    wait_until(has_come, lambda: (len(trace.calls), reader.problem))


def test_it_gives_what_comes_until_all_have_ended(folder: Path, program: subprocess.Popen[str]) -> None:
    reader, trace = ReaderProcess(folder), Trace()
    taken(reader, trace, 10)
    wait_until(lambda: reader.step(0.01, trace.feed) or reader.now_ns, lambda: reader.problem)  # said after the records
    assert reader.now_ns >= int(trace.dispatches.emitted_ns[9])
    emit(program, 50_000)
    taken(reader, trace, 50_010)
    assert program.stdin is not None
    program.stdin.close()
    program.wait(PATIENCE_S)
    wait_until(lambda: reader.step(0.01, trace.feed) or reader.ended, lambda: reader.problem)
    assert (len(trace.dispatches), trace.ended, trace.damage) == (50_010, True, "")
    assert reader.behind() == NOT_BEHIND
    assert trace.payload(50_009).value == {"id": 49_999}
    reader.close()
    reader.close()


def test_it_waits_for_whoever_takes_what_it_reads(folder: Path, program: subprocess.Popen[str]) -> None:
    reader, trace = ReaderProcess(folder), Trace()
    emit(program, 200_000)
    before = len(trace.calls)
    reader.step(0.0, trace.feed)  # one piece at most
    assert len(trace.calls) - before < 200_000
    taken(reader, trace, 200_010)
    assert not reader.problem
    reader.close()


def test_its_death_is_a_sentence_and_what_came_stays(folder: Path, program: subprocess.Popen[str]) -> None:
    reader, trace = ReaderProcess(folder), Trace()
    taken(reader, trace, 10)
    os.kill(reader._process.pid, signal.SIGKILL)
    wait_until(lambda: reader.step(0.01, trace.feed) or bool(reader.problem), lambda: "nothing is said")
    assert reader.problem == (
        f"The process that read the programs of {folder.name} has ended (killed by signal 9): "
        "what came before is shown. Open them again."
    )
    assert len(trace.dispatches) == 10
    again, anew = ReaderProcess(folder), Trace()
    taken(again, anew, 10)
    for each in (reader, again):
        each.close()


def test_what_is_no_message_ends_it(folder: Path, program: subprocess.Popen[str]) -> None:
    reader = ReaderProcess(folder, command=[sys.executable, "-c", "print('no message at all', flush=True); input()"])
    wait_until(lambda: reader.step(0.01, lambda _: None) or bool(reader.problem), lambda: "nothing is said")
    assert "it said something that is no message" in reader.problem
    reader.close()


def test_it_says_what_is_wrong_with_a_folder_and_a_command(folder: Path) -> None:
    with pytest.raises(UserError, match="no process has recorded anything into it"):
        ReaderProcess(folder)
    played = Played("web.py", 1 << 22)
    played.emit("web", at=3 * S)
    (folder / "web.buslens").write_bytes(played.recorder.take() + END_MARK)
    (folder / "4194304-1.process").write_text("1 ended".ljust(39) + f"\ncapture={folder / 'web.buslens'}\n")
    with pytest.raises(UserError, match="could not be started"):
        ReaderProcess(folder, command=["/nowhere/python"])
    reader, trace = ReaderProcess(folder), Trace()
    wait_until(lambda: reader.step(0.01, trace.feed) or reader.ended, lambda: reader.problem)
    assert events(trace) == [("web", 3 * S)]
    reader.close()


def test_a_session_shows_programs_by_it_and_ends_it_with_the_view(folder: Path, program: subprocess.Popen[str]) -> None:
    session = Session(Settings(), trusted=lambda _hash: False)
    assert session.opening.follow_programs == session_folder.follow
    session.opening.follow_programs = ReaderProcess
    session.open_programs(folder)
    reader = session.following
    assert isinstance(reader, ReaderProcess)
    wait_until(lambda: len(session.trace.calls) >= 10 or (session.pump() and False), lambda: session.engine_state)
    session.opening.cancel()
    session.pump()
    assert session.trace.damage.startswith("Following was stopped")
    assert reader._process.poll() is not None
    session.close()


def test_where_it_dies_the_session_reads_the_programs_again_and_says_so(
    folder: Path, program: subprocess.Popen[str]
) -> None:
    session = Session(Settings(), trusted=lambda _hash: False)
    session.opening.follow_programs = ReaderProcess
    session.open_programs(folder)

    def pumped(condition: Callable[[], bool]) -> None:
        wait_until(lambda: session.pump() is None or condition(), lambda: (session.engine_state, session.trace.damage))

    for _ in range(MOST_RESTARTS):
        pumped(lambda: len(session.trace.calls) >= 10)
        reader, trace = session.following, session.trace
        assert isinstance(reader, ReaderProcess)
        os.kill(reader._process.pid, signal.SIGKILL)
        pumped(lambda reader=reader: session.following is not reader)  # type: ignore[misc]
        assert session.engine_state.phase == "following"
        assert "was started again" in session.engine_state.trouble
        assert trace.damage.startswith("The process that read these programs had ended")
    emit(program, 5)
    pumped(lambda: len(session.trace.calls) >= 15)
    reader = session.following
    assert isinstance(reader, ReaderProcess)
    os.kill(reader._process.pid, signal.SIGKILL)
    pumped(lambda: session.following is None)
    assert "Open them again" in session.trace.damage, "one that dies again and again is not started for ever"
    assert (session.engine_state.phase, session.engine_state.trouble) == ("idle", "")
    session.close()
