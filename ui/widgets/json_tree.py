"""A payload as a tree that can be opened, searched by eye, and copied from."""

from __future__ import annotations

import json

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTreeView, QWidget

from bus.find.filter_quote import quote
from ui.table_model import one_line
from ui.theme import ThemeSource
from ui.widgets.json_places import Path, spell_path
from ui.widgets.json_tree_model import JsonTreeModel

_OPEN_AT_ONCE = 40
"""A payload with at most this many rows is opened whole."""


class JsonTree(QTreeView):
    """A JSON value as a tree, built as it is opened: a list of a million items costs what is seen of it."""

    follow_wanted = Signal(str)
    """A search that finds every payload with the chosen value at the same place."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.nodes = JsonTreeModel(themes, self)
        self.setModel(self.nodes)
        self.setUniformRowHeights(True)
        self.setAccessibleName("Payload")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHeaderHidden(True)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.header().setStretchLastSection(True)
        self.setIndentation(14)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._show_menu)
        self._copy_value = self._action("Copy value", QKeySequence(QKeySequence.StandardKey.Copy))
        self._copy_value.triggered.connect(self.copy_value)
        self._copy_path = self._action("Copy path", QKeySequence("Ctrl+Shift+C"))
        self._copy_path.triggered.connect(self.copy_path)
        self._follow = self._action("Find all with this value", QKeySequence("Ctrl+Shift+G"))
        self._follow.triggered.connect(self.follow_value)
        themes.changed.connect(self.refresh_theme)

    def set_value(self, value: object) -> None:
        """Show a value; a small one is opened whole, of a big one the first level."""
        self.nodes.set_value(value)
        if _rows_at_most(value, _OPEN_AT_ONCE):
            self.expandAll()
        if self.nodes.rowCount():
            # Ready for the keyboard, but nothing looks chosen before the person has chosen.
            first = self.nodes.index(0, 0)
            self.selectionModel().setCurrentIndex(first, QItemSelectionModel.SelectionFlag.NoUpdate)

    def copy_value(self) -> None:
        """The chosen value as JSON; a text without its quotes."""
        index = self.currentIndex()
        if index.isValid():
            value = self.nodes.value_at(index)
            text = value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False, default=repr)
            QGuiApplication.clipboard().setText(text)

    def copy_path(self) -> None:
        """The way to the chosen value, `items[2].price`."""
        index = self.currentIndex()
        if index.isValid():
            QGuiApplication.clipboard().setText(spell_path(self.nodes.path_at(index)))

    def follow_value(self) -> None:
        """Ask for everything that carries the chosen value; an object or a list is no one value."""
        index = self.currentIndex()
        search = search_for(self.nodes.path_at(index), self.nodes.value_at(index)) if index.isValid() else ""
        if search:
            self.follow_wanted.emit(search)

    def refresh_theme(self) -> None:
        """Take the colours of the theme that is shown now."""
        self.viewport().update()

    def content_height(self, limit: int) -> int:
        """Pixels that the opened rows need, at most `limit`."""
        rows, index = 0, self.nodes.index(0, 0)
        height = max(self.rowHeight(index), self.fontMetrics().height()) if index.isValid() else 0
        while index.isValid() and rows * height < limit:
            rows += 1
            index = self.indexBelow(index)
        return min(rows * height + 2 * self.frameWidth() + 2, limit)

    def _action(self, text: str, shortcut: QKeySequence) -> QAction:
        action = QAction(text, self)
        action.setShortcut(shortcut)
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.addAction(action)
        return action

    def _show_menu(self, place: QPoint) -> None:
        index: QModelIndex = self.indexAt(place)
        if not index.isValid():
            return
        self.setCurrentIndex(index)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions([self._copy_value, self._copy_path])
        search = search_for(self.nodes.path_at(index), self.nodes.value_at(index))
        if search:
            self._follow.setText(f"Find all with {one_line(search, 40)}".replace("&", "&&"))
            menu.addAction(self._follow)
        menu.popup(self.viewport().mapToGlobal(place))


def search_for(path: Path, value: object) -> str:
    """The search line that follows one value through the capture: `payload.id=13`; "" for a list or object."""
    if not path or value is None or isinstance(value, (dict, list)):
        return ""
    text = value if isinstance(value, str) else json.dumps(value)
    way = spell_path(path)
    return f"payload{'' if way.startswith('[') else '.'}{way}={quote(text)}"


def _rows_at_most(value: object, limit: int) -> bool:
    waiting, rows = [value], 0
    while waiting and rows <= limit:
        current = waiting.pop()
        if isinstance(current, (dict, list)):
            rows += len(current)
            if rows <= limit:
                waiting.extend(current.values() if isinstance(current, dict) else current)
    return rows <= limit
