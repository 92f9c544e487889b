"""The last line of a sheet: what can be done with what is chosen, and Close."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QPushButton


def closing_line(buttons: Iterable[QPushButton], sheet: QDialog) -> QHBoxLayout:
    """These buttons, and Close at the end. Enter in a field of the sheet means that field, and presses none of them."""
    line = QHBoxLayout()
    for button in buttons:
        button.setAutoDefault(False)
        line.addWidget(button)
    line.addStretch(1)
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, sheet)
    box.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)
    box.rejected.connect(sheet.reject)
    line.addWidget(box)
    return line
