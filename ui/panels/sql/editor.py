"""Where a query is written: completes tables, columns and words of SQL while they are typed, and on Ctrl+Space."""

from __future__ import annotations

import re

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QCompleter, QListView, QPlainTextEdit, QWidget

from bus.sql.query import columns
from bus.sql.tables import TABLES

WORDS = (
    "SELECT", "FROM", "WHERE", "GROUP BY", "ORDER BY", "LIMIT", "JOIN", "LEFT JOIN", "ON", "AS", "AND", "OR", "NOT",
    "IN", "IS NULL", "IS NOT NULL", "LIKE", "BETWEEN", "CASE", "WHEN", "THEN", "ELSE", "END", "DISTINCT", "HAVING",
    "DESC", "ASC", "NULLS LAST", "WITH", "UNION", "GROUP BY ALL", "count(*)", "sum(", "avg(", "min(", "max(", "median(",
    "quantile_cont(", "histogram(", "date_trunc(", "coalesce(", "round(",
)  # fmt: skip
LEAST = 2
"""Letters before anything is offered."""

_WORD = re.compile(r"[A-Za-z_][A-Za-z_0-9]*$")
_OWNER = re.compile(r"([A-Za-z_][A-Za-z_0-9]*)\.$")
_KEYS_OF_POPUP = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab, Qt.Key.Key_Escape)


class SqlEditor(QPlainTextEdit):
    """The text field of a query, with completions that depend on the table before a dot."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        self.completer = QCompleter(self)
        self.completer.setWidget(self)
        self._model = QStringListModel(self)
        self.completer.setModel(self._model)
        self.completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.popup = QListView(self)
        self.popup.setAccessibleName("Completions")
        self.completer.setPopup(self.popup)
        self.completer.activated.connect(self._complete)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.popup.isVisible() and event.key() in _KEYS_OF_POPUP:
            event.ignore()  # the list takes it
            return
        asked = event.key() == Qt.Key.Key_Space and bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if not asked:
            super().keyPressEvent(event)
        if asked or event.text().strip():
            self.offer(least=0 if asked else LEAST)
        elif self.popup.isVisible():
            self.popup.hide()

    def offer(self, least: int) -> None:
        """Show what can stand at the cursor, where so many letters of it are there."""
        before = self._before()
        word = _typed(before)
        owner = _OWNER.search(before[: len(before) - len(word)])
        if len(word) < least and not owner:
            self.popup.hide()
            return
        self._model.setStringList(candidates(self.toPlainText(), owner.group(1) if owner else ""))
        self.completer.setCompletionPrefix(word)
        if self.completer.completionCount() == 0 or self.completer.currentCompletion() == word:
            self.popup.hide()
            return
        place = self.cursorRect()
        place.setWidth(self.popup.sizeHintForColumn(0) + 30)
        self.completer.complete(place)
        self.popup.setCurrentIndex(self.completer.completionModel().index(0, 0))

    def insert(self, name: str) -> None:
        """A name at the cursor, apart from the word before it."""
        before = self._before()
        apart = bool(before) and (before[-1].isalnum() or before[-1] in "_*)")
        self.insertPlainText(f" {name}" if apart else name)
        self.setFocus()

    def _complete(self, text: str) -> None:
        cursor = self.textCursor()
        cursor.movePosition(
            QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor, len(_typed(self._before()))
        )
        cursor.insertText(text)
        self.setTextCursor(cursor)

    def _before(self) -> str:
        cursor = self.textCursor()
        return cursor.block().text()[: cursor.positionInBlock()]


def candidates(query: str, owner: str) -> list[str]:
    """Behind `owner.` the columns of that table or alias; else columns of the tables that are named, tables, words."""
    known = columns()
    if owner:
        table = aliases(query).get(owner.lower(), owner.lower())
        return sorted(known.get(table, ()))
    named = [table for table in TABLES if re.search(rf"\b{table}\b", query, re.IGNORECASE)] or list(TABLES)
    found = {column for table in named for column in known[table]}
    return [*sorted(found), *TABLES, *WORDS]


def aliases(query: str) -> dict[str, str]:
    """`calls c` and `calls AS c`: c means calls."""
    tables = "|".join(TABLES)
    return {
        alias.lower(): table.lower()
        for table, alias in re.findall(rf"\b({tables})\s+(?:as\s+)?([a-z_]\w*)", query, re.IGNORECASE)
    }


def _typed(before: str) -> str:
    """The word that ends here."""
    found = _WORD.search(before)
    return found.group() if found else ""
