"""A session as a person follows it: processes come, go, die and are damaged, and the others go on."""

from __future__ import annotations

from pathlib import Path

import pytest

from bus.errors import UserError
from bus.programs import session_follower
from bus.programs.session_follower import SessionFollower
from bus.stream.behind import NOT_BEHIND, Behind
from bus.trace import Trace
from bus.trace.processes import DAMAGED, DIED, ENDED, REPLACED, RUNNING
from buslens import wire
from tests.unit.bus.programs.played import Played, S, events


class Followed:
    """A process of a session whose records a test hands over."""

    def __init__(self, played: Played) -> None:
        self.played = played
        self.header = played.recorder.header
        self.problem = ""
        self.ended = self.died = False
        self.is_closed = False
        self.now_ns = 7
        self.more: list[bytes] = []

    def behind(self) -> Behind:
        return Behind(5, 7)

    def read_frames(self) -> bytes:
        return self.more.pop(0) if self.more else self.played.recorder.take()

    def close(self) -> None:
        self.is_closed = True


class Folder:
    """A session's folder, and its trace."""

    title = "shop"

    def __init__(self) -> None:
        self.processes: dict[Path, Followed] = {}
        self.any_lives = False
        self.gone: set[Path] = set()
        self.follower = SessionFollower(self, self.opened, look_s=0)
        self.trace = Trace()

    def records(self) -> list[Path]:
        return list(self.processes)

    def lives(self) -> bool:
        return self.any_lives

    def replaced(self) -> set[Path]:
        return set(self.gone)

    def add(self, name: str, pid: int) -> Followed:
        made = self.processes[Path(f"{pid}")] = Followed(Played(name, pid))
        return made

    def opened(self, path: Path) -> Followed:
        found = self.processes[path]
        if found.header.process == "foreign":
            raise UserError("it belongs to somebody else")
        return found

    def follow(self) -> None:
        self.follower.step(0, self.trace.feed)
        self.follower.step(0, self.trace.feed)

    @property
    def marks(self) -> list[str]:
        return [self.trace.marks.text(row) for row in range(len(self.trace.marks))]


def states(trace: Trace) -> dict[str, str]:
    return {each.title: each.state for each in trace.processes.all.values()}


@pytest.fixture
def folder() -> Folder:
    return Folder()


def test_processes_that_come_later_are_joined(folder: Folder) -> None:
    web = folder.add("web.py", 1)
    web.played.emit("a", at=1 * S)
    folder.follow()
    assert events(folder.trace) == [("a", 1 * S)]
    worker = folder.add("worker.py", 2)
    worker.played.emit("b", at=2 * S)
    web.played.emit("c", at=3 * S)
    folder.follow()
    assert events(folder.trace) == [("a", 1 * S), ("b", 2 * S), ("c", 3 * S)]
    assert folder.follower.now_ns == 7


def test_it_is_behind_all_processes_together(folder: Folder) -> None:
    assert folder.follower.behind() == NOT_BEHIND
    for number, name in enumerate(("web.py", "worker.py")):
        folder.add(name, number + 1).played.emit("a", at=1 * S)
    folder.follow()
    assert folder.follower.behind() == Behind(10, 7)


def test_the_session_is_over_when_all_have_ended(folder: Folder) -> None:
    web, worker = folder.add("web.py", 1), folder.add("worker.py", 2)
    web.played.emit("a", at=1 * S)
    folder.follow()
    web.ended = True
    folder.follow()
    assert not folder.follower.ended
    assert [each.title for each in folder.follower.joint.processes] == ["worker.py 2"]
    worker.played.emit("b", at=2 * S)
    folder.follow()
    worker.ended = True
    folder.follow()
    folder.follow()
    assert folder.follower.ended
    assert folder.trace.ended
    assert web.is_closed
    assert worker.is_closed
    assert states(folder.trace) == {"web.py 1": ENDED, "worker.py 2": ENDED}
    assert [event for event, _ in events(folder.trace)] == ["a", "b"]


def test_a_process_that_was_killed_is_told_and_the_others_go_on(folder: Folder) -> None:
    web, worker = folder.add("web.py", 1), folder.add("worker.py", 2)
    web.played.emit("a", at=1 * S)
    folder.follow()
    web.died = True
    web.problem = "web.py (process 1) was killed or crashed: what it did until then is shown."
    folder.follow()
    worker.played.emit("b", at=2 * S)
    folder.follow()
    assert [event for event, _ in events(folder.trace)] == ["a", "b"]
    assert folder.marks == [web.problem]
    assert states(folder.trace) == {"web.py 1": DIED, "worker.py 2": RUNNING}


def test_damage_of_one_process_is_told_and_the_others_go_on(folder: Folder) -> None:
    web, worker = folder.add("web.py", 1), folder.add("worker.py", 2)
    web.played.emit("a", at=1 * S)
    folder.follow()
    web.more = [wire.pack_frame(wire.FACTS, b"\1" * 47)]
    worker.played.emit("b", at=2 * S)
    folder.follow()
    worker.played.emit("c", at=3 * S)
    folder.follow()
    assert [event for event, _ in events(folder.trace)] == ["a", "b", "c"]
    assert folder.marks == [
        "what web.py 1 recorded is damaged: a frame of facts ends inside a fact. What came before is shown"
    ]
    assert web.is_closed
    assert states(folder.trace) == {"web.py 1": DAMAGED, "worker.py 2": RUNNING}


def test_what_cannot_be_read_is_left_out_and_said(folder: Folder) -> None:
    folder.add("foreign", 1)
    web = folder.add("web.py", 2)
    web.played.emit("a", at=1 * S)
    folder.follow()
    assert events(folder.trace) == [("a", 1 * S)]
    assert folder.marks == ["a process of this session is left out: it belongs to somebody else"]


def test_more_processes_than_are_joined_are_said(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_follower, "MOST_PROCESSES", 2)
    for pid in (1, 2, 3, 4):
        folder.add("short.py", pid).played.emit("a", at=pid * S)
    folder.follow()
    folder.follow()
    assert len(folder.trace.dispatches) == 2
    assert folder.marks == ["this session has more than 2 processes: the others are left out"]


def test_a_process_that_is_far_ahead_waits_for_the_others(folder: Folder) -> None:
    quick, slow = folder.add("quick.py", 1), folder.add("slow.py", 2)
    for second in range(1, 10):
        quick.played.emit("q", at=second * S)
    slow.played.emit("s", at=4 * S + 5)
    folder.follower.step(0, folder.trace.feed)
    assert [event for event, _ in events(folder.trace)] == ["q", "q", "q", "q", "s"]
    folder.follow()
    assert [at for _, at in events(folder.trace)] == sorted(at for _, at in events(folder.trace))
    assert len(folder.trace.dispatches) == 10


def test_following_can_be_stopped(folder: Folder) -> None:
    web = folder.add("web.py", 1)
    folder.follow()
    folder.follower.cancel()
    web.played.emit("a", at=1 * S)
    folder.follow()
    assert not events(folder.trace)
    assert "stopped" in folder.follower.problem
    folder.follower.close()
    assert web.is_closed


def test_a_session_is_not_over_while_a_process_lives_that_has_recorded_nothing(folder: Folder) -> None:
    web = folder.add("web.py", 1)
    web.played.emit("a", at=1 * S)
    folder.any_lives = web.ended = True
    folder.follow()
    folder.follow()
    assert not folder.follower.ended
    folder.add("late.py", 2).played.emit("b", at=2 * S)
    folder.follow()
    assert [event for event, _ in events(folder.trace)] == ["a", "b"]


@pytest.mark.parametrize("is_gone", [False, True])
def test_a_process_that_became_another_program_was_not_killed(folder: Folder, is_gone: bool) -> None:
    before = folder.add("manage.py", 1)
    before.played.emit("a", at=1 * S)
    folder.follow()
    before.played.emit("b", at=2 * S)
    folder.gone.add(Path("1"))
    if is_gone:  # as the other program, which has been killed meanwhile
        before.died, before.problem = True, "it was killed or crashed"
    folder.follow()
    folder.follow()
    assert [event for event, _ in events(folder.trace)] == ["a", "b"]
    assert states(folder.trace) == {"manage.py 1": REPLACED}
    assert folder.marks == []
    assert before.is_closed
