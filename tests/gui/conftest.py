"""Every GUI test leaves a clean Qt behind; the timeline stands on a bus that the test plays by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMessageBox

from app.desktop import make_application
from bus.settings import Settings
from tests.gui.timeline_bus import PlayedBus, Watched, as_session
from tests.gui.timeline_view import give_commands
from ui.apply_theme import apply_theme
from ui.filter_state import FilterState
from ui.selection import Selection
from ui.theme import LIGHT, ThemeSource
from ui.timeline.view import TimelineView


@pytest.fixture(autouse=True)
def _usual_letters(qapp: QApplication) -> Iterator[None]:
    """Font and colours belong to the application: what a test makes of them is not for the next."""
    yield
    apply_theme(make_application(), LIGHT, Settings().font_points)


@pytest.fixture(autouse=True)
def _leaves_qt_clean(_usual_letters: None, clean_qt: None) -> None:
    """Applies `clean_qt` without every test having to name it; letters change when no widget is there to be styled."""


@pytest.fixture(autouse=True)
def _nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A question that no test expects fails it, or it would wait for an answer for ever. Tests put their own here."""
    for name in ("getOpenFileName", "getSaveFileName", "getExistingDirectory"):
        monkeypatch.setattr(QFileDialog, name, _unexpected)
    for kind in (QMessageBox, QDialog):
        monkeypatch.setattr(kind, "exec", _unexpected)


def _unexpected(*_: object, **__: object) -> None:
    raise AssertionError("the window asks a question that this test does not expect")


@pytest.fixture
def bus() -> PlayedBus:
    return PlayedBus()


@pytest.fixture
def watched(bus: PlayedBus) -> Watched:
    return Watched(bus)


@pytest.fixture
def view(clean_qt: None, qtbot: Any, watched: Watched) -> Iterator[TimelineView]:
    keepers = [Selection(), FilterState(), ThemeSource(LIGHT)]
    view = TimelineView(as_session(watched), *keepers)
    view.resize(1000, 400)
    give_commands(view)
    view.show()
    qtbot.waitExposed(view)
    view.activateWindow()
    view.setFocus()
    yield view
    view.close()
    view.deleteLater()
