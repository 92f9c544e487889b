"""Tabs whose pages scroll where there is no room for them; whoever uses them knows pages only."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QAbstractScrollArea, QTabWidget, QWidget

from ui.widgets.panel_scroll import PanelScroll

LEAST_PAGE = QSize(150, 30)
"""Below its tabs, which need room too."""


class ScrolledTabs(QTabWidget):
    """Tabs whose pages scroll; who uses it adds and gets pages, never the scroll areas around them."""

    def addTab(self, page: QWidget, title: str) -> int:  # type: ignore[override]
        """Add a page; one that is a scroll area already stays alone."""
        if isinstance(page, QAbstractScrollArea):
            return super().addTab(page, title)
        area = PanelScroll(page, self)
        area.setMinimumSize(LEAST_PAGE)
        return super().addTab(area, title)

    def currentWidget(self) -> QWidget | None:  # type: ignore[override]
        """The page that is in front."""
        return self._page_of(super().currentWidget())

    def widget(self, index: int) -> QWidget | None:
        """The page at a place."""
        return self._page_of(super().widget(index))

    def setCurrentWidget(self, widget: QWidget) -> None:
        """Bring a page to the front."""
        self.setCurrentIndex(self.indexOf(widget))

    def indexOf(self, widget: QWidget) -> int:
        """The place of a page, -1 where it is none."""
        pages = (self.widget(place) for place in range(self.count()))
        return next((place for place, page in enumerate(pages) if page is widget), -1)

    @staticmethod
    def _page_of(shown: QWidget | None) -> QWidget | None:
        return shown.widget() if isinstance(shown, PanelScroll) else shown
