"""The Make Scenario sheet: a scenario that behaves as what is in view, and how far it does, before it is saved."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from bus.errors import UserError
from bus.modelling.making import Model, ModelOptions
from bus.modelling.validating import Validation
from bus.modelling.words import FIT_HEADS, arrival_sentence, fit_rows, verdict
from bus.session import Session
from ui.held_job import HeldJob
from ui.modelling.job import make_model
from ui.modelling.rows_table import RowsTable
from ui.panels.problems.looker import end_is_known
from ui.runs.words import name_of
from ui.screen import sheet_size
from ui.theme import ThemeSource
from ui.widgets.plain_text import plain_text, strong_text
from ui.widgets.save_row import SaveRow
from ui.widgets.working_sheet import WorkingSheet

SIZE = QSize(1080, 680)
SCENARIOS = "Scenarios (*.yaml)"
ARRIVALS = (
    (ModelOptions(None), "each at its time, where they are few"),
    (ModelOptions("seen"), "each at its time"),
    (ModelOptions("fitted"), "at a fitted rate"),
)
ABOUT = (
    "Events, handlers, times, failures, fan-out and arrivals as they were measured. The scenario was run in virtual "
    "time: what was captured stands beside what is simulated."
)


class ModelSheet(WorkingSheet):
    """Of what was in view when it opened. It does not stop the window."""

    failed = Signal(object)
    """A UserError."""

    open_wanted = Signal(str)
    """The scenario that was saved."""

    def __init__(self, session: Session, folder: Path, themes: ThemeSource, parent: QWidget) -> None:
        """folder: where the scenario is suggested to be."""
        super().__init__(parent)
        self._session, self._folder, self._themes = session, folder, themes
        self._shown = session.runs.view
        self._made: tuple[Model, Validation] | None = None
        self._job = HeldJob(session, self)
        self._job.done.connect(self._done)
        self._job.progressed.connect(self._say)
        self._job.failed.connect(self._failed)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Make a scenario of {name_of(self._shown)}")
        self.setAccessibleName("Make a scenario")
        self._make_parts()
        themes.changed.connect(self.refresh_theme)
        self.resize(sheet_size(SIZE, parent))
        self.make()

    @property
    def wanted(self) -> ModelOptions:
        """What is chosen here."""
        arrivals: ModelOptions = self.arrivals.currentData()
        return ModelOptions(arrivals.arrivals, self.payloads.isChecked(), end_is_known(self._session))

    def make(self) -> None:
        """Make the scenario again, as it is chosen now."""
        self._made = None
        self.saving.withdraw()
        if self._session.runs.view is not self._shown:
            self.says.setText(f"{name_of(self._shown)} is not in view any more: open this sheet again.")
            return
        self._say("Looking at what was recorded …")
        self._job.start(make_model, self._session.trace, name_of(self._shown), self.wanted)

    def refresh_theme(self) -> None:
        """Show the table in the theme's colours from now on."""
        if self._made is not None:
            rows = fit_rows(self._made[1])
            marked = [at for at, (_, is_wrong) in enumerate(rows) if is_wrong]
            self.table.show_rows(FIT_HEADS, [texts for texts, _ in rows], marked, self._themes.theme.warning)

    def end_work(self) -> None:
        """Nobody waits for the scenario any more."""
        self._job.close()

    def _done(self, made: tuple[Model, Validation]) -> None:
        self._made = made
        model, found = made
        told = [*found.sentences, *model.notes, *map(arrival_sentence, model.arrivals)]
        self.notes.setPlainText("\n".join(f"• {each}" for each in told))
        self._say(verdict(found))
        self.refresh_theme()
        suggestion = self._folder / f"{Path(name_of(self._shown)).stem}-model.yaml"
        self.saving.offer(model.text.encode("utf-8"), suggestion)

    def _written(self, path: str) -> None:
        self._say(f"Written to {path}.")

    def _say(self, text: str) -> None:
        self.says.setText(text)

    def _failed(self, error: UserError) -> None:
        self._say(str(error))
        self.failed.emit(error)

    def _make_parts(self) -> None:
        self.says = strong_text("", self)
        self.table = RowsTable("Captured and simulated", self)
        self.notes = QPlainTextEdit(self)
        self.notes.setReadOnly(True)
        self.notes.setAccessibleName("What was inferred, and what is not known")
        parts = QSplitter(Qt.Orientation.Vertical, self)
        parts.addWidget(self.table)
        parts.addWidget(self.notes)
        parts.setStretchFactor(0, 3)
        parts.setStretchFactor(1, 1)
        parts.setChildrenCollapsible(False)
        about = plain_text(ABOUT, self)
        about.setProperty("muted", True)
        rows = QVBoxLayout(self)
        rows.setSpacing(8)
        rows.addWidget(about)
        rows.addLayout(self._choices())
        rows.addWidget(self.says)
        rows.addWidget(parts, 1)
        rows.addWidget(self._save_row())

    def _choices(self) -> QHBoxLayout:
        self.arrivals = QComboBox(self)
        self.arrivals.setAccessibleName("Events from outside")
        for value, title in ARRIVALS:
            self.arrivals.addItem(title, value)
        self.arrivals.activated.connect(self.make)
        self.payloads = QCheckBox("With values that were seen", self)
        self.payloads.setToolTip("Samples and choices; else only the types of fields")
        self.payloads.setChecked(True)
        self.payloads.toggled.connect(self.make)
        line = QHBoxLayout()
        line.setSpacing(8)
        label = QLabel("Events from outside come", self)
        label.setBuddy(self.arrivals)
        for part in (label, self.arrivals, self.payloads):
            line.addWidget(part)
        line.addStretch(1)
        return line

    def _save_row(self) -> SaveRow:
        self.saving = SaveRow("Save scenario", SCENARIOS, "Open Scenario", self)
        self.saving.written.connect(self._written)
        self.saving.failed.connect(self._failed)
        self.saving.open_wanted.connect(self.open_wanted)
        self.saving.closed.connect(self.reject)
        return self.saving
