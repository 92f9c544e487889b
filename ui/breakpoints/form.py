"""The fields of one breakpoint: where it is, what is true for what it holds, and which one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from bus.errors import UserError
from bus.run.breakpoints import CONDITION, MOST_HIT, Breakpoint

ANY = "any"


class BreakpointForm(QWidget):
    """What is written here becomes a breakpoint when a person says so."""

    set_wanted = Signal(object)
    """A Breakpoint."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.event_box, self.handler_box = QComboBox(self), QComboBox(self)
        for box, name in ((self.event_box, "Event"), (self.handler_box, "Handler")):
            box.setEditable(True)
            box.setAccessibleName(name)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(16)
            edit = box.lineEdit()
            assert edit is not None  # it is editable
            edit.setPlaceholderText(ANY)
        self.condition = QLineEdit(self)
        self.condition.setAccessibleName("Condition")
        self.condition.setPlaceholderText("event.payload.total > 100")
        self.condition.setToolTip("CEL: true for what is held. It knows event, handler, attempt and counters")
        self.hit = QSpinBox(self)
        self.hit.setAccessibleName("Only the n-th")
        self.hit.setRange(0, MOST_HIT)
        self.hit.setSpecialValueText("every one")
        self.hit.setToolTip("Of those that the condition is true for, only this one is held")
        self.set = QPushButton("Set", self)
        self.set.setAutoDefault(False)
        self.set.setToolTip("Set it, in place of one at the same event and handler")
        self.problem = QLabel(self)
        self.problem.setTextFormat(Qt.TextFormat.PlainText)
        self.problem.setWordWrap(True)
        self.problem.setObjectName("breakpoint_problem")
        self.problem.setAccessibleName("What is wrong")
        self.problem.hide()
        self.set.clicked.connect(self._set)
        self.condition.returnPressed.connect(self._set)
        self.condition.textEdited.connect(self.problem.hide)
        where = QHBoxLayout()
        where.addWidget(self.event_box, 1)
        where.addWidget(QLabel("->", self))
        where.addWidget(self.handler_box, 1)
        which = QHBoxLayout()
        which.addWidget(self.hit)
        which.addStretch(1)
        which.addWidget(self.set)
        rows = QFormLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addRow("Event -> handler", where)
        rows.addRow("Condition", self.condition)
        rows.addRow("Holds", which)
        rows.addRow(self.problem)

    def offer(self, events: Sequence[str], handlers: Sequence[str]) -> None:
        """Names to choose from."""
        for box, names in ((self.event_box, events), (self.handler_box, handlers)):
            text = box.currentText()
            box.clear()
            box.addItems(["", *names])
            box.setCurrentText(text)

    def show_breakpoint(self, shown: Breakpoint) -> None:
        """Write one into the fields."""
        self.event_box.setCurrentText(shown.event)
        self.handler_box.setCurrentText(shown.handler)
        self.condition.setText(shown.condition)
        self.hit.setValue(shown.hit)
        self.problem.hide()

    def show_problem(self, error: UserError) -> None:
        """Say what is wrong, with the cursor where it is."""
        self.problem.setText(str(error))
        self.problem.show()
        if error.at is not None and error.at.file == CONDITION:
            self.condition.setCursorPosition(max(error.at.column - 1, 0))
            self.condition.setFocus()

    def _set(self) -> None:
        self.problem.hide()
        wanted = self.event_box.currentText().strip(), self.handler_box.currentText().strip()
        self.set_wanted.emit(Breakpoint(*wanted, self.condition.text().strip(), self.hit.value()))
