"""One problem beside the list: what it means, what to do next, and what shows it, row by row, each leading there."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from ui.number_text import count
from ui.panels.problems.evidence import EvidenceRow
from ui.panels.problems.evidence_list import EvidenceList
from ui.panels.problems.sections import ProblemRow
from ui.theme import ThemeSource
from ui.widgets.breaking_label import BreakingLabel
from ui.widgets.elided_label import ElidedLabel
from ui.widgets.tip_button import tip_button

CHOOSE = "Choose a problem to see what shows it, and what to do next."


class ProblemDetail(QWidget):
    """Shows one problem; its evidence leads to the timeline and to the code."""

    mute_wanted = Signal()
    unmute_wanted = Signal()

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self.title, self.meaning, self.advice, self.seen = (BreakingLabel(self) for _ in range(4))
        strong = self.title.font()
        strong.setWeight(QFont.Weight.DemiBold)
        self.title.setFont(strong)
        self.seen.setProperty("muted", True)
        self.evidence = EvidenceList(themes, self)
        self.evidence.walked.connect(self._refresh_place)
        self.previous = tip_button("Previous", "The one before of what shows it", self)
        self.next = tip_button("Next", "The next one of what shows it", self)
        self.mute = tip_button("Mute…", "Tell it no more, for a reason that is written into a file", self)
        self.unmute = tip_button("Unmute", "Tell it again: it goes out of the file of what is muted", self)
        self.place = ElidedLabel(self, most_letters=0)
        self.place.setAccessibleName("Which of what shows it")
        self.place.setProperty("muted", True)
        self.previous.clicked.connect(self._previous)
        self.next.clicked.connect(self._next)
        self.mute.clicked.connect(self.mute_wanted)
        self.unmute.clicked.connect(self.unmute_wanted)
        self._place_parts()
        self.show_problem(None, "", ())

    def show_problem(
        self, row: ProblemRow | None, seen: str, evidence: Sequence[EvidenceRow], *, keep: bool = False
    ) -> None:
        """Show this one; None: none is chosen. keep: it is the same one as before, with what was found since."""
        finding = row.finding if row is not None else None
        reason = row.reason if row is not None else ""
        self.title.setText(row.text if row is not None else "")
        self.meaning.setText(finding.meaning if finding is not None else "")
        self.advice.setText(f"Next: {finding.advice}" if finding is not None else "")
        self.seen.setText(CHOOSE if row is None else f"{seen}.\nMuted: {reason}" if reason else seen)
        for label in (self.title, self.meaning, self.advice, self.seen):
            label.setVisible(bool(label.text()))
        self.mute.setVisible(not reason)
        self.mute.setEnabled(finding is not None)
        self.unmute.setVisible(bool(reason))
        self.evidence.show_rows(evidence, keep=keep)

    def _refresh_place(self) -> None:
        at, of = self.evidence.place
        self.place.setText(f"{count(at)} of {count(of)}" if of else "")
        self.previous.setEnabled(at > 1)
        self.next.setEnabled(at < of)

    def _previous(self) -> None:
        self.evidence.walk(-1)

    def _next(self) -> None:
        self.evidence.walk(1)

    def _place_parts(self) -> None:
        words = QWidget(self)
        lines = QVBoxLayout(words)
        lines.setContentsMargins(8, 4, 8, 4)
        lines.setSpacing(3)
        for label in (self.title, self.meaning, self.advice, self.seen):
            lines.addWidget(label)
        lines.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(words)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(8, 2, 8, 4)
        for button in (self.previous, self.next):
            buttons.addWidget(button)
        buttons.addSpacing(4)
        buttons.addWidget(self.place, 1)
        for button in (self.mute, self.unmute):
            buttons.addWidget(button)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(scroll, 3)
        rows.addWidget(self.evidence, 2)
        rows.addLayout(buttons)
