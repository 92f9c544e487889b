"""However a sheet is closed, what works for it ends; and it ends with the window."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from ui.widgets.working_sheet import WorkingSheet


class Counting(WorkingSheet):
    """Counts how often its work was ended."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ended = 0

    def end_work(self) -> None:
        self.ended += 1


@pytest.fixture
def sheet(qtbot: Any) -> Counting:
    made = Counting()
    qtbot.addWidget(made)
    made.show()
    return made


def test_closing_ends_the_work(sheet: Counting) -> None:
    sheet.close()
    assert sheet.ended
    assert sheet.isHidden()


def test_escape_ends_it_as_well(sheet: Counting, qtbot: Any) -> None:
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    assert sheet.ended
    assert sheet.isHidden()


def test_so_does_the_end_of_the_window(window: Any) -> None:
    made = Counting(window)
    made.show()
    window.wiring.sheets.close()
    assert made.ended
    assert made.isHidden()
