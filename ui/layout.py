"""Where the panels are: docked, closed, moved, brought back, and remembered from one start to the next."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QObject, Qt, Signal
from PySide6.QtWidgets import QDockWidget, QMainWindow, QStackedWidget, QTabWidget, QWidget

from ui.screen import fit_to_screen
from ui.theme import ThemeSource
from ui.widgets.dock_title import DockTitle
from ui.widgets.panel_scroll import LEAST, PanelScroll

LEFT, RIGHT, BOTTOM = (
    Qt.DockWidgetArea.LeftDockWidgetArea,
    Qt.DockWidgetArea.RightDockWidgetArea,
    Qt.DockWidgetArea.BottomDockWidgetArea,
)


@dataclass(frozen=True, slots=True)
class PanelPlace:
    """A panel of the window: where it is docked at first, what it is called, and the command that shows it."""

    id: str
    title: str
    area: Qt.DockWidgetArea
    keys: tuple[str, ...]
    icon: str


PANELS = (
    PanelPlace("scenario", "Scenario", LEFT, ("Ctrl+1",), "panel-scenario"),
    PanelPlace("emit", "Emit", LEFT, ("Ctrl+2",), "emit"),
    PanelPlace("inspector", "Inspector", RIGHT, ("Ctrl+3",), "panel-inspector"),
    PanelPlace("tables", "Tables", BOTTOM, ("Ctrl+4", "Ctrl+J"), "panel-tables"),
)
"""Every panel; the command that shows or hides it is made from this (ui/actions.py)."""

VERSION = 2
"""Raised when a panel comes or goes, so that an old arrangement is not forced on it."""

THREE_COLUMNS, TWO_COLUMNS = 130, 92
"""Widths of the window, in average letters, from which there is room for so many columns of panels; below: one."""

TWO_ROWS = 46
"""Height of the window, in lines of text, from which Scenario and Emit have room above each other."""

ONE_COLUMN = 0.34
"""Of the window's width, for all panels in one column: three tabs and a form have room in it."""

TABLES_SHARE = 0.29
"""Of the window's height, for the tables."""


class DockLayout(QObject):
    """Owns the docks; knows panels only as widgets with an id."""

    changed = Signal()

    def __init__(self, window: QMainWindow, pages: QStackedWidget, themes: ThemeSource) -> None:
        super().__init__(window)
        self._window = window
        self._pages = pages
        self._themes = themes
        self._docks: dict[str, QDockWidget] = {}
        self._titles: dict[str, DockTitle] = {}

    @property
    def shown(self) -> frozenset[str]:
        """Ids of the panels that are not closed."""
        return frozenset(panel for panel, dock in self._docks.items() if not dock.isHidden())

    @property
    def on_start_page(self) -> bool:
        """Whether the start page is in the middle."""
        return self._pages.currentIndex() == 0

    def add(self, panel: str, widget: QWidget) -> None:
        """Dock a widget as this panel. panel: an id of PANELS."""
        place = next(each for each in PANELS if each.id == panel)
        dock = QDockWidget(place.title, self._window)
        dock.setObjectName(f"dock_{panel}")
        dock.setAccessibleName(place.title)
        dock.setWidget(widget if place.area == BOTTOM else PanelScroll(widget, dock))  # tables scroll by themselves
        dock.widget().setMinimumSize(LEAST)
        self._titles[panel] = DockTitle(dock, self._themes)
        dock.setTitleBarWidget(self._titles[panel])
        dock.visibilityChanged.connect(self._visibility_changed)
        dock.topLevelChanged.connect(self._refresh_titles)
        self._docks[panel] = dock
        self._window.addDockWidget(place.area, dock)

    def arrange(self) -> None:
        """The first arrangement, as in the sketch of docs/architecture.md, or what of it has room."""
        window, docks = self._window, self._docks
        window.setCorner(Qt.Corner.BottomLeftCorner, LEFT)
        window.setCorner(Qt.Corner.BottomRightCorner, BOTTOM)
        window.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        metrics = window.fontMetrics()
        letters = window.width() / metrics.averageCharWidth()
        lines = window.height() / metrics.lineSpacing()
        for each in PANELS:
            docks[each.id].setFloating(False)
            window.addDockWidget(each.area, docks[each.id])
            docks[each.id].show()
        if lines < TWO_ROWS or letters < TWO_COLUMNS:
            window.tabifyDockWidget(docks["scenario"], docks["emit"])
        else:
            window.splitDockWidget(docks["scenario"], docks["emit"], Qt.Orientation.Vertical)
            upper = round(window.height() * 0.5)
            lower = round(window.height() * 0.32)
            window.resizeDocks([docks["scenario"], docks["emit"]], [upper, lower], Qt.Orientation.Vertical)
        if letters < TWO_COLUMNS:
            window.tabifyDockWidget(docks["emit"], docks["inspector"])
            window.resizeDocks([docks["scenario"]], [round(window.width() * ONE_COLUMN)], Qt.Orientation.Horizontal)
        else:
            roomy = letters >= THREE_COLUMNS
            wide = round(window.width() * (0.2 if roomy else 0.24)), round(window.width() * (0.23 if roomy else 0.26))
            window.resizeDocks([docks["scenario"], docks["inspector"]], list(wide), Qt.Orientation.Horizontal)
        window.resizeDocks([docks["tables"]], [round(window.height() * TABLES_SHARE)], Qt.Orientation.Vertical)
        docks["scenario"].raise_()

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
        """As it would be at first in a window of this size."""
        self.arrange()

    def reveal(self, panel: str) -> None:
        """In front, where it shares its place with others; a panel that was closed stays closed."""
        dock = self._docks[panel]
        if not dock.isHidden() and self._window.tabifiedDockWidgets(dock):
            dock.raise_()

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
        fit_to_screen(self._window)

    def _visibility_changed(self, _visible: bool) -> None:
        self._refresh_titles()
        self.changed.emit()

    def _refresh_titles(self) -> None:
        for panel, dock in self._docks.items():
            tabs = [each for each in self._window.tabifiedDockWidgets(dock) if not each.isHidden()]
            self._titles[panel].show_title(shown=not tabs or dock.isFloating())
