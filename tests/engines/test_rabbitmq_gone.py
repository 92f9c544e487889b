"""A RabbitMQ that is killed or hangs under an open window: it says so, goes on, and never freezes."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, QTimer

from bus.analysis import ledger
from buslens.records import Kind
from tests.helpers.told import told

STEADY = """buslens: 1
events: {a: {}}
handlers: {h: {on: a, do: [{wait: 1ms}]}}
script: [{emit: a, with: $count, every: 4ms, times: 1200}]
"""
LISTENING = "buslens: 1\nevents: {a: {}}\nhandlers: {h: {on: a}}\nscript: [{wait: 1ms}]\n"
PATIENCE_MS = 90_000
LONGEST_GAP_S = 1.5
"""A window that waits for a broker would stand still for five seconds."""

pytestmark = pytest.mark.usefixtures("rabbitmq")


def without_processor_s() -> float:
    """Seconds that threads of this process were ready and others had the processors."""
    waited_ns = 0
    for thread in Path("/proc/self/task").iterdir():
        with suppress(OSError):  # it has ended
            waited_ns += int((thread / "schedstat").read_text().split()[1])
    return waited_ns / 1e9


class Heart(QObject):
    """Beats while the event loop of the window turns."""

    def __init__(self) -> None:
        super().__init__()
        self.longest_s = 0.0
        """Between two beats, without what a busy machine makes of it: there the event loop cannot turn."""

        self._beat_at, self._without_s = time.monotonic(), without_processor_s()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.beat)
        self._timer.start(20)

    def beat(self) -> None:
        now, without_s = time.monotonic(), without_processor_s()
        lost_s = max(without_s - self._without_s, 0.0)  # less where a thread has ended
        self.longest_s = max(self.longest_s, now - self._beat_at - lost_s)
        self._beat_at, self._without_s = now, without_s

    def stop(self) -> None:
        self._timer.stop()
        self.deleteLater()


@pytest.fixture
def heart(clean_qt: None) -> Any:
    heart = Heart()
    yield heart
    heart.stop()


def begun(window: Any, qtbot: Any, tmp_path: Path, text: str = STEADY, confirmed: int = 100) -> Any:
    path = tmp_path / "a.yaml"
    path.write_text(text)
    window.open(path)
    window.session.start(engine="rabbitmq", speed=1.0)
    qtbot.waitUntil(lambda: told(window.session.trace, Kind.CONFIRMED) >= confirmed, timeout=PATIENCE_MS)
    return window.session


def test_a_killed_broker_is_said_in_the_status_bar_until_it_is_back(
    window: Any, qtbot: Any, tmp_path: Path, rabbitmq: Any, heart: Heart
) -> None:
    # RabbitMQ 3.10 itself forgets a quorum queue that is killed in its first two seconds.
    session = begun(window, qtbot, tmp_path, confirmed=800)
    status = window.status.engine
    rabbitmq.kill()
    heart.beat()
    heart.longest_s = 0.0  # killing waits in this thread
    qtbot.waitUntil(lambda: "the connection was refused, trying again in" in status.toolTip(), timeout=PATIENCE_MS)
    assert status.text().startswith("rabbitmq is gone for ")
    assert status.property("alarm") == "warning"
    qtbot.waitUntil(lambda: "gone for 3 s" in session.engine_state.trouble, timeout=PATIENCE_MS)
    assert heart.longest_s < LONGEST_GAP_S
    rabbitmq.up()
    qtbot.waitUntil(lambda: session.engine_state.phase == "finished", timeout=PATIENCE_MS)
    assert session.engine_state.trouble == ""
    window.bridge.touch()
    assert status.text() == "rabbitmq finished"
    assert status.property("alarm") == ""
    found = ledger.of_trace(session.trace)
    assert (found.emitted, found.handled + found.retried) == (1200, 1200)


def test_a_hanging_broker_is_said_and_the_window_lives(
    window: Any, qtbot: Any, tmp_path: Path, rabbitmq: Any, heart: Heart
) -> None:
    session = begun(window, qtbot, tmp_path)
    rabbitmq.pause()
    try:
        heart.beat()
        heart.longest_s = 0.0
        qtbot.waitUntil(lambda: "has not answered for 5 s" in session.engine_state.trouble, timeout=PATIENCE_MS)
        assert heart.longest_s < LONGEST_GAP_S
        window.session.stop()
        qtbot.waitUntil(lambda: session.engine_state.phase == "idle", timeout=PATIENCE_MS)
        assert heart.longest_s < LONGEST_GAP_S
    finally:
        rabbitmq.go_on()


def test_a_broker_that_goes_when_all_is_over_is_said_too(
    window: Any, qtbot: Any, tmp_path: Path, rabbitmq: Any
) -> None:
    session = begun(window, qtbot, tmp_path, LISTENING, confirmed=0)
    qtbot.waitUntil(lambda: session.engine_state.phase == "finished", timeout=PATIENCE_MS)
    rabbitmq.down()
    qtbot.waitUntil(lambda: "is gone for" in window.status.engine.text(), timeout=PATIENCE_MS)
    rabbitmq.up()
    qtbot.waitUntil(lambda: window.status.engine.text() == "rabbitmq finished", timeout=PATIENCE_MS)
