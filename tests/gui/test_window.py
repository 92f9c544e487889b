"""What a person gets from the whole window: open, run, read, arrange, and lose nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QWidget,
)

from app.desktop import make_window
from app.settings_file import SettingsFile
from app.trust import TrustedFiles
from bus.scenario.samples import SAMPLES
from tests.helpers.real_window import opened
from ui.widgets import ask
from ui.widgets.card import Card
from ui.widgets.dock_title import DockTitle

PING = "buslens: 1\nname: Ping\nevents: {ping: {}}\nscript: [{emit: ping}]\n"
PYTHON = """buslens: 1
name: Python
events: {ping: {}}
handlers:
  look:
    on: ping
    do:
      - python: |
          print(event)
script: [{emit: ping}]
"""


@pytest.fixture
def ping(tmp_path: Path) -> Path:
    path = tmp_path / "ping.yaml"
    path.write_text(PING, encoding="utf-8")
    return path


def test_it_begins_with_the_samples(window: Any) -> None:
    cards = {card.stands_for for card in window.start_page.findChildren(Card)}
    assert cards == {sample.id for sample in SAMPLES}
    assert window.panels.on_start_page


def test_a_sample_is_one_click_away(window: Any) -> None:
    card = next(card for card in window.start_page.findChildren(Card) if card.stands_for == "checkout")
    QTest.mouseClick(card, Qt.MouseButton.LeftButton)
    assert window.session.document.path.name == "checkout.yaml"
    assert not window.panels.on_start_page
    assert window.windowTitle().startswith("checkout.yaml")
    assert window.errors.problems == []


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.id)
def test_every_sample_opens_without_a_complaint(window: Any, sample: Any) -> None:
    window.wiring.verbs.file.open_sample(sample.id)
    assert window.errors.problems == []
    assert not window.isWindowModified()


def test_the_toolbar_begins_with_what_the_scenario_says(window: Any) -> None:
    window.wiring.verbs.file.open_sample("checkout")
    scenario = window.session.document.scenario
    assert window.toolbar.engine.currentData() == scenario.engine
    assert window.toolbar.seed.value() == scenario.seed


def test_a_file_dropped_on_the_window_is_opened(window: Any, ping: Path) -> None:
    drop(window, ping)
    assert window.session.document.path == ping
    assert window.recent.paths == [ping]


def test_every_mistake_of_a_wrong_file_is_listed_and_nothing_is_lost(window: Any, ping: Path, tmp_path: Path) -> None:
    window.open(ping)
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(PING.replace("emit: ping", "emit: pnig") + "seed: no\n", encoding="utf-8")
    window.open(wrong)
    assert window.errors.isVisible()
    assert len(window.errors.problems) >= 2
    assert all("wrong.yaml" in problem for problem in window.errors.problems)
    assert window.session.document.path == ping
    window.open(ping)
    assert window.errors.problems == []


def test_a_file_that_is_not_there_is_said_not_raised(window: Any, tmp_path: Path) -> None:
    window.open(tmp_path / "gone.yaml")
    assert window.errors.isVisible()


def test_an_edit_marks_the_title_and_undo_takes_it_back(window: Any, ping: Path, qtbot: Any) -> None:
    window.open(ping)
    window.session.document.add_event("pong")
    window.bridge.touch()
    assert window.isWindowModified()
    actions = window.wiring.actions
    assert actions["edit.undo"].text() == "Undo Add event pong"
    actions.run("edit.undo")
    assert not window.isWindowModified()
    assert "pong" not in window.session.document.scenario.events
    actions.run("edit.redo")
    assert "pong" in window.session.document.scenario.events
    actions.run("file.save")
    assert "pong" in ping.read_text(encoding="utf-8")
    assert not window.isWindowModified()


@pytest.mark.parametrize(
    ("answer", "closes", "saved"), [("save", True, True), ("discard", True, False), ("cancel", False, False)]
)
def test_closing_with_unsaved_edits_asks(
    window: Any, ping: Path, monkeypatch: pytest.MonkeyPatch, answer: str, closes: bool, saved: bool
) -> None:
    window.open(ping)
    window.session.document.add_event("pong")
    monkeypatch.setattr(ask, "about_unsaved", lambda _parent, _title: answer)
    assert window.close() is closes
    assert ("pong" in ping.read_text(encoding="utf-8")) is saved


def test_a_sample_is_never_overwritten(window: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    window.wiring.verbs.file.open_sample("checkout")
    sample = window.session.document.path
    before = sample.read_text(encoding="utf-8")
    window.session.document.add_event("pong")
    mine = tmp_path / "mine.yaml"
    monkeypatch.setattr(ask, "file_to_save", lambda *_: mine)
    window.wiring.actions.run("file.save")
    assert sample.read_text(encoding="utf-8") == before
    assert "pong" in mine.read_text(encoding="utf-8")


def test_python_waits_for_trust(window: Any, tmp_path: Path) -> None:
    path = tmp_path / "python.yaml"
    path.write_text(PYTHON, encoding="utf-8")
    window.open(path)
    assert window.errors.problems == []
    assert window.trust_bar.isVisible()
    QTest.mouseClick(window.trust_bar.trust, Qt.MouseButton.LeftButton)
    assert not window.trust_bar.isVisible()
    window.session.document.add_event("pong")
    window.bridge.touch()
    assert window.trust_bar.isVisible(), "an edited file is another file"


def test_a_scenario_without_python_asks_for_nothing(window: Any, ping: Path) -> None:
    window.open(ping)
    assert not window.trust_bar.isVisible()


def test_a_closed_panel_stays_closed_and_comes_back(qtbot: Any, clean_qt: None) -> None:
    with opened() as window:
        window.wiring.actions.run("panel.inspector")
        assert not window.inspector.isVisible()
        window.wiring.actions.run("theme.dark")
    with opened() as window:
        assert not window.inspector.isVisible()
        assert window.themes.theme.name == "dark"
        window.wiring.actions.run("layout.reset")
        assert window.inspector.isVisible()


@pytest.mark.parametrize("layout", ["rubbish", "AAAA BBBB", "é é"])
def test_a_damaged_layout_is_no_layout(qtbot: Any, clean_qt: None, layout: str) -> None:
    store = SettingsFile()
    store.write(type(store.read())(window_layout=layout))
    window = make_window(store, TrustedFiles())
    window.show()
    assert window.scenario.isVisible()
    window.close()


@pytest.mark.parametrize("width", [900, 1360])
def test_nothing_falls_off_the_toolbar(window: Any, width: int) -> None:
    window.resize(width, 700)
    qt_wait(window)
    bar = window.toolbar
    for part in (bar.engine, bar.speed, bar.seed, bar.search):
        right = part.mapTo(bar, QPoint(part.width(), 0)).x()
        assert part.isVisible()
        assert right <= bar.width(), part.accessibleName()


def test_every_control_has_a_name(window: Any) -> None:
    kinds = (QAbstractButton, QLineEdit, QComboBox, QAbstractSpinBox, QPlainTextEdit, QAbstractItemView)
    window.wiring.verbs.file.open_sample("checkout")
    nameless = [described(widget) for kind in kinds for widget in shown(window, kind) if not named(widget)]
    assert not nameless


def test_every_button_of_a_panel_says_what_it_does(window: Any) -> None:
    panels = (window.scenario, window.emit_panel, window.toolbar, window.trust_bar, window.errors)
    buttons = [button for panel in panels for kind in (QPushButton, QToolButton) for button in panel.findChildren(kind)]
    assert not [described(button) for button in buttons if not internal(button) and not button.toolTip()]


def shown(window: Any, kind: type[QWidget]) -> list[QWidget]:
    return [widget for widget in window.findChildren(kind) if widget.isVisible()]


def named(widget: QWidget) -> bool:
    text = widget.text() if isinstance(widget, QAbstractButton) else ""
    return bool(widget.accessibleName() or text) or internal(widget)


def internal(widget: QWidget) -> bool:
    """A part that Qt makes inside its own widgets, which speak for it."""
    parents = (QAbstractSpinBox, QComboBox, QLineEdit, QAbstractItemView)
    parent = widget.parent()
    inside = isinstance(parent, parents) or type(parent).__name__ in ("QComboBoxPrivateContainer", "QTabBar", "QWidget")
    ours = type(widget).__module__.startswith("ui.")
    return (inside and not ours) or widget.objectName().startswith("qt_") or not widget.parent()


def described(widget: QWidget) -> str:
    parent = widget.parent()
    return f"{type(widget).__name__} {widget.objectName()!r} in {type(parent).__name__}"


def drop(window: Any, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    buttons, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(9, 9), Qt.DropAction.CopyAction, data, buttons, none)
    window.dragEnterEvent(enter)
    assert enter.isAccepted()
    window.dropEvent(QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, data, buttons, none))


def qt_wait(window: Any) -> None:
    """Let the layout settle."""
    QTest.qWait(20)
    window.grab()


def test_a_title_that_a_tab_says_already_is_not_said_again(window: Any, qtbot: Any) -> None:
    window.resize(1000, 600)
    window.panels.reset()
    qtbot.waitUntil(lambda: titles(window) == {"Inspector", "Tables"})
    window.resize(1600, 900)
    window.panels.reset()
    qtbot.waitUntil(lambda: titles(window) == {"Scenario", "Emit", "Inspector", "Tables"})


def titles(window: Any) -> set[str]:
    labels = [label for title in window.findChildren(DockTitle) for label in title.findChildren(QLabel)]
    return {label.text() for label in labels if not label.isHidden()}


def test_the_toolbar_says_where_it_differs_from_the_scenario(window: Any) -> None:
    window.wiring.verbs.file.open_sample("checkout")
    assert "The scenario says" not in window.toolbar.engine.toolTip() + window.toolbar.seed.toolTip()
    window.choices.set_engine("pyee")
    window.choices.set_seed(8)
    assert "The scenario says pyee-asyncio" in window.toolbar.engine.toolTip()
    assert "The scenario says 7" in window.toolbar.seed.toolTip()
