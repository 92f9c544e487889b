"""The menu of questions about what is under the pointer: only those that can be answered there."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from bus.analysis.why import Offer, Subject, questions_for
from bus.trace import Trace


class WhyMenu(QMenu):
    """Filled anew for each opening of the menu that it is a part of."""

    asked = Signal(object, object)
    """The subject and the offer of it that was chosen."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Why?", parent)
        self._subject = Subject("")
        self._offers: Sequence[Offer] = ()
        self.triggered.connect(self._tell)

    def offer(self, trace: Trace, subject: Subject) -> QAction:
        """Say what can be asked about something; the line that opens this menu, which is grey where nothing can."""
        self._subject, self._offers = subject, questions_for(trace, subject)
        self.clear()
        for each in self._offers:
            self.addAction(each.title.replace("&", "&&"))
        line = self.menuAction()
        line.setEnabled(bool(self._offers))
        return line

    def _tell(self, action: QAction) -> None:
        place = self.actions().index(action)
        self.asked.emit(self._subject, self._offers[place])
