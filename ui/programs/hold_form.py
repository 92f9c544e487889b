"""Where calls of a program are held: breakpoints that are written here, and a list of them."""

from __future__ import annotations

import json

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLineEdit, QPushButton, QTreeWidgetItem, QVBoxLayout, QWidget

from bus.programs.program_hold import Comparison, ProgramBreakpoint, comparison
from bus.run.breakpoints import edge
from ui.widgets.choice_table import KEY, choice_table, chosen_in

WHERE = "A field of the argument, a comparison, and in JSON a number, a text, true, false or null"


class HoldForm(QWidget):
    """Says which there are; holds nothing itself."""

    changed = Signal(list)
    """All of them: ProgramBreakpoint."""

    refused = Signal(str)
    """What is wrong with what was written."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._points: dict[tuple[str, str], ProgramBreakpoint] = {}
        self.event_line = self._line("Event", "any")
        self.handler_line = self._line("Handler", "any")
        self.where = self._line("Condition", "total > 100")
        self.where.setToolTip(WHERE)
        self.add = QPushButton("Hold", self)
        self.add.setToolTip("Hold what comes there from now on")
        self.remove = QPushButton("Remove", self)
        self.remove.setToolTip("Hold nothing more at the chosen one; what is held stays held")
        self.listed = choice_table(("At", "Condition", "Hits"), "Breakpoints", self)
        for button in (self.add, self.remove):
            button.setAutoDefault(False)
        self.remove.setEnabled(False)
        self.add.clicked.connect(self._add)
        self.remove.clicked.connect(self._remove)
        self.listed.itemSelectionChanged.connect(self._chosen)
        fields, buttons, rows = QFormLayout(), QHBoxLayout(), QVBoxLayout(self)
        for name, line in (("Event", self.event_line), ("Handler", self.handler_line), ("Condition", self.where)):
            fields.addRow(name, line)
        buttons.addWidget(self.add)
        buttons.addWidget(self.remove)
        buttons.addStretch(1)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addLayout(fields)
        rows.addLayout(buttons)
        rows.addWidget(self.listed, 1)

    def show_hits(self, hits: tuple[int, ...]) -> None:
        """How often each of them was hit."""
        for row, count in enumerate(hits):
            item = self.listed.topLevelItem(row)
            if item is not None:
                item.setText(2, f"{count:,}")

    def _line(self, name: str, hint: str) -> QLineEdit:
        line = QLineEdit(self)
        line.setAccessibleName(name)
        line.setPlaceholderText(hint)
        line.returnPressed.connect(self._add)
        return line

    def _add(self) -> None:
        event, handler = self.event_line.text().strip(), self.handler_line.text().strip()
        written = self.where.text().strip()
        where: tuple[Comparison, ...] = ()
        try:
            if not event and not handler:
                raise ValueError("a breakpoint is at an event, a handler, or one event of a handler: name one of them")
            where = (comparison(written),) if written else ()
        except ValueError as error:
            self.refused.emit(str(error))
            return
        self._points[event, handler] = ProgramBreakpoint("", event, handler, where)
        self._tell()

    def _remove(self) -> None:
        if (key := chosen_in(self.listed)) is not None:
            self._points.pop(key, None)
            self._tell()

    def _tell(self) -> None:
        self.listed.clear()
        for key, point in self._points.items():
            where = " ".join(f"{path} {how} {json.dumps(value)}" for path, how, value in point.where)
            QTreeWidgetItem(self.listed, [edge(*key), where, "0"]).setData(0, KEY, key)
        self._chosen()
        self.changed.emit(list(self._points.values()))

    def _chosen(self) -> None:
        self.remove.setEnabled(self.listed.currentItem() is not None)
