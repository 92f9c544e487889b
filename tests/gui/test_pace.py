"""A refresh that is asked for a thousand times is done now and then, and the last one is not forgotten."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QObject

from ui import pace as pace_module
from ui.pace import SHARE, Pace

REST_S = 0.05


class Clock:
    """Time that goes on when a test says so."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def monotonic(self) -> float:
        return self.now_s


class View(QObject):
    """Counts its refreshes, each of which takes `cost_s`."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock, self.cost_s, self.refreshes = clock, 0.0, 0
        self.pace = Pace(self)
        self.pace.due.connect(self.refresh)

    def refresh(self) -> None:
        with self.pace.measured(REST_S):
            self.refreshes += 1
            self.clock.now_s += self.cost_s


@pytest.fixture
def view(monkeypatch: pytest.MonkeyPatch) -> View:
    clock = Clock()
    monkeypatch.setattr(pace_module, "time", clock)
    return View(clock)


def test_the_first_is_done_at_once_and_those_of_the_next_moments_together_later(view: View, qtbot: Any) -> None:
    for _ in range(1000):
        view.pace.ask()
    assert view.refreshes == 1
    qtbot.waitUntil(lambda: view.refreshes == 2)


def test_a_refresh_that_takes_long_rests_for_nine_times_as_long(view: View) -> None:
    view.cost_s = 1.0
    view.pace.ask()
    view.clock.now_s += SHARE - 1.5
    view.pace.ask()
    assert view.refreshes == 1
    view.clock.now_s += 0.5
    view.pace.ask()
    assert view.refreshes == 2


def test_who_refreshes_for_another_reason_has_answered_what_was_asked(view: View) -> None:
    view.refresh()
    view.pace.ask()
    assert view.pace._timer.isActive()
    view.refresh()
    assert not view.pace._timer.isActive()
