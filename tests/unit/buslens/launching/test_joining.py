"""A program that is asked to let the probe in answers; where nobody waits any more, it does nothing."""

from __future__ import annotations

import _thread
import os
import threading
from pathlib import Path

import pytest

from buslens.launching import joining, program
from buslens.launching.joining import ANSWER, ASKED, TAKEN, begin, join
from tests.helpers.patience import PATIENCE_S, wait_until


@pytest.fixture
def session(tmp_path: Path) -> Path:
    folder = tmp_path / "session"
    folder.mkdir(mode=0o700)
    (folder / ASKED).touch()
    return folder


def test_a_request_that_was_withdrawn_is_not_met(session: Path) -> None:
    (session / ASKED).rename(session / "withdrawn")
    join(str(session), [], "", False)
    assert [path.name for path in session.iterdir()] == ["withdrawn"]


def test_a_program_that_watches_itself_says_so(session: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program.PROGRAM, "_hook", object())
    join(str(session), [], "", False)
    assert (session / ANSWER).read_text() == "it watches itself already, by buslens.start()"
    assert (session / TAKEN).exists()
    assert not list(session.glob("*.process"))


def test_what_goes_wrong_is_answered(session: Path) -> None:
    session.chmod(0o755)
    join(str(session), [], "", False)
    answer = (session / ANSWER).read_text()
    assert answer.startswith("after an error of buslens: ")
    assert "that nobody else may enter" in answer


def test_it_happens_in_a_thread_of_its_own_and_a_fork_waits_for_it(
    session: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    main = _thread.get_ident()
    goes_on, forks = threading.Event(), []
    monkeypatch.setattr(joining, "_FORK_WAITS_SECONDS", PATIENCE_S)
    monkeypatch.setattr(os, "register_at_fork", lambda before: forks.append(threading.Thread(target=before)))

    def watch(folder: str, only: list[str], budget: str, control: bool, unseen: str) -> str:
        forks[0].start()
        goes_on.wait(PATIENCE_S)
        return f"{folder == str(session)} {only} {budget} {control} {_thread.get_ident() != main} {forks[0].is_alive()}"

    monkeypatch.setattr(joining, "_bootstrap", lambda: {"join": watch})
    begin(str(session), ["pyee"], "0.05", True)
    goes_on.set()
    wait_until(lambda: (session / ANSWER).exists(), lambda: "no answer")
    assert (session / ANSWER).read_text() == "True ['pyee'] 0.05 True True True"
    forks[0].join(PATIENCE_S)
    assert not forks[0].is_alive()
