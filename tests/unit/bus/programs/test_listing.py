"""The list of watched programs: launches with their processes as trees, believed no further than it is true."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bus.errors import UserError
from bus.programs.listing import Listing
from buslens.launching.session import PROCESS, STATE_BYTES, LaunchSession, Process
from buslens.recorder import Recorder


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    tmp_path.chmod(0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return tmp_path


def put(session: LaunchSession, name: str, state: str, **fields: object) -> None:
    text = state.ljust(STATE_BYTES - 1) + "\n" + "".join(f"{key}={value}\n" for key, value in fields.items())
    Path(session.folder, name + PROCESS).write_text(text)


def test_without_any_there_is_none() -> None:
    assert Listing().look() == []


def test_a_program_with_the_processes_that_it_began(runtime: Path) -> None:
    session = LaunchSession.made()
    process = Process(session, "")
    process.write()
    put(session, "7-2", "3 ended", parent=process.name, title="worker", python="3.9.1", started_ns=2 * 10**9)
    put(session, "8-3", "0 ended", parent="7-2", title="tool", started_ns=3 * 10**9)
    (found,) = Listing().look()
    assert found.folder == Path(session.folder)
    assert found.is_alive
    assert not found.has_records
    (root,) = found.processes
    assert (root.pid, root.state, root.is_alive) == (os.getpid(), "running", True)
    (worker,) = root.children
    assert (worker.pid, worker.title, worker.python, worker.buses, worker.began_s) == (7, "worker", "3.9.1", 3, 2.0)
    assert [each.title for each in worker.children] == ["tool"]
    capture = runtime / "x.buslens"
    capture.write_bytes(Recorder().take())
    process.records_into(str(capture))
    assert Listing().look()[0].has_records


def test_processes_that_say_to_descend_from_each_other_are_listed_once() -> None:
    session = LaunchSession.made()
    put(session, "7-1", "0 ended", parent="7-1", title="own parent", started_ns=1)
    put(session, "8-2", "0 ended", parent="9-3", title="a", started_ns=2)
    put(session, "9-3", "0 ended", parent="8-2", title="b", started_ns=3)
    (found,) = Listing().look()
    assert [(each.title, each.children) for each in found.processes] == [("own parent", ())]


def test_a_folder_that_others_may_enter_is_said(runtime: Path) -> None:
    LaunchSession.made()
    (runtime / "buslens").chmod(0o755)
    with pytest.raises(UserError, match="mode 0700"):
        Listing().look()
