"""The Save Evidence sheet: what a page about the trace in view would tell whoever gets it, before it is written."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from bus.errors import UserError
from bus.report import Report, Wanted
from bus.session import Session
from buslens.redaction import FULL, KEYS, OFF
from ui.held_job import HeldJob
from ui.panels.problems.looker import baseline_of, end_is_known
from ui.report.job import make
from ui.runs.words import name_of
from ui.screen import sheet_size
from ui.widgets.plain_text import plain_text, strong_text
from ui.widgets.save_row import SaveRow
from ui.widgets.working_sheet import WorkingSheet

SIZE = QSize(880, 620)
PAGES = "Pages (*.html)"
PAYLOADS = (
    (FULL, "with secrets replaced"),
    (KEYS, "fields and types only"),
    (OFF, "left out"),
)
ABOUT = (
    "One page that opens in any browser: problems, pictures of the timeline around them, flows and numbers. "
    "Below is what leaves with it: read it before you send the page to strangers."
)


class ReportSheet(WorkingSheet):
    """Of what was in view when it opened. It does not stop the window."""

    failed = Signal(object)
    """A UserError."""

    def __init__(self, session: Session, folder: Path, parent: QWidget) -> None:
        """folder: where the page is suggested to be."""
        super().__init__(parent)
        self._session, self._folder = session, folder
        self._shown = session.runs.view
        self._job = HeldJob(session, self)
        self._job.done.connect(self._done)
        self._job.progressed.connect(self._show_share)
        self._job.failed.connect(self._failed)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Save evidence of {name_of(self._shown)}")
        self.setAccessibleName("Save evidence")
        self._make_parts()
        self.resize(sheet_size(SIZE, parent))
        self.make()

    @property
    def wanted(self) -> Wanted:
        """What is chosen here."""
        keys = tuple(key for key in self.keys.text().replace(",", " ").split() if key)
        return Wanted(self.payloads.currentData(), keys, self.muted.isChecked())

    def make(self) -> None:
        """Make the report again, as it is chosen now."""
        self.saving.withdraw()
        if self._session.runs.view is not self._shown:
            self.says.setText(f"{name_of(self._shown)} is not in view any more: open this sheet again.")
            return
        self.says.setText("Looking for problems …")
        session = self._session
        self._job.start(make, session.trace, self.wanted, baseline_of(session), end_is_known(session))

    def show_report(self, report: Report, page: str, wrong: str) -> None:
        """Show what would leave."""
        self.says.setText(report.summary)
        self.leaves.setText("\n".join(filter(None, (f"It holds {report.leaving.words}.", wrong))))
        self.preview.setPlainText(preview_text(report))
        suggestion = self._folder / f"{Path(name_of(self._shown)).stem}.html"
        self.saving.offer(page.encode("utf-8", "replace"), suggestion)

    def open_page(self, path: str) -> None:
        """Show the page that was written in the person's browser."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(path))

    def end_work(self) -> None:
        """Nobody waits for the report any more."""
        self._job.close()

    def _done(self, result: tuple[Report, str, str]) -> None:
        self.show_report(*result)

    def _show_share(self, share: float) -> None:
        self.says.setText(f"Looking for problems … {share:.0%}")

    def _written(self, path: str) -> None:
        self.says.setText(f"Written to {path}.")

    def _failed(self, error: UserError) -> None:
        self.says.setText(str(error))
        self.failed.emit(error)

    def _make_parts(self) -> None:
        self.says, self.leaves = strong_text("", self), plain_text("", self)
        self.leaves.setProperty("muted", True)
        self.preview = QPlainTextEdit(self)
        self.preview.setReadOnly(True)
        self.preview.setProperty("monospace", True)
        self.preview.setAccessibleName("What leaves")
        self.preview.setPlaceholderText("Nothing was found, so that no payload and no error leaves.")
        rows = QVBoxLayout(self)
        rows.setSpacing(8)
        about = plain_text(ABOUT, self)
        about.setProperty("muted", True)
        rows.addWidget(about)
        rows.addLayout(self._choices())
        rows.addWidget(self.says)
        rows.addWidget(self.leaves)
        rows.addWidget(self.preview, 1)
        rows.addWidget(self._save_row())

    def _choices(self) -> QHBoxLayout:
        self.payloads = QComboBox(self)
        self.payloads.setAccessibleName("Payloads")
        for value, title in PAYLOADS:
            self.payloads.addItem(title, value)
        self.payloads.activated.connect(self.make)
        self.keys = QLineEdit(self)
        self.keys.setAccessibleName("Also secret")
        self.keys.setToolTip("Fields whose values never leave, separated by commas")
        self.keys.setPlaceholderText("mail, name")
        self.keys.editingFinished.connect(self._keys_typed)
        self._made_with = ""
        self.muted = QCheckBox("Also what is muted", self)
        self.muted.toggled.connect(self.make)
        line = QHBoxLayout()
        line.setSpacing(8)
        for title, widget in (("Payloads", self.payloads), ("Also secret", self.keys)):
            label = QLabel(title, self)
            label.setBuddy(widget)
            line.addWidget(label)
            line.addWidget(widget)
        line.addWidget(self.muted)
        line.addStretch(1)
        return line

    def _keys_typed(self) -> None:
        """Only where they have changed: leaving the field is no reason to look again."""
        if self.keys.text() != self._made_with:
            self._made_with = self.keys.text()
            self.make()

    def _save_row(self) -> SaveRow:
        self.saving = SaveRow("Save evidence", PAGES, "Open Page", self)
        self.saving.written.connect(self._written)
        self.saving.failed.connect(self._failed)
        self.saving.open_wanted.connect(self.open_page)
        self.saving.closed.connect(self.reject)
        return self.saving


def preview_text(report: Report) -> str:
    """Problems, errors and payloads, as they leave."""
    lines = []
    for problem in report.problems:
        lines += [f"{problem.severity.word}: {problem.title}", f"    {problem.meaning}"]
        lines += [f"    {problem.place}"] * bool(problem.place)
        for error in problem.errors:
            lines += [f"  call {error.ident} of {error.handler} failed", *_indented(error.text)]
        for carried in problem.payloads:
            lines += [f"  dispatch {carried.ident} of {carried.event} carried", *_indented(carried.text)]
        lines.append("")
    return "\n".join(lines)


def _indented(text: str) -> list[str]:
    return [f"      {line}" for line in text.splitlines()]
