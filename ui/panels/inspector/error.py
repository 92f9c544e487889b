"""Why a call failed: type, message, traceback, and the way to the line that raised it."""

from __future__ import annotations

from pathlib import PurePath

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ui.panels.inspector.facts import ErrorText
from ui.panels.inspector.section import link_button, link_style
from ui.panels.inspector.traceback import TracebackView
from ui.panels.state_icons import look
from ui.source.opening import innermost_place
from ui.table_model import one_line
from ui.theme import ThemeSource
from ui.widgets.breaking_label import BreakingLabel

_LONGEST_MESSAGE = 2_000


class ErrorBox(QFrame):
    """An edge in the colour of what went wrong, an icon and words."""

    source_wanted = Signal(str, int)

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("error_box")
        self._themes = themes
        self._shown: ErrorText | None = None
        self._place = ("", 0)
        self._icon = QLabel(self)
        self.type = BreakingLabel(self)
        self.message = BreakingLabel(self)
        self.traceback = TracebackView(themes, self)
        self.traceback.source_wanted.connect(self.source_wanted)
        self.source = link_button(self)
        self.source.clicked.connect(self._open)
        line = QHBoxLayout()
        line.setSpacing(4)
        line.addWidget(self._icon)
        line.addWidget(self.type, 1)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(8, 6, 4, 6)
        rows.setSpacing(3)
        rows.addLayout(line)
        rows.addWidget(self.message)
        rows.addWidget(self.source)
        rows.addWidget(self.traceback)
        self.refresh_theme()

    def show_error(self, error: ErrorText | None) -> None:
        """Show an error; None leaves nothing to show (the owner hides the box)."""
        if error is None or error == self._shown:
            return
        self._shown = error
        self.refresh_theme()
        self.type.setText(one_line(error.type))
        cut = " …" if len(error.message) > _LONGEST_MESSAGE else ""
        self.message.setText(error.message[:_LONGEST_MESSAGE] + cut)
        self.message.setVisible(bool(error.message))
        self.traceback.setVisible(bool(error.traceback.strip()))
        self.traceback.show_traceback(error.traceback.rstrip())
        self._place = innermost_place(error.traceback) or ("", 0)
        file, number = self._place
        self.source.setVisible(bool(file))
        self.source.setText(f"{PurePath(file).name}:{number}".replace("&", "&&"))
        self.source.setToolTip(f"Open {file}:{number}, where it was raised, in your editor")
        self.source.setAccessibleName(f"Open where it was raised, {PurePath(file).name} line {number}")

    def refresh_theme(self) -> None:
        """Take the colours of the theme that is shown now."""
        theme = self._themes.theme
        shown = look(theme, self._shown.state if self._shown else "failed")
        if shown is not None:
            colour = shown.colour.name()
            self.setStyleSheet(f"QFrame#error_box {{ border: none; border-left: 3px solid {colour}; }}")
            self.type.setStyleSheet(f"color: {colour}; font-weight: bold;")
            self._icon.setPixmap(shown.icon.pixmap(QSize(14, 14), self.devicePixelRatioF()))
        self.source.setStyleSheet(link_style(theme))
        self.traceback.refresh_theme()

    def _open(self) -> None:
        self.source_wanted.emit(*self._place)
