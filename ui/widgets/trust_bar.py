"""Asks once for a file whose Python code has not been trusted: it does not run before."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from ui.icons import icon
from ui.theme import ThemeSource

SAYS = "This file has Python code, which will not run until you trust it."


class TrustBar(QFrame):
    """Tells that the scenario has Python that is not trusted, and offers to trust and to read it."""

    trust_wanted = Signal()
    code_wanted = Signal()

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("trust_bar")
        self.setAccessibleName("Trust")
        self._themes = themes
        self._icon = QLabel(self)
        says = QLabel(SAYS, self)
        says.setTextFormat(Qt.TextFormat.PlainText)
        says.setWordWrap(True)
        self.show_code = QPushButton("Show Code", self)
        self.show_code.setAccessibleName("Show the Python code of this file")
        self.show_code.setToolTip("Read what would run")
        self.trust = QPushButton("Trust This File", self)
        self.trust.setAccessibleName("Trust this file")
        self.trust.setToolTip("Let its Python handlers run, as long as the file stays as it is")
        self.show_code.clicked.connect(self.code_wanted)
        self.trust.clicked.connect(self.trust_wanted)
        line = QHBoxLayout(self)
        line.setContentsMargins(10, 5, 8, 5)
        line.setSpacing(6)
        line.addWidget(self._icon)
        line.addWidget(says, 1)
        line.addWidget(self.show_code)
        line.addWidget(self.trust)
        themes.changed.connect(self.refresh_theme)
        self.refresh_theme()
        self.hide()

    def refresh_theme(self) -> None:
        """The icon in the theme's amber."""
        self._icon.setPixmap(icon("untrusted", self._themes.theme).pixmap(16, 16))
