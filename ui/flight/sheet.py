"""When the flight recorder writes, how much, and where to; and the files that are there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from bus.session import Session
from ui.flight.form import FlightForm
from ui.flight.watch import FlightWatch
from ui.number_text import size_text
from ui.ports import SettingsStore
from ui.screen import sheet_size
from ui.table_model import one_line
from ui.widgets.empty_hint import EmptyHint
from ui.widgets.panel_scroll import PanelScroll

SIZE = QSize(620, 640)
MOST_LETTERS = 200
"""Of a reason in the list."""

UNKNOWN = "reason unknown"


class FlightSheet(QDialog):
    """The sheet of the flight recorder's settings.

    It does not stop the window; what is changed counts at once, and is kept.
    """

    open_wanted = Signal(str)
    """The path of one of its files."""

    def __init__(self, session: Session, watch: FlightWatch, store: SettingsStore, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Flight Recorder")
        self.setAccessibleName("Flight Recorder")
        self._session, self._watch, self._store = session, watch, store
        about = QLabel(
            "Keeps the last seconds of what is recorded in memory. Where something goes wrong it writes them, and the "
            "seconds after, to a capture of their own.",
            self,
        )
        about.setWordWrap(True)
        about.setProperty("muted", True)
        self.form = FlightForm(store.read().flight, self)
        self.form.changed.connect(self._keep)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        rows = QVBoxLayout(self)
        rows.setSpacing(8)
        rows.addWidget(about)
        rows.addWidget(PanelScroll(self.form, self), 1)
        rows.addLayout(self._files_part(), 1)
        rows.addWidget(buttons)
        watch.wrote.connect(self.refresh_files)
        self.refresh_files()
        self.resize(sheet_size(SIZE, parent))

    def refresh_files(self) -> None:
        """Show what is there now."""
        self.files.clear()
        for path in self._watch.files():
            why = one_line(self._watch.why(path), MOST_LETTERS) or UNKNOWN
            item = QListWidgetItem("   ".join((path.stem, _size(path), why)))
            item.setData(Qt.ItemDataRole.UserRole, str(path))
            item.setToolTip(f"{path}\n{why}")
            self.files.addItem(item)
        there = self.files.count() > 0
        self.files.setCurrentRow(0 if there else -1)
        self.files.setVisible(there)
        self.none_yet.setVisible(not there)
        self.open_button.setEnabled(there)
        recorder = self._watch.recorder
        self.place.setText(f"Files, the newest first, in {recorder.folder.path if recorder else ''}")

    def _files_part(self) -> QVBoxLayout:
        self.place = QLabel(self)
        self.place.setTextFormat(Qt.TextFormat.PlainText)
        self.place.setWordWrap(True)
        self.files = QListWidget(self)
        self.files.setAccessibleName("Files of the flight recorder")
        self.files.itemActivated.connect(self._open)
        self.none_yet = EmptyHint(
            "Nothing was written yet",
            "A file appears here when something goes wrong, or by Write What Just Happened.",
            self,
        )
        self.open_button = QPushButton("Open", self)
        self.open_button.setToolTip("Open this capture in the window")
        self.open_button.clicked.connect(self._open)
        self.folder_button = QPushButton("Show Folder", self)
        self.folder_button.setToolTip("Show the files where they lie")
        self.folder_button.clicked.connect(self._show_folder)
        line = QHBoxLayout()
        line.addWidget(self.open_button)
        line.addWidget(self.folder_button)
        line.addStretch(1)
        rows = QVBoxLayout()
        rows.setSpacing(4)
        rows.addWidget(self.place)
        rows.addWidget(self.files, 1)
        rows.addWidget(self.none_yet, 1)
        rows.addLayout(line)
        return rows

    def _keep(self) -> None:
        chosen = self.form.settings
        self._store.write(replace(self._store.read(), flight=chosen))
        if self._session.flight is not None:
            self._session.flight.set_settings(chosen, self._session.trace)
        self._watch.look()
        self.refresh_files()

    def _open(self) -> None:
        item = self.files.currentItem()
        if item is not None:
            self.open_wanted.emit(str(item.data(Qt.ItemDataRole.UserRole)))
            self.close()

    def _show_folder(self) -> None:
        recorder = self._watch.recorder
        if recorder is not None and recorder.folder.path.is_dir():
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(recorder.folder.path)))


def _size(path: Path) -> str:
    try:
        size = path.stat().st_size
    except OSError:  # it went meanwhile
        return "gone"
    return size_text(size)
