"""The Explore sheet: the runs that the scenario could have as well, and what breaks its expectations in one of them."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from textwrap import wrap

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QPlainTextEdit, QSplitter, QVBoxLayout, QWidget

from bus.errors import UserError
from bus.exploration.findings import write_replay
from bus.exploration.jobs import HowFar
from bus.exploration.telling import Finding
from bus.exploration.words import Explored, summary_lines
from bus.scenario import Document
from bus.wording import several
from ui.exploration import job
from ui.exploration.explore_form import ExploreForm
from ui.exploration.finding_view import FindingView
from ui.job import Job
from ui.screen import sheet_size
from ui.theme import ThemeSource
from ui.widgets import ask
from ui.widgets.plain_text import plain_text, strong_text
from ui.widgets.working_sheet import WorkingSheet

SIZE = QSize(1180, 760)
LONGEST_S = 12.0
SCENARIOS = "Scenarios (*.yaml)"
ABOUT = (
    "Runs the scenario again and again in virtual time, beside the window, with the order of what is due at the same "
    "time and what is drawn chosen anew, and judges each run by what the scenario expects."
)
TIP_LETTERS = 100
"""In a line of a tip."""

SUMMARY_LINES = 7
AROUND_PX = 14
"""Frame, padding and margin of a box of text."""

READY = "Runs that pass prove nothing about the others: nothing here is exhaustive."


class ExploreSheet(WorkingSheet):
    """Of the scenario as it was when the sheet opened. It does not stop the window."""

    failed = Signal(object)
    """A UserError."""

    replay_wanted = Signal(str)
    """The text of a replay that is to be opened and stepped through."""

    def __init__(self, document: Document, engine: str, folder: Path, themes: ThemeSource, parent: QWidget) -> None:
        """engine: empty for the scenario's own. folder: where a replay is suggested to be."""
        super().__init__(parent)
        self._document, self._engine, self._folder = document.snapshot(), engine, folder
        self._stem = document.path.stem if document.path is not None else "finding"
        self._explored: Explored | None = None
        self._findings: list[Finding] = []
        self._enough = threading.Event()
        self._job = Job(self)
        self._job.gave.connect(self._came)
        self._job.progressed.connect(self._show_progress)
        self._job.done.connect(self._done)
        self._job.stopped.connect(self._stopped)
        self._job.failed.connect(self._failed)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Explore: {document.scenario.name or document.title}")
        self.setAccessibleName("Explore")
        self._make_parts(themes)
        self.resize(sheet_size(SIZE, parent))

    def explore(self) -> None:
        """Make runs as it is chosen."""
        self._explored, self._findings = None, []
        self._enough = threading.Event()
        self.list.clear()
        self.view.show_finding(None, None)
        self.summary.clear()
        self.says.setText("Starting …")
        wanted = self.form.wanted(self._engine)
        self._job.start_watched(job.explore, self._document, wanted, self._enough)
        self.form.show_busy(True)

    def cancel(self) -> None:
        """Make no more runs, and tell what was seen so far; once more, and that is not waited for."""
        if self._enough.is_set() or self._explored is not None:
            self._job.stop()
        else:
            self._enough.set()
            self.says.setText("No more runs: telling what was seen so far …")

    def select(self) -> None:
        """Show the finding that is selected."""
        row = self.list.currentRow()
        self.view.show_finding(self._findings[row] if 0 <= row < len(self._findings) else None, self._explored)

    def save(self, finding: Finding) -> None:
        """Ask where, and write a finding as a scenario."""
        path = ask.file_to_save(self, "Save the replay", self._folder / f"{self._title(finding)}.yaml", SCENARIOS)
        if path is None:
            return
        try:
            write_replay(finding, path)
        except UserError as error:
            self.failed.emit(error)
            return
        self.says.setText(f"Written to {path}.")

    def step_through(self, finding: Finding) -> None:
        """Have a finding opened in the window."""
        self.replay_wanted.emit(finding.replay)

    def end_work(self) -> None:
        """End what runs for it."""
        self.view.close_job()
        self._job.end(LONGEST_S)

    def _title(self, finding: Finding) -> str:
        return f"{self._stem}-{self._findings.index(finding) + 1}"

    def _came(self, part: Explored | Finding) -> None:
        if isinstance(part, Explored):
            self._explored = part
            self._say_summary()
            many = len(part.tally.sightings)
            self.says.setText(f"Shrinking {several(many, 'finding')} …" if many else "No run broke anything.")
            return
        self._findings.append(part)
        item = QListWidgetItem(f"{part.what}\n{part.guilty}", self.list)
        item.setToolTip("\n".join([part.what, *wrap(part.guilty, TIP_LETTERS)]))  # the list cuts what is long
        self._say_summary()
        if len(self._findings) == 1:
            self.list.setCurrentRow(0)

    def _show_progress(self, how_far: HowFar) -> None:
        found = f", {how_far.breaking} break something" if how_far.breaking else ""
        rate = how_far.runs / how_far.seconds if how_far.seconds else 0.0
        if self._explored is None and not self._enough.is_set():
            self.says.setText(f"{several(how_far.runs, 'run')}, {rate:.0f}/s{found}")

    def _say_summary(self) -> None:
        if self._explored is not None:
            # Findings that are being shrunk are not "more things": only what will not be told is counted as such.
            left = len(self._explored.tally.sightings) - len(self._findings) if not self._job.busy else 0
            self.summary.setPlainText("\n".join(summary_lines(self._explored, left)))

    def _done(self, _: object) -> None:
        self._say_summary()
        explored = self._explored
        if explored is not None and explored.tally.breaking:
            runs = several(explored.tally.runs, "run")
            self.says.setText(
                f"{explored.tally.breaking} of {runs} break something: {several(len(self._findings), 'finding')}."
            )
        elif explored is not None:
            self.says.setText(f"None of {several(explored.tally.runs, 'run')} breaks anything. {READY}")
        self.form.show_busy(False)

    def _stopped(self) -> None:
        self.says.setText("Cancelled.")
        self._say_summary()
        self.form.show_busy(False)

    def _failed(self, error: Exception) -> None:
        self.form.show_busy(False)
        if not isinstance(error, UserError):
            raise error
        self.says.setText(str(error))
        self.failed.emit(error)

    def _make_parts(self, themes: ThemeSource) -> None:
        self.form = ExploreForm(os.cpu_count() or 1, self)
        self.form.started.connect(self.explore)
        self.form.cancelled.connect(self.cancel)
        self.says = strong_text(READY, self)
        self.list = QListWidget(self)
        self.list.setAccessibleName("Findings")
        self.list.setWordWrap(True)
        self.list.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.currentRowChanged.connect(self.select)
        self.view = FindingView(themes, self)
        self.view.step_wanted.connect(self.step_through)
        self.view.save_wanted.connect(self.save)
        self.view.failed.connect(self.failed)
        parts = QSplitter(Qt.Orientation.Horizontal, self)
        for part, share in ((self.list, 2), (self.view, 3)):
            parts.addWidget(part)
            parts.setStretchFactor(parts.count() - 1, share)
        parts.setChildrenCollapsible(False)
        self.summary = QPlainTextEdit(self)
        self.summary.setReadOnly(True)
        self.summary.setAccessibleName("How it was explored, and what was not tried")
        self.summary.document().setDocumentMargin(1)  # so that no line is cut where it scrolls, at the top or below
        lines = SUMMARY_LINES * self.summary.fontMetrics().lineSpacing()
        self.summary.setMaximumHeight(lines + AROUND_PX)
        about = plain_text(ABOUT, self)
        about.setProperty("muted", True)
        rows = QVBoxLayout(self)
        rows.setSpacing(8)
        rows.addWidget(about)
        rows.addWidget(self.form)
        rows.addWidget(self.says)
        rows.addWidget(parts, 1)
        rows.addWidget(self.summary)
