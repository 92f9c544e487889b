"""A list to choose from by typing a few letters: commands, samples, recent files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QDialog, QLabel, QLineEdit, QListView, QVBoxLayout, QWidget

from ui.icons import icon
from ui.screen import in_letters
from ui.theme import ThemeSource
from ui.widgets.fuzzy import score
from ui.widgets.palette_row import KEYS_ROLE, MORE_ROLE, PaletteRow

ID_ROLE = Qt.ItemDataRole.UserRole
SIZE, MOST_ROWS = QSize(580, 0), 12
ROW_GAP = 10
"""Pixels of a row that its letters leave."""

MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the list."""

    id: str
    title: str
    more: str = ""
    """Said in a quieter colour behind the title; letters are looked for here too."""

    icon: str = ""
    keys: str = ""
    """Its shortcut, as the platform writes it."""

    enabled: bool = True


class Palette(QDialog):
    """A list to choose from by typing.

    Closes itself when something is chosen, at Escape, or when it loses the focus.
    """

    chosen = Signal(str)
    """The id of the choice."""

    def __init__(self, title: str, choices: Sequence[Choice], themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("palette")
        self.setAccessibleName(title)
        self._choices = choices
        self._themes = themes
        self.line = QLineEdit(self)
        self.line.setPlaceholderText(f"{title}: type a few letters")
        self.line.setAccessibleName(title)
        self.line.setToolTip("Up and Down choose, Enter runs, Escape closes")
        self.line.installEventFilter(self)
        self.model = QStandardItemModel(self)
        self.view = QListView(self)
        self.view.setAccessibleName(f"{title}: what fits")
        self.view.setModel(self.model)
        self.view.setItemDelegate(PaletteRow(themes, self.view))
        self.view.setUniformItemSizes(True)
        self.view.setIconSize(QSize(16, 16))
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.nothing = QLabel("Nothing fits", self)
        self.nothing.setProperty("muted", True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(8, 8, 8, 8)
        rows.setSpacing(6)
        for part in (self.line, self.view, self.nothing):
            rows.addWidget(part)
        self.line.textChanged.connect(self.refresh)
        self.view.clicked.connect(self._choose)
        self.refresh()
        self._place(parent)

    def refresh(self) -> None:
        """Show what fits the letters, the best first."""
        typed = self.line.text().strip()
        found = [(fit, choice) for choice in self._choices if (fit := _fit(typed, choice)) is not None]
        if typed:
            found.sort(key=_best_first)
        self.model.clear()
        for _fit_now, choice in found:
            self.model.appendRow(self._item(choice))
        self.view.setCurrentIndex(self.model.index(0, 0))
        self.view.setFixedHeight(self._row_height() * min(MOST_ROWS, len(found)) + 4)
        self.view.setVisible(bool(found))
        self.nothing.setVisible(not found)
        self.adjustSize()

    def titles(self) -> list[str]:
        """What is offered now, the best first."""
        return [self.model.item(row).text() for row in range(self.model.rowCount())]

    def choose_current(self) -> None:
        """Take the line that is marked."""
        self._choose(self.view.currentIndex())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The keyboard stays in the line; what moves and chooses is for the list."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.choose_current()
                return True
            if event.key() in MOVES:
                self.view.keyPressEvent(event)
                return True
        return super().eventFilter(watched, event)

    def _choose(self, index: QModelIndex) -> None:
        item = self.model.itemFromIndex(index)
        if item is not None and item.isEnabled():
            self.close()
            self.chosen.emit(str(item.data(ID_ROLE)))

    def _item(self, choice: Choice) -> QStandardItem:
        item = QStandardItem(choice.title)
        if choice.icon:
            item.setIcon(icon(choice.icon, self._themes.theme))
        item.setData(choice.id, ID_ROLE)
        item.setData(choice.more, MORE_ROLE)
        item.setData(choice.keys, KEYS_ROLE)
        item.setEnabled(choice.enabled)
        words = (choice.title, choice.more, choice.keys, "" if choice.enabled else "not available now")
        item.setAccessibleText(", ".join(word for word in words if word))
        item.setSizeHint(QSize(0, self._row_height()))
        return item

    def _row_height(self) -> int:
        return self.view.fontMetrics().height() + ROW_GAP

    def _place(self, parent: QWidget) -> None:
        """Above, in the middle of the window."""
        width = min(in_letters(SIZE, parent).width(), parent.width() - 40)
        self.setFixedWidth(width)
        self.move(parent.mapToGlobal(QPoint((parent.width() - width) // 2, 70)))
        self.line.setFocus()


def _fit(typed: str, choice: Choice) -> int | None:
    if not typed:
        return 0
    title = score(typed, choice.title)
    everything = score(typed, f"{choice.title} {choice.more}")
    if title is None:
        return everything
    return title + 10


def _best_first(found: tuple[int, Choice]) -> tuple[bool, int]:
    fit, choice = found
    return not choice.enabled, -fit
