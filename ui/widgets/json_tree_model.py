"""A JSON value as a tree: children are looked at when their parent is opened, and a long list a part at a time."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont

from ui.table_model import one_line
from ui.theme import ThemeSource
from ui.widgets.json_places import Path

_PART = 200
"""Children shown at a time; scrolling to the end of them asks for more."""

AnyIndex = QModelIndex | QPersistentModelIndex


@dataclass(slots=True)
class _Node:
    value: object
    parent: int
    """Place in the model's list, -1 for the root."""

    row: int
    step: str | int
    children: list[int] = field(default_factory=list)


class JsonTreeModel(QAbstractItemModel):
    """A JSON value as a tree model of names and values; nodes exist only for what has been opened."""

    def __init__(self, themes: ThemeSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._nodes = [_Node({}, -1, 0, "")]
        self._bold = QFont()
        self._bold.setWeight(QFont.Weight.DemiBold)

    def set_value(self, value: object) -> None:
        """Show another value; one that is neither object nor list becomes the only row."""
        self.beginResetModel()
        self._nodes = [_Node(value if isinstance(value, (dict, list)) else {"": value}, -1, 0, "")]
        self.endResetModel()
        self.fetchMore(QModelIndex())

    def value_at(self, index: AnyIndex) -> object:
        """The value of a row."""
        return self._node(index).value

    def path_at(self, index: AnyIndex) -> Path:
        """The steps from the root to a row."""
        steps: list[str | int] = []
        node = self._node(index)
        while node.parent >= 0:
            steps.append(node.step)
            node = self._nodes[node.parent]
        return tuple(step for step in reversed(steps) if step != "")

    # What Qt asks

    def index(self, row: int, column: int, parent: AnyIndex = QModelIndex()) -> QModelIndex:  # noqa: B008
        """The cell at a place; its id is the node's place in the list."""
        children = self._node(parent).children
        if not (0 <= row < len(children) and 0 <= column < 2):
            return QModelIndex()
        return self.createIndex(row, column, children[row])

    def parent(self, child: AnyIndex = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        """The row that a row lies in."""
        above = self._node(child).parent
        if above <= 0:
            return QModelIndex()
        return self.createIndex(self._nodes[above].row, 0, above)

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """How many children of a node are shown so far."""
        return 0 if parent.column() > 0 else len(self._node(parent).children)

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """Two: name and value."""
        return 2

    def hasChildren(self, parent: AnyIndex = QModelIndex()) -> bool:  # noqa: B008
        """Whether there is anything to open."""
        value = self._node(parent).value
        return parent.column() <= 0 and isinstance(value, (dict, list)) and bool(value)

    def canFetchMore(self, parent: AnyIndex) -> bool:
        """Whether some children are not shown yet."""
        node = self._node(parent)
        return isinstance(node.value, (dict, list)) and len(node.children) < len(node.value)

    def fetchMore(self, parent: AnyIndex) -> None:
        """Show the next part of the children."""
        place = parent.internalId() if parent.isValid() else 0
        node = self._nodes[place]
        if not isinstance(node.value, (dict, list)):
            return
        shown = len(node.children)
        pairs = node.value.items() if isinstance(node.value, dict) else enumerate(node.value)
        part = list(itertools.islice(pairs, shown, shown + _PART))
        if not part:
            return
        self.beginInsertRows(self._own(parent), shown, shown + len(part) - 1)
        for row, (step, value) in enumerate(part, shown):
            node.children.append(len(self._nodes))
            self._nodes.append(_Node(value, place, row, step))
        self.endInsertRows()

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Names in the accent colour, values as JSON writes them."""
        if not index.isValid():
            return None
        node = self._node(index)
        if role == Qt.ItemDataRole.DisplayRole:
            return _name(node.step) if index.column() == 0 else brief(node.value)
        if role == Qt.ItemDataRole.ToolTipRole and index.column() == 1:
            return _plain_tip(node.value)
        if role == Qt.ItemDataRole.ForegroundRole:
            theme = self._themes.theme
            quiet = isinstance(node.value, (dict, list)) or node.value is None
            return QColor(theme.accent if index.column() == 0 else theme.muted if quiet else theme.text)
        if role == Qt.ItemDataRole.FontRole and index.column() == 1 and isinstance(node.value, (bool, int, float)):
            return self._bold
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The columns' titles: Name, Value."""
        shown = orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole
        return ("Name", "Value")[section] if shown else None

    def _own(self, index: AnyIndex) -> QModelIndex:
        if not index.isValid():
            return QModelIndex()
        return self.createIndex(index.row(), index.column(), index.internalId())

    def _node(self, index: AnyIndex) -> _Node:
        return self._nodes[index.internalId() if index.isValid() else 0]


def brief(value: object, limit: int = 200) -> str:
    """A value in a few words: what is in it, or how much."""
    if isinstance(value, dict):
        return f"{{{_count(len(value), 'field')}}}"
    if isinstance(value, list):
        return f"[{_count(len(value), 'item')}]"
    if isinstance(value, str):
        return one_line(json.dumps(value[: limit + 1], ensure_ascii=False), limit)
    return one_line(json.dumps(value, default=repr), limit)


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _name(step: str | int) -> str:
    return f"[{step}]" if isinstance(step, int) else one_line(step)


def _plain_tip(value: object) -> str | None:
    """Longer texts whole, as plain text: a tool tip would read tags out of a capture."""
    if not isinstance(value, str) or len(value) < 40:
        return None
    escaped = value[:2000].replace("&", "&amp;").replace("<", "&lt;")
    return f"<p style='white-space: pre-wrap'>{escaped}</p>"
