"""The parts that the inspector is made of: a titled block that hides when it has nothing to say, and rows of facts."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QColor
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ui.theme import Theme
from ui.widgets.breaking_label import BreakingLabel
from ui.widgets.link_button import LinkButton

_SHORT = 12
"""Letters of a value that has room in any panel."""


class Section(QWidget):
    """A small title over something."""

    def __init__(self, title: str, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = QLabel(title, self)
        self._title.setObjectName("section_title")
        self._title.setWordWrap(True)
        self._title.setProperty("muted", True)
        font = self._title.font()
        font.setBold(True)
        self._title.setFont(font)
        self._title.setBuddy(content)
        self.content = content
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.setSpacing(2)
        self._head = QHBoxLayout()
        self._head.setSpacing(2)
        self._head.addWidget(self._title, 1)
        layout.addLayout(self._head)
        layout.addWidget(content)

    def offer(self, actions: Sequence[QAction]) -> None:
        """A button beside the title for each of these commands."""
        for action in actions:
            button = QToolButton(self)
            button.setDefaultAction(action)
            button.setAccessibleName(action.text())
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
            button.setIconSize(QSize(14, 14))
            button.setAutoRaise(True)
            self._head.addWidget(button)

    def set_title(self, title: str) -> None:
        """Another title, as with a count in it."""
        self._title.setText(title)


class FactRows(QWidget):
    """Names on the left, values on the right; values can be marked and copied."""

    def __init__(self, parent: QWidget | None = None, *, below: bool = False) -> None:
        """below: each value stands under its name."""
        super().__init__(parent)
        self._rows: list[tuple[QLabel, QLabel]] = []
        self._layout = QFormLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setHorizontalSpacing(12)
        self._layout.setVerticalSpacing(1)
        if below:
            self._layout.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)

    def show_facts(self, facts: Sequence[tuple[str, str]]) -> None:
        """Show these rows; labels are used again, so that growing numbers do not flicker."""
        while len(self._rows) < len(facts):
            self._add_row()
        while len(self._rows) > len(facts):
            self._rows.pop()
            self._layout.removeRow(len(self._rows))
        for (name_label, value_label), (name, value) in zip(self._rows, facts, strict=True):
            name_label.setText(name)
            value_label.setText(value)
            value_label.setToolTip(value if len(value) > _SHORT else "")
            value_label.setAccessibleName(f"{name}: {value}")

    def _add_row(self) -> None:
        name, value = QLabel(self), BreakingLabel(self)
        name.setTextFormat(Qt.TextFormat.PlainText)
        name.setProperty("muted", True)
        self._layout.addRow(name, value)
        self._rows.append((name, value))


def plain_label(parent: QWidget) -> QLabel:
    """A line of text out of a capture: never rich text, and it can be marked and copied."""
    label = QLabel(parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def link_button(parent: QWidget) -> LinkButton:
    """A button that looks like the link that it is."""
    button = LinkButton(parent)
    button.setFlat(True)
    button.setObjectName("link")
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    return button


def link_style(theme: Theme, indent: int = 4) -> str:
    """Accent words, underlined under the mouse and with the keyboard's focus."""
    accent, muted = QColor(theme.accent).name(), QColor(theme.muted).name()
    return (
        f"QPushButton#link {{ color: {accent}; text-align: left; border: none; background: transparent;"
        f" padding: 2px 4px 2px {indent}px; min-width: 0; }}"
        "QPushButton#link:hover, QPushButton#link:focus { text-decoration: underline; }"
        f"QPushButton#link:disabled {{ color: {muted}; }}"
    )
