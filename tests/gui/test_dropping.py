"""Files that are dropped are read and never taken: whoever offers to move them keeps them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent

BUTTONS, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
OFFERED = Qt.DropAction.MoveAction | Qt.DropAction.CopyAction


def entered(window: Any, paths: list[Path]) -> tuple[QDragEnterEvent, QMimeData]:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    event = QDragEnterEvent(QPoint(9, 9), OFFERED, data, BUTTONS, NONE)
    window.dragEnterEvent(event)
    return event, data


def test_a_move_becomes_a_copy_and_the_window_says_what_it_would_do(window: Any, tmp_path: Path) -> None:
    path = tmp_path / "ping.yaml"
    path.write_text("buslens: 1\nname: Ping\nevents: {ping: {}}\nscript: [{emit: ping}]\n", encoding="utf-8")
    event, data = entered(window, [path])
    assert event.isAccepted()
    assert event.dropAction() == Qt.DropAction.CopyAction
    assert window.drop_hint.isVisible()
    assert "ping.yaml" in window.drop_hint.text()
    drop = QDropEvent(QPointF(9, 9), OFFERED, data, BUTTONS, NONE)
    drop.setDropAction(Qt.DropAction.MoveAction)
    window.dropEvent(drop)
    assert drop.dropAction() == Qt.DropAction.CopyAction
    assert not window.drop_hint.isVisible()
    assert window.session.document.path == path


def test_several_files_say_that_one_is_wanted(window: Any, tmp_path: Path) -> None:
    paths = [tmp_path / "a.yaml", tmp_path / "b.yaml"]
    _event, data = entered(window, paths)
    assert "2 files" in window.drop_hint.text()
    window.dropEvent(QDropEvent(QPointF(9, 9), OFFERED, data, BUTTONS, NONE))
    assert window.errors.problems == ["2 files were dropped (drop one: a window shows one)"]
    assert window.session.document is None


def test_what_goes_elsewhere_leaves_no_trace(window: Any, tmp_path: Path) -> None:
    entered(window, [tmp_path / "a.yaml"])
    window.dragLeaveEvent(QDragLeaveEvent())
    assert not window.drop_hint.isVisible()
    assert window.errors.problems == []
