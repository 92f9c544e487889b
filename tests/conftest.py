"""What every test may ask for: a scenario run to its end, the real window, and a Qt that is left clean."""

from __future__ import annotations

import gc
import signal
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.screen import offscreen

offscreen()

WAITING = Path(__file__).parent / "engines"
"""Tests that wait for brokers more than they compute, and say by these variables where those are."""

BROKERS = ("BUSLENS_RABBITMQ_URL", "BUSLENS_KAFKA_URL", "BUSLENS_CELERY_URL")

pytest_plugins = ["pytester"]
"""For the tests of our own plugin: a run of pytest inside of a test."""


def pytest_sessionstart() -> None:
    """A shell's background job ignores Ctrl+C, and so would every program that a test starts and interrupts."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, Any, Any]:
    """Thousands of tests are made and kept: to look for garbage among them takes a fifth of the time of that."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits for brokers begins first: it takes one worker longest, while the others share what computes."""
    unlike = [item.nodeid for item in items if " at 0x" in item.nodeid]
    if unlike:  # workers that name a test differently run none
        raise pytest.UsageError(f"a test is named by an address, which differs between workers: {unlike[0]}")
    items.sort(key=lambda item: WAITING not in item.path.parents)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Our own way of sharing out files, where that is asked for."""
    from tests.helpers.sharing_out import FileByFile

    return FileByFile(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """When all fixtures are over that end here, nothing is open that a test of this worker has opened."""
    from tests.helpers.left_open import left_open_by

    yield
    left = left_open_by(item)
    if left:
        raise AssertionError("this test left to the garbage collector: " + ", ".join(left))


def pytest_sessionfinish() -> None:
    """What was set aside behind each test may be collected again."""
    gc.unfreeze()


@pytest.fixture(autouse=True)
def _own_home(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the settings, the trusted files or the crash logs of the person who runs it, nor asks
    brokers that are not its own."""
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    for name in BROKERS if WAITING not in request.path.parents else ():
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Any]:
    """`run(text)` runs a scenario to its end at full speed and returns its Trace; nothing of it is trusted."""
    from tests.helpers.live import Live

    live = Live(tmp_path, trusted=False)
    yield lambda what, **how: live.ended(what, **how).trace
    live.close()


@pytest.fixture
def clean_qt(qapp: Any) -> Iterator[None]:
    """Fails a test that leaves a top-level widget, an active timer or a running thread behind."""
    from tests.helpers.clean_qt import leaves_nothing

    with leaves_nothing():
        yield


@pytest.fixture
def qtbot(qapp: Any, request: pytest.FixtureRequest) -> Any:
    """pytest-qt's, with the patience that a busy machine needs: one second is not enough to show a window there."""
    from tests.helpers.patient_bot import PatientBot

    return PatientBot(request)


@pytest.fixture
def window(clean_qt: None, qtbot: Any, tmp_path: Path) -> Iterator[Any]:
    """The real main window with a Session of its own, shown."""
    from tests.helpers.real_window import opened

    with opened() as window:
        qtbot.waitExposed(window)
        yield window
