"""The Problems tab: what is wrong in the trace in view, what shows it, and what to do next."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSplitter, QVBoxLayout

from bus.analysis.problems.finding import Severity
from bus.errors import UserError
from bus.wording import several
from ui.number_text import count
from ui.panels.problems import evidence
from ui.panels.problems.detail import ProblemDetail
from ui.panels.problems.evidence import EvidenceRow
from ui.panels.problems.list import ProblemList
from ui.panels.problems.looker import ProblemLooker
from ui.panels.problems.mute_sheet import MuteSheet
from ui.panels.problems.sections import ProblemRow, headline, new_problems, sections_of
from ui.panels.tab import Tab, TabParts
from ui.widgets.elided_label import ElidedLabel
from ui.widgets.tip_button import tip_button

NOTHING_YET = (
    "Nothing to look at yet. Run the scenario, watch a program, or open a capture: what goes wrong is told here."
)
LOOKING = "Looking …"
AROUND = 200
"""What took no time is shown with at least one part in this many of the trace around it."""

HEALTHY = "Nothing is wrong that a detector knows of."
"""Said of a trace in which something happened; what was looked at stands above."""


class ProblemsTab(Tab):
    """The list of problems, and beside it the one that is chosen; its title says how many there are."""

    name = "Problems"
    tip = "What went wrong, what shows it, and what to do next"

    stretch_wanted = Signal(object, object)
    """Nanoseconds: the time in which something shows a problem."""

    source_wanted = Signal(str, int)
    """A file and a line that a person wants to see."""

    def __init__(self, parts: TabParts) -> None:
        super().__init__(parts.parent)
        self._session, self._themes = parts.session, parts.themes
        self._row: ProblemRow | None = None
        self.looker = ProblemLooker(parts.session, self)
        self.headline = ElidedLabel(self, most_letters=0)
        self.headline.setAccessibleName("What was found")
        self.trouble = ElidedLabel(self, most_letters=0)
        self.trouble.setAccessibleName("What is wrong with the file of what is muted")
        self.trouble.setContentsMargins(8, 0, 8, 3)
        self.show_muted = QCheckBox("Show Muted", self)
        self.show_muted.setToolTip("Also what a person has muted, with the reason")
        self.mute_all = tip_button("Mute All…", "Take all that is found now for known, for one reason", self)
        self.list = ProblemList(parts.themes, self)
        self.detail = ProblemDetail(parts.themes, self)
        self._place_parts()
        self.looker.changed.connect(self._show)
        self.show_muted.toggled.connect(self._show)
        self.mute_all.clicked.connect(self._ask_all)
        self.list.chosen.connect(self.show_problem)
        self.list.place_wanted.connect(self._show_place)
        self.detail.evidence.wanted.connect(self._show_evidence)
        self.detail.mute_wanted.connect(self._ask_one)
        self.detail.unmute_wanted.connect(self._unmute)
        self._show()

    @property
    def new(self) -> int:
        """How many errors and warnings nobody has muted."""
        return new_problems(self.looker.looked)

    @property
    def title(self) -> str:
        """How many new ones there are stands in it."""
        return f"{self.name} {count(self.new)}" if self.new else self.name

    def refresh_records(self) -> None:
        """New records came; look again in due time."""
        self.looker.ask()

    def refresh_runs(self) -> None:
        """The run in view may have come to its end."""
        self.looker.ask()

    def refresh_trace(self) -> None:
        """Another trace is in view."""
        self.looker.forget()

    def refresh_theme(self) -> None:
        """Take the colours of the theme that is shown now."""
        self.list.rebuild()
        self.trouble.setStyleSheet(f"color: {self._themes.theme.warning}")
        self.detail.evidence.refresh_theme()

    def show_problem(self, row: ProblemRow | None) -> None:
        """Show a problem beside the list, and on the timeline what shows it first."""
        self._show_detail(row)
        self.detail.evidence.walk(1)
        finding = row.finding if row is not None else None
        if finding is not None and not self.detail.evidence.place[0]:
            self._go_to(finding.evidence.first_ns, finding.evidence.last_ns)

    def _show(self) -> None:
        """Show what the newest look has found; what is chosen stays chosen."""
        looked, busy = self.looker.looked, self.looker.busy
        self.headline.setText(headline(looked, busy=busy))
        self.trouble.setText(looked.trouble if looked is not None else "")
        self.trouble.setVisible(bool(self.trouble.text()))
        muted = len(looked.problems.muted) if looked is not None else 0
        self.show_muted.setText(f"Show Muted ({count(muted)})" if muted else "Show Muted")
        self.show_muted.setVisible(muted > 0)
        self.mute_all.setVisible(looked is not None and bool(looked.problems.findings))
        self.list.hint = (NOTHING_YET if self.looker.is_current else LOOKING) if looked is None else HEALTHY
        self.list.show_sections(sections_of(looked, with_muted=self.show_muted.isChecked()) if looked else [])
        self.list.viewport().update()
        now = self.list.current
        if now is None or now != self._row:
            self._show_detail(now, keep=now is not None and self._row is not None and now.key == self._row.key)
        self.counts_changed.emit()

    def _show_detail(self, row: ProblemRow | None, *, keep: bool = False) -> None:
        self._row = row
        looked = self.looker.looked
        if row is None or row.finding is None or looked is None:
            self.detail.show_problem(row, "", ())
            return
        trace, finding = self._session.trace, row.finding
        self.detail.show_problem(row, evidence.seen(trace, finding), evidence.rows_of(trace, finding), keep=keep)

    def _show_evidence(self, row: EvidenceRow) -> None:
        if row.place is not None:
            self.source_wanted.emit(row.place.file, row.place.line)
            return
        if row.stretch is not None:
            self._go_to(*row.stretch)
        self.item_wanted.emit(row.kind, row.id)

    def _go_to(self, start_ns: int, end_ns: int) -> None:
        """This time on the timeline, with as much before and after it."""
        first, last = self._session.trace.span_ns
        room = max(end_ns - start_ns, (last - first) // AROUND, 1_000)
        self.stretch_wanted.emit(start_ns - room, end_ns + room)

    def _show_place(self, row: ProblemRow) -> None:
        place = row.finding.place if row.finding is not None else None
        if place is not None:
            self.source_wanted.emit(place.file, place.line)

    # What a person does not want to hear of any more

    def _ask_one(self) -> None:
        if self._row is not None and self._row.finding is not None:
            self._ask(self._row.text, (self._row.key,))

    def _ask_all(self) -> None:
        looked = self.looker.looked
        if looked is not None:
            found = looked.problems.findings
            self._ask(
                f"{several(len(found), 'finding')}, {several(looked.problems.count(Severity.ERROR), 'error')} of them: "
                "what comes later is new",
                tuple(each.fingerprint for each in found),
            )

    def _ask(self, about: str, fingerprints: tuple[str, ...]) -> None:
        sheet = MuteSheet(about, fingerprints, self.looker.path, self)
        sheet.given.connect(self._mute)
        sheet.finished.connect(sheet.deleteLater)
        sheet.show()

    def _mute(self, fingerprints: tuple[str, ...], reason: str) -> None:
        try:
            self.looker.mute(fingerprints, reason)
        except UserError as error:
            self.failed.emit(error)

    def _unmute(self) -> None:
        try:
            if self._row is not None:
                self.looker.unmute(self._row.key)
        except UserError as error:
            self.failed.emit(error)

    def _place_parts(self) -> None:
        line = QHBoxLayout()
        line.setContentsMargins(8, 3, 8, 3)
        line.addWidget(self.headline, 1)
        line.addWidget(self.show_muted)
        line.addSpacing(6)
        line.addWidget(self.mute_all)
        self.splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self.list)
        self.splitter.addWidget(self.detail)
        self.splitter.setSizes([620, 380])
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addLayout(line)
        rows.addWidget(self.trouble)
        rows.addWidget(self.splitter, 1)
