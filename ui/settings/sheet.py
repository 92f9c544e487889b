"""The settings dialog: a page for the window, one for the editor, one for the flight recorder."""

from __future__ import annotations

import os
from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from bus.settings import Settings
from ui.flight.form import FlightForm
from ui.ports import SettingsStore
from ui.screen import sheet_size
from ui.settings.editor_page import EditorPage
from ui.settings.general_page import GeneralPage
from ui.source.editors import editors_found
from ui.widgets.scrolled_tabs import ScrolledTabs

SIZE = QSize(560, 460)
PAGES = ("General", "Editor", "Flight recorder")


class SettingsSheet(QDialog):
    """The sheet of settings.

    It does not stop the window; what is changed counts at once, and is kept.
    """

    changed = Signal(object)
    """The Settings of now."""

    def __init__(self, store: SettingsStore, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Settings")
        self.setAccessibleName("Settings")
        self._store = store
        settings = store.read()
        self.general = GeneralPage(settings, self)
        self.editor = EditorPage(settings.editor, editors_found(os.environ), self)
        self.flight = FlightForm(settings.flight, self)
        self.tabs = ScrolledTabs(self)
        self.tabs.setDocumentMode(True)
        pages: tuple[GeneralPage | EditorPage | FlightForm, ...] = (self.general, self.editor, self.flight)
        for title, page in zip(PAGES, pages, strict=True):
            page.setContentsMargins(4, 8, 4, 4)
            self.tabs.addTab(page, title)
            page.changed.connect(self._keep)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        self.defaults = buttons.addButton("Defaults", QDialogButtonBox.ButtonRole.ResetRole)
        self.defaults.setToolTip("Set everything here back to what it was at first")
        self.defaults.setAutoDefault(False)  # Return in a field means that field
        self.defaults.clicked.connect(self.set_defaults)
        buttons.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)
        buttons.rejected.connect(self.reject)
        rows = QVBoxLayout(self)
        rows.addWidget(self.tabs, 1)
        rows.addWidget(buttons)
        self.resize(sheet_size(SIZE, parent))

    def show_page(self, title: str) -> None:
        """One of PAGES in front."""
        self.tabs.setCurrentIndex(PAGES.index(title))

    def set_defaults(self) -> None:
        """Everything here as it comes; recent files and the arrangement of the panels stay."""
        usual, now = Settings(), self._store.read()
        self._write(replace(usual, recent_files=now.recent_files, window_layout=now.window_layout))

    def _keep(self) -> None:
        settings = self.general.put_into(self._store.read())
        self._write(replace(settings, editor=self.editor.value, flight=self.flight.settings))

    def _write(self, settings: Settings) -> None:
        self._store.write(settings)
        self.general.show_settings(settings)
        self.editor.show_command(settings.editor)
        self.flight.show_settings(settings.flight)
        self.changed.emit(settings)
