"""A process that is not as it should be is told of in words, and never waited for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import pytest

from bus.engine_process.messages import FRAMES, HEAD, JSON
from bus.engine_process.process import EngineProcess
from bus.errors import UserError
from tests.helpers.patience import PATIENCE_S

Saying = Callable[[str], EngineProcess]


@pytest.fixture
def saying() -> Iterator[Saying]:
    """Makes a process that does what this Python says, once it has heard something."""
    made: list[EngineProcess] = []

    def start(code: str) -> EngineProcess:
        begun = "import os, sys, time; out = sys.stdout.buffer; sys.stdin.buffer.read(1)\n"
        made.append(EngineProcess([sys.executable, "-I", "-S", "-c", begun + code]))
        return made[-1]

    yield start
    for process in made:
        process.kill()
        process.join(PATIENCE_S)


def heard(process: EngineProcess) -> tuple[bytes | None, str]:
    """The first piece of the capture that came, and how the process was lost."""
    unread = process.begin()
    process.tell(b"begin")
    assert unread.ended.wait(PATIENCE_S)
    return unread.piece(), unread.lost


def test_one_that_ends_by_itself_leaves_what_it_has_sent(saying: Saying) -> None:
    process = saying(f"out.write({HEAD.pack(3, FRAMES) + b'abc'!r}); out.flush(); sys.exit(3)")
    assert heard(process) == (b"abc", "ended with exit code 3")
    assert process.is_gone
    assert not process.is_free


def test_one_that_is_killed_is_told_with_its_signal(saying: Saying) -> None:
    assert heard(saying("os.kill(os.getpid(), 9)")) == (None, "was killed by signal 9")


@pytest.mark.parametrize("said", [b"no message at all", HEAD.pack(2, JSON) + b"{}", HEAD.pack(0xFFFFFFFF, FRAMES)])
def test_one_that_says_what_is_no_message_is_ended(said: bytes, saying: Saying) -> None:
    process = saying(f"out.write({said!r}); out.flush(); time.sleep(1000)")
    assert heard(process) == (None, "sent something that is no message, and was ended")


def test_one_that_speaks_of_no_run_is_ended(saying: Saying) -> None:
    process = saying(f"out.write({HEAD.pack(1, FRAMES) + b'x'!r}); out.flush(); time.sleep(1000)")
    process.tell(b"begin")
    process.join(PATIENCE_S)
    assert process.is_gone
    assert process.begin().lost == "was killed by signal 9"


def test_one_that_has_closed_its_pipe_and_goes_on_is_ended(saying: Saying, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bus.engine_process.process.REAP_S", 0.1)
    assert heard(saying("os.close(1); time.sleep(1000)")) == (None, "was killed by signal 9")


def test_one_that_does_not_leave_is_ended_by_force(saying: Saying) -> None:
    process = saying("time.sleep(1000)")
    process.leave()
    process.join(0.1)
    assert process.is_gone


def test_one_that_hears_nothing_keeps_nobody_waiting(saying: Saying) -> None:
    process = saying("time.sleep(1000)")
    for _ in range(100):
        process.tell(bytes(1_000_000))
    process.kill()
    process.join(PATIENCE_S)
    assert process.is_gone


def test_one_that_cannot_be_started_is_a_sentence() -> None:
    with pytest.raises(UserError, match="the engine's process could not be started: No such file or directory"):
        EngineProcess(["/nowhere/python"])
