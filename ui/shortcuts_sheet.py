"""The `?` sheet: every command that has a key, by menu, made from the table of commands."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from ui.actions import Action
from ui.screen import sheet_size
from ui.widgets.sheet import Sheet

COLUMNS = 2
"""One, where there is no room for two."""

SIZE = QSize(860, 720)
BESIDE = 40
"""Pixels of the sheet beside its columns: margins and a scroll bar."""

MOUSE = (
    ("Ctrl+wheel", "Zoom about the pointer"),
    ("Shift+wheel", "Earlier, later"),
    ("Wheel", "Scroll the lanes, or time where all lanes fit"),
    ("Drag", "Move the timeline; on the overview: show that stretch"),
    ("Shift+drag", "Measure between two points"),
    ("Right click", "Pin or hide a lane"),
    ("Click", "Select; nothing there clears the selection"),
    ("Double click", "Select and fit"),
)


def shortcuts_sheet(actions: Sequence[Action], parent: QWidget) -> Sheet:
    """The sheet, not yet shown."""
    body = _body(actions, COLUMNS, parent)
    if body.sizeHint().width() + BESIDE > sheet_size(SIZE, parent).width():
        body.deleteLater()
        body = _body(actions, 1, parent)
    scroll = QScrollArea(parent)
    scroll.setWidgetResizable(True)
    scroll.setWidget(body)
    scroll.setAccessibleName("Keyboard shortcuts")
    sheet = Sheet("Keyboard Shortcuts", scroll, SIZE, parent)
    sheet.setObjectName("shortcuts_sheet")
    return sheet


def _body(actions: Sequence[Action], number: int, parent: QWidget) -> QWidget:
    """Everything in so many columns."""
    body = QWidget(parent)
    line = QHBoxLayout(body)
    line.setSpacing(36)
    columns = [QVBoxLayout() for _ in range(number)]
    lengths = [0] * number
    for title, lines in grouped(actions):
        shortest = lengths.index(min(lengths))
        columns[shortest].addWidget(_group(title, lines, body))
        lengths[shortest] += len(lines) + 2
    for column in columns:
        column.setSpacing(14)
        column.addStretch(1)
        line.addLayout(column, 1)
    return body


def grouped(actions: Sequence[Action]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Titles of groups, and in each the keys and what they do; the timeline's own keys apart."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for action in actions:
        if action.shortcuts:
            title = "Timeline, while it has the focus" if action.place == "timeline" else _menu(action)
            groups.setdefault(title, []).append((keys_text(action), action.title))
    return [*groups.items(), ("Mouse on the timeline", list(MOUSE))]


def keys_text(action: Action, *, native: bool = True) -> str:
    """A command's keys, as the platform writes them (native) or as documents do."""
    form = QKeySequence.SequenceFormat.NativeText if native else QKeySequence.SequenceFormat.PortableText
    return "   ".join(QKeySequence(keys).toString(form) for keys in action.shortcuts)


def _menu(action: Action) -> str:
    return action.menu.lstrip("-").partition("/")[0]


def _group(title: str, lines: Sequence[tuple[str, str]], parent: QWidget) -> QWidget:
    group = QWidget(parent)
    rows = QVBoxLayout(group)
    rows.setContentsMargins(0, 0, 0, 0)
    rows.setSpacing(3)
    heading = QLabel(title, group)
    heading.setObjectName("section_title")
    rows.addWidget(heading)
    for keys, what in lines:
        line = QHBoxLayout()
        line.addWidget(QLabel(what, group), 1)
        for each in keys.split("   "):
            key = QLabel(each, group)
            key.setObjectName("key")
            line.addWidget(key)
        rows.addLayout(line)
    return group
