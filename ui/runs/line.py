"""The line above the timeline: which run or capture is in view, and the way to every other one."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton, QToolButton, QWidget

from bus.session import Run, Session
from bus.wording import several
from ui.number_text import clock_text, count
from ui.runs.words import facts_of, name_of, room_text
from ui.widgets.elided_label import ElidedLabel

MOST_LISTED = 15
"""Of the menu; the Runs tab has all of them."""


class InViewLine(QFrame):
    """The line above the timeline that tells which run is in view; hidden while nothing was run or opened."""

    run_wanted = Signal(object)
    """A bus.runs.Run."""

    undo_wanted = Signal()
    list_wanted = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("in_view")
        self.setAccessibleName("In view")
        self._session = session
        self.says = ElidedLabel(self, most_letters=0)
        self.undo = QPushButton("Undo Clear", self)
        self.undo.setAccessibleName("Undo Clear")
        self.undo.setToolTip("Bring back what was cleared, with what was recorded since (Ctrl+Z)")
        self.undo.clicked.connect(self.undo_wanted)
        self.menu = QMenu(self)
        self.menu.aboutToShow.connect(self.fill)
        self.menu.triggered.connect(self._tell)
        self.runs = QToolButton(self)
        self.runs.setAccessibleName("Other runs and captures")
        self.runs.setToolTip("Earlier runs and captures: choose one to see it again")
        self.runs.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.runs.setMenu(self.menu)
        line = QHBoxLayout(self)
        line.setContentsMargins(10, 2, 6, 2)
        line.setSpacing(6)
        line.addWidget(self.says, 1)
        line.addWidget(self.undo)
        line.addWidget(self.runs)
        self._shown: tuple[object, ...] = ()
        self.refresh_runs()

    def refresh_runs(self) -> None:
        """Something else is in view, or more of it."""
        session = self._session
        view, can_undo = session.runs.view, session.can_undo_clear
        facts = facts_of(view, session.document)
        shown = (tuple(facts), can_undo, len(session.runs.all))
        if shown == self._shown:
            return
        self._shown = shown
        self.says.setText("  ·  ".join(facts) or ("Cleared" if can_undo else ""))
        self.undo.setVisible(can_undo)
        self.runs.setText(f"Runs {len(session.runs.all)} ▾")
        self.setVisible(bool(facts) or can_undo or bool(session.runs.all))

    def fill(self) -> None:
        """List what there is, the newest first."""
        self.menu.clear()
        runs = self._session.runs
        for run in reversed(runs.all[-MOST_LISTED:]):
            action = self.menu.addAction(_line(run).replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(run is runs.view)
            action.setData(run)
        self.menu.addSeparator()
        self.menu.addAction("Show the List").setData("list")
        if runs.goes_next() is not None:
            self.menu.addAction(room_text(len(runs.all), runs.most, runs.goes_next())).setEnabled(False)

    def _tell(self, action: QAction) -> None:
        chosen = action.data()
        if isinstance(chosen, Run):
            self.run_wanted.emit(chosen)
        else:
            self.list_wanted.emit()


def _line(run: Run) -> str:
    counts = run.counts
    facts = [name_of(run), run.origin.title if run.origin is not None else "", clock_text(run.began_s)]
    facts.append(several(counts.dispatches, "event"))
    facts += [f"{count(counts.failed)} failed" if counts.failed else ""]
    return "  ·  ".join(fact for fact in facts if fact)
