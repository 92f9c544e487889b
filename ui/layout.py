"""Where the panels are: docked, closed, moved, brought back, and remembered from one start to the next."""

from __future__ import annotations

import base64
import binascii

from PySide6.QtCore import QByteArray, QObject, Qt, Signal
from PySide6.QtWidgets import QDockWidget, QMainWindow, QStackedWidget, QWidget

from ui.theme import ThemeSource
from ui.widgets.dock_title import DockTitle

LEFT, RIGHT, BOTTOM = (
    Qt.DockWidgetArea.LeftDockWidgetArea,
    Qt.DockWidgetArea.RightDockWidgetArea,
    Qt.DockWidgetArea.BottomDockWidgetArea,
)
VERSION = 1
"""Raised when a panel comes or goes, so that an old arrangement is not forced on it."""


class Layout(QObject):
    """Owns the docks; knows panels only as widgets with an id."""

    changed = Signal()

    def __init__(self, window: QMainWindow, pages: QStackedWidget, themes: ThemeSource) -> None:
        super().__init__(window)
        self._window = window
        self._pages = pages
        self._themes = themes
        self._docks: dict[str, QDockWidget] = {}
        self._first: tuple[QByteArray, QByteArray] | None = None

    @property
    def shown(self) -> frozenset[str]:
        """Ids of the panels that are not closed."""
        return frozenset(panel for panel, dock in self._docks.items() if not dock.isHidden())

    @property
    def on_start_page(self) -> bool:
        """Whether the start page is in the middle."""
        return self._pages.currentIndex() == 0

    def add(self, panel: str, title: str, widget: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        """Dock one panel."""
        dock = QDockWidget(title, self._window)
        dock.setObjectName(f"dock_{panel}")
        dock.setAccessibleName(title)
        dock.setWidget(widget)
        dock.setTitleBarWidget(DockTitle(dock, self._themes))
        dock.visibilityChanged.connect(self._visibility_changed)
        self._docks[panel] = dock
        self._window.addDockWidget(area, dock)
        return dock

    def arrange(self) -> None:
        """The first arrangement, as in the sketch of docs/architecture.md; what `reset` comes back to."""
        window, docks = self._window, self._docks
        window.setCorner(Qt.Corner.BottomLeftCorner, LEFT)
        window.setCorner(Qt.Corner.BottomRightCorner, BOTTOM)
        window.splitDockWidget(docks["scenario"], docks["emit"], Qt.Orientation.Vertical)
        window.resizeDocks([docks["scenario"], docks["inspector"]], [270, 310], Qt.Orientation.Horizontal)
        window.resizeDocks([docks["scenario"], docks["emit"]], [420, 270], Qt.Orientation.Vertical)
        window.resizeDocks([docks["tables"]], [250], Qt.Orientation.Vertical)
        self._first = window.saveGeometry(), window.saveState(VERSION)

    def toggle(self, panel: str) -> None:
        """Close it, or bring it back."""
        dock = self._docks[panel]
        dock.setVisible(dock.isHidden())

    def show(self, panel: str) -> None:
        """Bring it back and in front."""
        self._docks[panel].show()
        self._docks[panel].raise_()

    def show_start(self) -> None:
        """The start page in the middle."""
        self._pages.setCurrentIndex(0)
        self.changed.emit()

    def show_timeline(self) -> None:
        """The timeline in the middle."""
        self._pages.setCurrentIndex(1)
        self.changed.emit()

    def reset(self) -> None:
        """As it was at first."""
        for dock in self._docks.values():
            dock.setFloating(False)
            dock.show()
        if self._first is not None:
            self._window.restoreState(self._first[1], VERSION)
            for dock in self._docks.values():
                dock.show()

    def saved(self) -> str:
        """The arrangement as text for the settings."""
        parts = (self._window.saveGeometry(), self._window.saveState(VERSION))
        return " ".join(base64.b64encode(part.data()).decode() for part in parts)

    def restore(self, text: str) -> None:
        """Arrange as `saved` said; what cannot be read changes nothing."""
        try:
            geometry, state = (QByteArray(base64.b64decode(part, validate=True)) for part in text.split())
        except (ValueError, binascii.Error):
            return
        self._window.restoreGeometry(geometry)
        self._window.restoreState(state, VERSION)

    def _visibility_changed(self, _visible: bool) -> None:
        self.changed.emit()
