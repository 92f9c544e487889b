"""What an event carried: a tree where it is JSON, the text as recorded where it is not."""

from __future__ import annotations

import weakref

from PySide6.QtCore import QTimer
from PySide6.QtGui import QColor, QFontDatabase
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from bus.trace.trace import Trace
from ui.theme import ThemeSource
from ui.widgets.breaking_label import BreakingLabel
from ui.widgets.json_tree import JsonTree

_TALLEST = 320
_LONGEST_TEXT = 200_000


class PayloadBox(QWidget):
    """The payload of the selection as a tree; decoded once for each dispatch, as it never changes."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._trace: weakref.ref[Trace] | None = None
        self._row = -1
        self.tree = JsonTree(themes, self)
        self.text = QPlainTextEdit(self)
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName("Payload as text")
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setProperty("monospace", True)
        self.note: QLabel = BreakingLabel(self)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(2)
        for part in (self.tree, self.text, self.note):
            rows.addWidget(part)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        # The tree tells that it was opened before it has laid itself out.
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._fit)
        self.tree.expanded.connect(self._later.start)
        self.tree.collapsed.connect(self._later.start)
        self.refresh_theme()

    def show_payload(self, trace: Trace, dispatch_row: int) -> None:
        """Show what a dispatch carried; -1: the capture does not hold the dispatch."""
        if self._trace is not None and self._trace() is trace and dispatch_row == self._row:
            return
        self._trace, self._row = weakref.ref(trace), dispatch_row
        if dispatch_row < 0:
            self._show(note="The capture does not hold the dispatch.")
            return
        payload = trace.payload(dispatch_row)
        cut = "Cut: it was too large or too deep to be recorded whole." if payload.cut else ""
        if payload.is_json:
            self.tree.set_value(payload.value)
            self._show(tree=True, note=cut)
        elif payload.text:
            more = len(payload.text) > _LONGEST_TEXT
            self.text.setPlainText(payload.text[:_LONGEST_TEXT])
            self._show(
                text=True, note=cut or ("Only the beginning is shown." if more else "Not JSON: shown as its repr.")
            )
        else:
            self._show(note="Nothing: the event was emitted without a payload.")
        self._fit()

    def refresh_theme(self) -> None:
        """Take the colours of the theme that is shown now."""
        self.note.setStyleSheet(f"color: {QColor(self._themes.theme.muted).name()};")

    def _show(self, *, tree: bool = False, text: bool = False, note: str = "") -> None:
        self.tree.setVisible(tree)
        self.text.setVisible(text)
        self.note.setText(note)
        self.note.setVisible(bool(note))

    def _fit(self) -> None:
        self.tree.setFixedHeight(self.tree.content_height(_TALLEST))
        lines = min(self.text.document().blockCount(), 12)
        self.text.setFixedHeight((lines + 1) * self.text.fontMetrics().lineSpacing() + 12)
