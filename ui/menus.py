"""The menu bar, made from the table of commands; recent files and samples are lists filled when they are opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from ui.qt_actions import QtActions

MENUS = ("File", "Edit", "View", "Run", "Capture", "Tools", "Help")


class FileMenu(QMenu):
    """A submenu with a line for each of some files."""

    file_wanted = Signal(str)

    def __init__(self, title: str, files: Callable[[], Sequence[tuple[str, Path]]], parent: QWidget) -> None:
        super().__init__(title, parent)
        self._files = files
        self.aboutToShow.connect(self.fill)
        self.triggered.connect(self._tell)

    def fill(self) -> None:
        """Fill the menu with the files that there are now."""
        self.clear()
        for number, (title, path) in enumerate(self._files(), start=1):
            key = f"&{number} " if number < 10 else ""
            action = self.addAction(f"{key}{title.replace('&', '&&')}")
            action.setData(str(path))
        if self.isEmpty():
            self.addAction("None yet").setEnabled(False)

    def _tell(self, action: QAction) -> None:
        self.file_wanted.emit(str(action.data()))


def fill_menu_bar(bar: QMenuBar, actions: QtActions, lists: dict[str, FileMenu]) -> None:
    """Every command in its menu; `lists` are the submenus that stand for a command."""
    bar.setAccessibleName("Menu")
    menus = {title: bar.addMenu(f"&{title}") for title in MENUS}
    for action in actions.by_id.values():
        path = action.command.menu
        top, _, below = path.lstrip("-").partition("/")
        menu = menus[top]
        if path.startswith("-") and not (below and path.lstrip("-") in menus):
            menu.addSeparator()
        if below:
            menu = menus.setdefault(path.lstrip("-"), _submenu(menu, menus, path.lstrip("-"), below))
        if action.command.submenu:
            lists[action.command.id].setIcon(action.icon())
            menu.addMenu(lists[action.command.id])
        else:
            menu.addAction(action)


def _submenu(menu: QMenu, menus: dict[str, QMenu], path: str, title: str) -> QMenu:
    return menus[path] if path in menus else menu.addMenu(title)
