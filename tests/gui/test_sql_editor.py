"""What is offered while a query is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QWidget

from ui.panels.sql.editor import SqlEditor, aliases, candidates


@pytest.fixture
def editor(qtbot: Any) -> Iterator[SqlEditor]:
    parent = QWidget()
    editor = SqlEditor("", parent)
    editor.resize(500, 120)
    parent.show()
    qtbot.waitExposed(parent)
    editor.setFocus()
    yield editor
    parent.close()
    parent.deleteLater()


def write(editor: SqlEditor, text: str) -> None:
    editor.setPlainText(text)
    editor.moveCursor(QTextCursor.MoveOperation.End)


def test_a_column_is_completed_by_return(editor: SqlEditor, qtbot: Any) -> None:
    write(editor, "SELECT ")
    qtbot.keyClicks(editor, "dur")
    assert editor.popup.isVisible()
    assert editor.completer.currentCompletion() == "duration_ms"
    qtbot.keyClick(editor.popup, Qt.Key.Key_Return)
    assert editor.toPlainText() == "SELECT duration_ms"


def test_behind_an_alias_there_are_the_columns_of_its_table(editor: SqlEditor, qtbot: Any) -> None:
    write(editor, "SELECT x FROM calls c JOIN dispatches AS d ON d")
    qtbot.keyClicks(editor, ".")
    assert editor.popup.isVisible()
    assert editor.completer.completionCount() == len(candidates("", "dispatches"))


def test_ctrl_space_offers_all_and_escape_closes(editor: SqlEditor, qtbot: Any) -> None:
    write(editor, "")
    qtbot.keyClick(editor, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
    assert editor.popup.isVisible()
    assert editor.toPlainText() == ""
    qtbot.keyClick(editor.popup, Qt.Key.Key_Escape)
    assert not editor.popup.isVisible()


def test_what_is_whole_is_not_offered_again(editor: SqlEditor, qtbot: Any) -> None:
    write(editor, "SELECT handler FROM call")
    qtbot.keyClicks(editor, "s")
    assert not editor.popup.isVisible()


def test_aliases_and_tables_are_read_from_the_query() -> None:
    assert aliases("from Calls C join names as n") == {"c": "calls", "n": "names"}
    assert "text" in candidates("select 1 from marks", "")
    assert "handlers" not in candidates("select 1 from marks", "")
    assert candidates("", "nothing") == []
