"""Above the map: around what, how far, what is left out, what is looked for, the lists and the formats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QLineEdit, QMenu, QPushButton, QWidget

from bus.export.maps import MAP_FORMATS
from ui.widgets.tip_button import tip_button

WHOLE = 0
DEPTHS = (1, 2, 3, WHOLE)
MOST_LISTED = 30
"""Entries of a list in the menu."""

Listed = Sequence[tuple[str, object]]
"""Entries of a list: what each is called, and what is chosen with it."""


class MapBar(QWidget):
    """Choices about the map; it says that they changed, and does nothing itself."""

    changed = Signal()
    """Another part of the map is wished for."""

    looked_for = Signal(str)
    found_wanted = Signal()
    """Enter in the search line: go to the next one that was found."""

    fit_wanted = Signal()
    listed_chosen = Signal(object)
    """What came with an entry of a list."""

    export_wanted = Signal(str)
    """Id of a format."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.extent = QComboBox(self)
        self.extent.setAccessibleName("How much of the map is shown")
        self.extent.setToolTip("What is selected in the window, and so many steps before and behind it; or everything")
        for depth in DEPTHS:
            title = "Whole map" if depth == WHOLE else f"{depth} step{'s' if depth > 1 else ''} around the selection"
            self.extent.addItem(title, depth)
        self.extent.setCurrentIndex(DEPTHS.index(2))
        self.idle = QCheckBox("Never called", self)
        self.idle.setToolTip("Also handlers that were subscribed and never called")
        self.idle.setChecked(True)
        self.grouped = QCheckBox("Group names", self)
        self.grouped.setToolTip("Names that begin alike as one: order.placed and order.paid as order.*")
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Find a name")
        self.search.setAccessibleName("Find a name on the map")
        self.search.setClearButtonEnabled(True)
        self.lists = tip_button("Lists", "Events that nobody handles, handlers that nobody calls, many emitters", self)
        self.lists.setMenu(QMenu(self.lists))
        self.export = tip_button("Export", "Write what is shown into a file", self)
        self.export.setMenu(QMenu(self.export))
        self.whole = tip_button("Fit", "See the whole of it (Home)", self)
        self.said = QLabel(self)
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setProperty("muted", True)
        self.said.setAccessibleName("What the map leaves out")
        self.export.menu().addActions(_formats(self.export))
        self.export.menu().triggered.connect(self._export_chosen)
        self.lists.menu().triggered.connect(self._listed_chosen)
        self.extent.activated.connect(self._changed)
        self.idle.toggled.connect(self._changed)
        self.grouped.toggled.connect(self._changed)
        self.search.textChanged.connect(self.looked_for)
        self.search.returnPressed.connect(self.found_wanted)
        self.whole.clicked.connect(self.fit_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 3, 6, 3)
        row.setSpacing(8)
        for each in (self.extent, self.idle, self.grouped, self.lists, self.search, self.whole, self.export):
            row.addWidget(each)
        row.addWidget(self.said, 1)

    @property
    def chosen_depth(self) -> int:
        """Steps around the selection; WHOLE for everything."""
        return int(self.extent.currentData())

    def show_lists(self, lists: Mapping[str, Listed]) -> None:
        """By their titles."""
        menu = self.lists.menu()
        menu.clear()
        for title, entries in lists.items():
            below = menu.addMenu(f"{title} ({len(entries)})")
            below.setEnabled(bool(entries))
            for text, chosen in entries[:MOST_LISTED]:
                action = below.addAction(text.replace("&", "&&"))
                action.setData(chosen)
            if len(entries) > MOST_LISTED:
                below.addAction(f"… and {len(entries) - MOST_LISTED} more").setEnabled(False)

    def show_written(self, path: Path) -> None:
        """A file is complete."""
        self.said.setText(f"wrote {path.name}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape in the search line empties it."""
        if event.key() == Qt.Key.Key_Escape and self.search.hasFocus() and self.search.text():
            self.search.clear()
        else:
            super().keyPressEvent(event)

    def _changed(self) -> None:
        self.changed.emit()

    def _export_chosen(self, action: QAction) -> None:
        self.export_wanted.emit(action.data())

    def _listed_chosen(self, action: QAction) -> None:
        self.listed_chosen.emit(action.data())


def _formats(button: QPushButton) -> list[QAction]:
    found = []
    for each in MAP_FORMATS:
        action = QAction(f"{each.title}…", button)
        action.setData(each.id)
        found.append(action)
    return found
