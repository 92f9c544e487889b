"""Processes are used again, few are kept, and none is left behind, however their owner ends."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bus.engine_process import EngineProcesses
from bus.engine_process.remote_run import RemoteRun
from bus.session import Session
from tests.helpers.live import Live, over
from tests.helpers.patience import wait_until

ONE = "events: {a: {}}\nscript: [{emit: a}]"
ENDLESS = "events: {a: {}}\nhandlers: {h: {on: a, do: [{wait: forever}]}}\nscript: [{emit: a}]"

OWNER = """
import sys
from pathlib import Path
from bus.engine_process import EngineProcesses
from tests.helpers.live import Live
from tests.unit.bus.engine_process.test_processes import ENDLESS, pid_of
live = Live(Path(sys.argv[1]))
live.make_run = EngineProcesses().make_run
session = live.begun(ENDLESS)
live.calls(session, 1)
print(pid_of(session), flush=True)
session.wait(1000)
"""


@pytest.fixture
def own(live: Live) -> Iterator[EngineProcesses]:
    """Processes that this test has for itself."""
    with EngineProcesses() as processes:
        live.make_run = processes.make_run
        yield processes


def pid_of(session: Session) -> int:
    assert isinstance(session._runner, RemoteRun)
    return session._runner._process.pid


def is_there(pid: int) -> bool:
    """Whether it runs; one that has ended and that nobody has taken notice of does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False


def test_a_run_that_is_over_leaves_its_process_to_the_next(own: EngineProcesses, live: Live) -> None:
    own.prepare()
    session = live.ended(ONE)
    first = pid_of(session)
    session.stop()
    live.until(session, lambda: session._runner is None)
    session.start()
    assert pid_of(session) == first
    over(session)


def test_the_next_run_finds_a_process_while_the_one_before_has_not_ended(own: EngineProcesses, live: Live) -> None:
    session = live.begun(ENDLESS)
    (spare,) = [process.pid for process in own._all if process.is_free]
    session.start()
    assert pid_of(session) == spare


def test_one_is_kept_beside_the_one_at_work_and_no_more(own: EngineProcesses, live: Live) -> None:
    sessions = [live.begun(ONE) for _ in range(3)]
    assert len({pid_of(session) for session in sessions}) == 3
    pids = [process.pid for process in own._all]
    for session in sessions:
        over(session)
        session.stop()
        live.until(session, lambda session=session: session._runner is None)
    session.start()
    over(session)
    wait_until(lambda: sum(map(is_there, pids)) == 2, lambda: pids)


def test_in_the_end_none_is_left(live: Live) -> None:
    with EngineProcesses() as processes:
        live.make_run = processes.make_run
        session = live.begun(ENDLESS)
        live.calls(session, 1)
        pid = pid_of(session)
        assert is_there(pid)
    assert not is_there(pid)
    live.until(session, lambda: session.engine_state.phase in ("idle", "failed"))


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc")
def test_an_owner_that_is_killed_takes_its_process_along(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", OWNER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        pid = int(owner.stdout.readline())
        assert is_there(pid)
        owner.kill()
    wait_until(lambda: not is_there(pid), lambda: pid)
