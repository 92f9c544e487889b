"""The menu of a table's header: which columns are shown, and which fields of the payloads have one of their own."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from ui.table_model import one_line


class HeaderMenu(QMenu):
    """The menu that chooses a table's columns; made anew each time, as payload fields come and go with the trace."""

    shown_wanted = Signal(int, bool)
    """A column, and whether it is to be seen."""

    field_wanted = Signal(str, bool)
    """The path of a payload's field, and whether it is to have a column."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fields = QMenu("Payload Fields", self)
        self.fields.setToolTipsVisible(True)
        self.triggered.connect(self._column_chosen)
        self.fields.triggered.connect(self._field_chosen)

    def offer(self, titles: list[tuple[int, str, bool]], fields: list[str], chosen: list[str], place: QPoint) -> None:
        """Open. titles: place, title and whether it is shown, of each column that is not a payload field."""
        self.fill(titles, fields, chosen)
        self.popup(place)

    def fill(self, titles: list[tuple[int, str, bool]], fields: list[str], chosen: list[str]) -> None:
        """Fill the menu without opening it."""
        self.clear()
        self.fields.clear()
        shown = sum(is_shown for _, _, is_shown in titles)
        for column, title, is_shown in titles:
            action = self._add(self, " ".join(title.split()), is_shown, column)
            action.setEnabled(shown > 1 or not is_shown)  # the last one stays
        self.addSeparator()
        self.addMenu(self.fields)
        for field in [*chosen, *(each for each in fields if each not in chosen)]:
            self._add(self.fields, one_line(field, 60).replace("&", "&&"), field in chosen, field)
        if self.fields.isEmpty():
            self._add(self.fields, "No event has a payload with fields", False, None).setEnabled(False)

    def _add(self, menu: QMenu, text: str, is_on: bool, about: object) -> QAction:
        action = QAction(text, menu)
        action.setCheckable(about is not None)
        action.setChecked(is_on)
        action.setData(about)
        menu.addAction(action)
        return action

    def _column_chosen(self, action: QAction) -> None:
        if isinstance(action.data(), int):
            self.shown_wanted.emit(action.data(), action.isChecked())

    def _field_chosen(self, action: QAction) -> None:
        self.field_wanted.emit(str(action.data()), action.isChecked())
