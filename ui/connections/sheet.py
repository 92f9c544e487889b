"""The Connections window: a page for each sort of broker, and what happens to passwords."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from bus.brokers import KINDS
from bus.connections import secrets
from ui.connections.page import ConnectionPage
from ui.job import Job
from ui.screen import sheet_size
from ui.theme import ThemeSource
from ui.widgets.scrolled_tabs import ScrolledTabs
from ui.widgets.working_sheet import WorkingSheet

SIZE = QSize(620, 540)
KEPT = "Passwords are kept in the system keyring, and never in a file of Buslens."
NOT_KEPT = "Passwords cannot be kept: {why}. Set the environment variable {variable} instead."


class ConnectionsSheet(WorkingSheet):
    """The sheet of all connections.

    It does not stop the window; a run that goes on keeps the connection that it has.
    """

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Connections")
        self.setAccessibleName("Connections")
        self._no_keyring: str | None = None
        self.pages = {kind.id: ConnectionPage(kind, themes, self) for kind in KINDS.values()}
        self.tabs = ScrolledTabs(self)
        self.tabs.setDocumentMode(True)
        for kind in KINDS.values():
            self.tabs.addTab(self.pages[kind.id], kind.title)
        self.about_passwords = QLabel("Looking for the system keyring…", self)
        self.about_passwords.setTextFormat(Qt.TextFormat.PlainText)
        self.about_passwords.setWordWrap(True)
        self.about_passwords.setProperty("muted", True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        rows = QVBoxLayout(self)
        rows.setSpacing(8)
        rows.addWidget(self.tabs, 1)
        rows.addWidget(self.about_passwords)
        rows.addWidget(buttons)
        self.tabs.currentChanged.connect(self._say_where_passwords_are)
        self._look = Job(self)
        self._look.done.connect(self._looked)
        self._look.failed.connect(self._look_failed)
        self._look.start(secrets.why_no_keyring)
        self.resize(sheet_size(SIZE, parent))

    def end_work(self) -> None:
        """Nobody waits for a look any more."""
        self._look.forget()
        for page in self.pages.values():
            page.close_jobs()

    def _looked(self, why: object) -> None:
        self._no_keyring = str(why)
        self._say_where_passwords_are()

    def _look_failed(self, error: object) -> None:
        self._looked(f"the system keyring fails with {type(error).__name__}")

    def _say_where_passwords_are(self) -> None:
        if self._no_keyring is not None:
            kind = list(KINDS.values())[self.tabs.currentIndex()]
            text = NOT_KEPT.format(why=self._no_keyring, variable=kind.password_variable) if self._no_keyring else KEPT
            self.about_passwords.setText(text)
