"""A bug of ours: one line for the person, the traceback in a log, and everything else goes on."""

from __future__ import annotations

import asyncio
import sys
import threading
from pathlib import Path

import pytest

from app import crash


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def report(tmp_path: Path, said: list[str]) -> crash.CrashReport:
    return crash.CrashReport(tmp_path / "state", said.append)


def fail(report: crash.CrashReport, text: str = "wrong") -> None:
    try:
        raise ZeroDivisionError(text)
    except ZeroDivisionError as error:
        report(type(error), error, error.__traceback__)


def test_one_line_names_the_log_and_the_log_holds_the_traceback(report: crash.CrashReport, said: list[str]) -> None:
    fail(report)
    assert len(said) == 1
    assert str(report.path) in said[0]
    assert "Traceback" not in said[0]
    assert "ZeroDivisionError: wrong" in report.path.read_text()
    assert "Traceback" in report.path.read_text()


def test_what_fails_at_every_frame_is_said_once(report: crash.CrashReport, said: list[str]) -> None:
    for _ in range(100):
        fail(report)
    assert len(said) == 1
    assert report.path.read_text().count("Traceback") == 1


def test_ctrl_c_is_no_crash(report: crash.CrashReport, said: list[str]) -> None:
    report(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert not said


def test_a_log_that_cannot_be_written_is_said(tmp_path: Path, said: list[str]) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    fail(crash.CrashReport(tmp_path / "state", said.append))
    assert "cannot be written" in said[0]


def test_threads_and_loops_are_covered(tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    report = crash.install(tmp_path)
    report.say = said.append
    thread = threading.Thread(target=divide_by_zero, name="engine")
    thread.start()
    thread.join()
    assert "thread engine" in report.path.read_text()

    with asyncio.Runner() as runner:
        runner.get_loop().set_exception_handler(report.of_loop)
        runner.run(lose_an_exception())
    assert "lost in the loop" in report.path.read_text()
    assert len(said) == 2


def divide_by_zero() -> float:
    return 1 / 0


async def lose_an_exception() -> None:
    asyncio.get_running_loop().call_exception_handler(
        {"message": "a callback failed", "exception": ValueError("lost in the loop")}
    )
