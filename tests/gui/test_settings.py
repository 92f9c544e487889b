"""The settings dialog: what is changed counts at once and is kept, and what is wrong says why."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from bus.settings import LARGEST_FONT, USUAL_FONT, Settings
from ui.settings.sheet import SettingsSheet


@pytest.fixture
def sheet(window: Any) -> Any:
    window.wiring.actions.run("settings.show")
    (sheet,) = window.findChildren(SettingsSheet)
    yield sheet
    sheet.close()


def choose(box: Any, value: object) -> None:
    box.setCurrentIndex(box.findData(value))
    box.activated.emit(box.currentIndex())


def test_what_is_changed_counts_at_once_and_is_kept(window: Any, sheet: Any) -> None:
    choose(sheet.general.theme, "dark")
    choose(sheet.general.axis, "steps")
    choose(sheet.general.speed, 5.0)
    sheet.general.most_records.setValue(1234)
    sheet.general.most_records.editingFinished.emit()
    sheet.general.most_stream.setValue(2.5)
    sheet.general.most_stream.editingFinished.emit()
    sheet.flight.on.setChecked(False)
    assert window.themes.theme.name == "dark"
    assert window.timeline.scene.axis.mode == "steps"
    assert window.choices.speed == 5.0
    assert window.session.most_records == 1234
    assert window.session.settings.most_stream == 2_500_000_000
    assert not window.session.flight.on
    kept = window.store.read()
    assert (kept.theme, kept.time_axis, kept.most_records, kept.flight.on) == ("dark", "steps", 1234, False)


def test_return_in_a_field_presses_no_button(window: Any, sheet: Any) -> None:
    """Least of all Defaults: everything that was chosen would be gone."""
    sheet.general.most_runs.setValue(7)
    for field in (sheet.general.most_runs, sheet.general.font_points, sheet.editor.command, sheet.flight.events):
        QTest.keyClick(field, Qt.Key.Key_Return)
    assert window.store.read().most_runs == 7
    assert sheet.isVisible()
    assert not [button.text() for button in sheet.findChildren(QPushButton) if button.autoDefault()]


def test_defaults_take_everything_back_but_what_was_opened(window: Any, sheet: Any) -> None:
    window.store.write(Settings(theme="dark", recent_files=("/a.yaml",), editor="code {file}", font_points=12.0))
    QTest.mouseClick(sheet.defaults, Qt.MouseButton.LeftButton)
    assert window.store.read() == Settings(recent_files=("/a.yaml",))
    assert sheet.editor.value == ""


def test_a_command_that_cannot_be_read_is_not_kept_and_says_why(window: Any, sheet: Any) -> None:
    sheet.show_page("Editor")
    sheet.editor.command.setText('code "{file}')
    sheet.editor.command.editingFinished.emit()
    assert "cannot be read" in sheet.editor.says.text()
    assert window.store.read().editor == ""
    sheet.editor.command.setText("no-such-editor-anywhere {file}")
    sheet.editor.command.editingFinished.emit()
    assert window.store.read().editor == "no-such-editor-anywhere {file}"
    QTest.mouseClick(sheet.editor.test, Qt.MouseButton.LeftButton)
    assert "could not be started" in sheet.editor.says.text()


def test_letters_grow_and_shrink_with_the_keyboard_and_stay_so(window: Any) -> None:
    before = window.fontMetrics().height()
    QTest.keyClick(window, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(window, Qt.Key.Key_Equal, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.font().pointSizeF() == USUAL_FONT + 2
    assert window.fontMetrics().height() > before
    assert window.store.read().font_points == USUAL_FONT + 2
    QTest.keyClick(window, Qt.Key.Key_Minus, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.font().pointSizeF() == USUAL_FONT + 1
    for _ in range(20):
        window.wiring.actions.run("font.larger")
    assert QApplication.font().pointSizeF() == LARGEST_FONT
    QTest.keyClick(window, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.font().pointSizeF() == USUAL_FONT
