"""The tree of watched programs: figures change where they stand, and what a person has chosen or folded stays so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from bus.programs.listing import ListedProcess, ListedSession
from ui.number_text import clock_text, count
from ui.theme import ThemeSource

UNKNOWN = "–"
COLUMNS: tuple[tuple[str, Callable[[ListedProcess], str]], ...] = (
    ("Program", lambda process: process.title),
    ("Process", lambda process: str(process.pid)),
    ("Python", lambda process: process.python),
    ("Buses", lambda process: count(process.buses)),
    ("Events/s", lambda process: _figure(process.events_per_s)),
    ("Dropped", lambda process: _figure(process.dropped)),
    ("Own cost", lambda process: UNKNOWN if process.own_share is None else f"{process.own_share:.1%}"),
    ("Commands", lambda process: UNKNOWN if not process.is_alive else "accepts" if process.takes_commands else "no"),
    ("Since", lambda process: clock_text(process.began_s)),
    ("State", lambda process: process.state),
)
TITLES = tuple(title for title, _ in COLUMNS)
NUMBERS = (TITLES.index("Buses"), TITLES.index("Events/s"), TITLES.index("Dropped"), TITLES.index("Own cost"))
DROPPED, COMMANDS = TITLES.index("Dropped"), TITLES.index("Commands")
OF_COMMANDS = (
    "Whether it takes commands: it was started with --control. Then events can be emitted into it by hand, and what is "
    "recorded can be changed."
)
OF_FIGURES = (
    "Events in the last second, records that found no room or that a budget has left out, and the share of its "
    "processor time that being watched has taken, about. A process that writes a file does not say."
)
KEY = Qt.ItemDataRole.UserRole
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_ONLY_CURRENT = QItemSelectionModel.SelectionFlag.NoUpdate
Key = tuple[str, str]
"""The folder of a session, and the name of a process in it."""


class ProgramTree(QTreeWidget):
    """Launches, each a tree of its processes."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self._items: dict[Key, QTreeWidgetItem] = {}
        self._sessions: dict[str, ListedSession] = {}
        self._shape: list[Key] | None = None
        self.setAccessibleName("Programs that are watched")
        self.setColumnCount(len(COLUMNS))
        self.setHeaderLabels(TITLES)
        self.setUniformRowHeights(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.header().setStretchLastSection(True)
        self.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        for column in NUMBERS:
            self.headerItem().setTextAlignment(column, _RIGHT)

    def show_sessions(self, found: list[ListedSession]) -> None:
        """Show these."""
        self._sessions = {str(session.folder): session for session in found}
        shape = [(str(session.folder), each.name) for session in found for each in session.all]
        if shape != self._shape:
            self._build(found)
            self._shape = shape
        for session in found:
            for process in session.all:
                self._fill(self._items[str(session.folder), process.name], process)

    @property
    def session(self) -> ListedSession | None:
        """The launch that the person is at."""
        key = _key(self.currentItem())
        return self._sessions.get(key[0])

    @property
    def process(self) -> ListedProcess | None:
        """The process that the person is at."""
        session, (_, name) = self.session, _key(self.currentItem())
        return next((each for each in session.all if each.name == name), None) if session is not None else None

    def chosen_records(self) -> list[Path]:
        """What the selected processes record into; none where they are of different launches."""
        keys = {_key(item) for item in self.selectedItems()}
        session = self.session
        if session is None or {folder for folder, _ in keys} != {str(session.folder)}:
            return []
        return [each.records for each in session.all if each.records and (str(session.folder), each.name) in keys]

    def _build(self, found: list[ListedSession]) -> None:
        """Other processes are there: the tree is made anew, and looks as before."""
        current = _key(self.currentItem())
        selected = {_key(item) for item in self.selectedItems()}
        folded = {key for key, item in self._items.items() if item.childCount() and not item.isExpanded()}
        scrolled = self.verticalScrollBar().value()
        blocked = self.blockSignals(True)
        self.clear()
        self._items = {}
        for session in found:
            self.addTopLevelItems([self._item(process, session) for process in session.processes])
        self.expandAll()
        for key, item in self._items.items():
            item.setExpanded(key not in folded)
            item.setSelected(key in selected)
        first = self.topLevelItem(0)
        at = self._items.get(current, first)
        if at is not None:
            self.selectionModel().setCurrentIndex(self.indexFromItem(at), _ONLY_CURRENT)
            at.setSelected(at.isSelected() or not self.selectedItems())
        self.verticalScrollBar().setValue(scrolled)
        self.blockSignals(blocked)

    def _item(self, process: ListedProcess, session: ListedSession) -> QTreeWidgetItem:
        item = QTreeWidgetItem()
        key = (str(session.folder), process.name)
        self._items[key] = item
        item.setData(0, KEY, key)
        item.setToolTip(0, str(session.folder))
        for column in NUMBERS:
            item.setTextAlignment(column, _RIGHT)
            item.setToolTip(column, OF_FIGURES)
        item.setToolTip(COMMANDS, OF_COMMANDS)
        item.addChildren([self._item(child, session) for child in process.children])
        return item

    def _fill(self, item: QTreeWidgetItem, process: ListedProcess) -> None:
        theme = self._themes.theme
        usual = QColor(theme.text if process.is_alive else theme.muted)
        for column, (_, text) in enumerate(COLUMNS):
            item.setText(column, text(process))
            item.setForeground(column, QColor(theme.warning) if column == DROPPED and process.dropped else usual)


def _figure(value: float | None) -> str:
    return UNKNOWN if value is None else count(round(value))


def _key(item: QTreeWidgetItem | None) -> Key:
    return tuple(item.data(0, KEY)) if item is not None else ("", "")
