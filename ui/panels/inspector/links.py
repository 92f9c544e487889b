"""A list of other dispatches and calls, each a button that selects it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QIcon, QResizeEvent
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from bus.trace.ids import id_text
from ui.panels.inspector.facts import RecordLink
from ui.panels.inspector.section import link_style
from ui.panels.state_icons import look
from ui.table_model import one_line
from ui.theme import ThemeSource
from ui.widgets.emptied import empty

_INDENT = 14


class RecordLinkButton(QPushButton):
    """One dispatch or call; the name gives way where the panel is narrow."""

    chosen = Signal(str, object)

    def __init__(self, link: RecordLink, icon: QIcon, style: str, room: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._link = link
        self._words = one_line(f"{link.name}  #{id_text(link.id)}" + (f"  {link.detail}" if link.detail else ""))
        self.setFlat(True)
        self.setObjectName("link")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"{link.kind} {self._words}")
        self.setToolTip(f"Select {link.kind} #{id_text(link.id)}")
        self.setIcon(icon)
        self.setIconSize(QSize(14, 14))
        self.setStyleSheet(style)
        self._room = room
        self.clicked.connect(self._clicked)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut the words, never silently."""
        super().resizeEvent(event)
        metrics = QFontMetrics(self.font())
        shown = metrics.elidedText(self._words, Qt.TextElideMode.ElideRight, self.width() - self._room)
        # A single & in a name is a letter, not a shortcut.
        self.setText(shown.replace("&", "&&"))

    def _clicked(self) -> None:
        self.chosen.emit(self._link.kind, self._link.id)


class LinkList(QWidget):
    """A list of links to dispatches and calls, rebuilt only when they change."""

    chosen = Signal(str, object)

    def __init__(self, themes: ThemeSource, *, stairs: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._stairs = stairs
        self._icons: dict[str, QIcon] = {}
        self._shown: tuple[Sequence[RecordLink], str, str] = ((), "", "")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)

    def show_links(self, links: Sequence[RecordLink], *, before: str = "", after: str = "") -> None:
        """Show these links between two lines of plain words."""
        if (links, before, after) == self._shown:
            return
        self._shown = (links, before, after)
        self._rebuild()

    def refresh_theme(self) -> None:
        """Icons in the colours of the theme that is shown now."""
        self._icons.clear()
        self._rebuild()

    def _rebuild(self) -> None:
        empty(self._layout)
        links, before, after = self._shown
        self._add_words(before)
        for place, link in enumerate(links):
            # A chain of causes goes down like stairs, as deep as the panel has room for.
            margin = 4 + _INDENT * (min(place, 8) if self._stairs else link.depth)
            style = link_style(self._themes.theme, margin)
            button = RecordLinkButton(link, self._icon(link.state or link.kind), style, margin + 28, self)
            button.chosen.connect(self.chosen)
            self._layout.addWidget(button)
        self._add_words(after)

    def _icon(self, state: str) -> QIcon:
        """Drawn once for a theme: a list has many links and few states."""
        if state not in self._icons:
            shown = look(self._themes.theme, state)
            self._icons[state] = shown.icon if shown else QIcon()
        return self._icons[state]

    def _add_words(self, words: str) -> None:
        if words:
            label = QLabel(words, self)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setProperty("muted", True)
            label.setContentsMargins(8, 1, 4, 1)
            self._layout.addWidget(label)
