"""`buslens ps` shows what is watched as a tree, believes no file, and removes what nobody needs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from buslens.launching import ps as listing
from buslens.launching.ps import KEPT_SECONDS, SessionSeen, is_alive, processes, ps, remove_stale, rows_of, sessions
from buslens.launching.session import PROCESS, STATE_BYTES, LaunchSession, Process, runtime_folder, start_ticks
from buslens.stream import StreamRecorder


@pytest.fixture(autouse=True)
def _runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "run").mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))


def put(session: LaunchSession, name: str, state: str, **fields: object) -> None:
    text = state.ljust(STATE_BYTES - 1) + "\n" + "".join(f"{key}={value}\n" for key, value in fields.items())
    Path(session.folder, name + PROCESS).write_text(text)


def ended_pid() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_without_any_it_says_how_to_watch_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert ps([]) == 0
    assert capsys.readouterr().out == "no program is watched, or was on the last day: buslens record -- python app.py\n"


def test_a_tree_with_how_each_one_ended(capsys: pytest.CaptureFixture[str]) -> None:
    session, gone = LaunchSession.made(), ended_pid()
    process = Process(session, "")
    process.write()
    put(session, f"{gone}-2", "3 running", parent=process.name, title="worker", started_ns=2, ticks=5, capture="/tmp/w")
    put(session, f"{gone}-3", "0 ended", parent=f"{gone}-2", title="tool", started_ns=3, ticks=6)
    assert ps([]) == 0
    header, *lines = capsys.readouterr().out.splitlines()
    titles = [
        "PID",
        "PYTHON",
        "BUSES",
        "EVENTS/S",
        "DROPPED",
        "COST",
        "CONTROL",
        "SINCE",
        "STATE",
        "PROGRAM",
        "CAPTURE",
    ]
    assert header.split() == titles
    assert lines[0].split()[0] == str(os.getpid())
    assert lines[0].split()[8] == "running"
    assert "ended without a word (killed, crashed, or os._exit)" in lines[1]
    assert [line.index(title) for line, title in zip(lines[1:], ("worker", "tool"), strict=True)] == [
        header.index("PROGRAM") + 2,
        header.index("PROGRAM") + 4,
    ]
    assert lines[1].endswith("/tmp/w")


def test_a_process_that_became_another_program_is_said_so() -> None:
    session, ticks = LaunchSession.made(), start_ticks(os.getpid())
    put(session, f"{os.getpid()}-1", "1 running", started_ns=10**9, ticks=ticks)
    put(session, f"{os.getpid()}-2", "1 running", started_ns=3 * 10**9, ticks=ticks)
    assert [(each.state, each.is_alive) for each in processes(session.folder)] == [
        ("became another program", False),
        ("running", True),
    ]


def test_what_has_ended_is_not_read_again_and_what_runs_is() -> None:
    session, gone = LaunchSession.made(), ended_pid()
    process = Process(session, "")
    process.write()
    put(session, f"{gone}-2", "1 ended", started_ns=1, title="before")
    Path(session.folder, "9-9" + PROCESS).touch()  # just being written
    seen = SessionSeen(session.folder)
    assert [each.title for each in seen.processes()][:1] == ["python"]
    put(session, f"{gone}-2", "1 ended", started_ns=1, title="after")
    put(session, "9-9", "2 ended", started_ns=2, title="written")
    process.one_bus_more()
    assert [(each.title, each.buses) for each in seen.processes()[:2]] == [("before", 1), ("written", 2)]
    assert seen.processes()[2].buses == 1


def test_what_it_says_at_its_end_is_heard_also_when_it_is_looked_at_then(monkeypatch: pytest.MonkeyPatch) -> None:
    session, gone = LaunchSession.made(), ended_pid()
    put(session, f"{gone}-2", "1 running", started_ns=1, ticks=5)

    def says_it_and_ends(pid: int, ticks: int) -> bool:
        put(session, f"{gone}-2", "1 ended", started_ns=1, ticks=5)
        return False

    monkeypatch.setattr(listing, "is_alive", says_it_and_ends)
    assert [each.state for each in processes(session.folder)] == ["ended"]


def test_events_a_second_and_what_was_dropped_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    session = LaunchSession.made()
    process, recorder = Process(session, ""), StreamRecorder.into(session.folder)
    process.write()
    process.records_into(recorder.path)
    event = recorder.event("a", recorder.bus("b"))
    recorder.dispatch(recorder.next_id(), 0, event, recorder.here(), 0, None, has_payload=False)
    assert ps([]) == 0
    assert capsys.readouterr().out.splitlines()[1].split()[3:5] == ["1", "0"]
    recorder.close()


def test_garbage_links_and_cycles_are_passed_over(tmp_path: Path) -> None:
    session = LaunchSession.made()
    put(session, "1-1", "x", parent="1-2", title="\\x1b[2J", started_ns="nine", ticks="-1")
    put(session, "1-2", "999 running", parent="1-1", ticks="9" * 40)
    Path(session.folder, "7-7" + PROCESS).symlink_to("/etc/passwd")
    Path(session.folder, "name" + PROCESS).write_text("1 running\n")
    os.mkfifo(Path(session.folder, "8-8" + PROCESS))
    found = processes(session.folder)
    assert [(each.name, each.is_alive) for each in found] == [("1-1", False), ("1-2", False)]
    assert found[0].title == "?[2J"
    assert list(rows_of(found)) == []
    Path(session.folder).parent.joinpath("link").symlink_to(tmp_path)
    assert sessions(runtime_folder()) == [session.folder]


def test_sessions_go_when_all_their_processes_ended_long_ago() -> None:
    old, living = LaunchSession.made(), None
    put(old, f"{ended_pid()}-1", "1 running", started_ns=1, ticks=1)
    folder = runtime_folder()
    os.rename(old.folder, os.path.join(folder, "old"))
    living = LaunchSession.made()
    Process(living, "").write()
    assert remove_stale(folder) == []
    assert remove_stale(folder, time.time() + KEPT_SECONDS + 60) == [os.path.join(folder, "old")]
    assert sessions(folder) == [living.folder]


def test_a_number_that_another_process_has_now_is_not_alive() -> None:
    assert is_alive(os.getpid(), start_ticks(os.getpid()))
    assert not is_alive(os.getpid(), start_ticks(os.getpid()) + 1)
    assert not is_alive(2**30, 5)


def test_it_takes_no_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    assert (ps(["--help"]), ps(["x"])) == (0, 2)
    assert "usage: buslens ps" in capsys.readouterr().out
