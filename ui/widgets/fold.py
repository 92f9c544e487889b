"""A part of a form that few need: one line until it is opened, which says what is set in it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QStyleOptionToolButton, QToolButton, QVBoxLayout, QWidget

BESIDE = 14
"""Pixels beside arrow and words. To ask for the size hint would ask for the words again."""


class Heading(QToolButton):
    """`text()` is the whole text; where it has no room its end is cut, and its tip has all of it."""

    @property
    def elided(self) -> bool:
        """Whether something of it is not seen."""
        return self._shown() != self.text()

    def initStyleOption(self, option: QStyleOptionToolButton) -> None:
        """Give Qt the text to paint, cut where it has no room."""
        super().initStyleOption(option)
        option.text = self._shown()

    def _shown(self) -> str:
        room = self.width() - self.iconSize().width() - BESIDE
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room)


class Fold(QWidget):
    """A heading that opens and closes what is below it."""

    def __init__(self, title: str, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self.content = content
        self.button = Heading(self)
        self.button.setCheckable(True)
        self.button.setAutoRaise(True)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.button.setObjectName("fold")
        self.button.toggled.connect(self._show)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(4)
        rows.addWidget(self.button)
        rows.addWidget(content)
        self.set_summary("")
        self._show(False)

    @property
    def opened(self) -> bool:
        """Whether its content is shown."""
        return self.button.isChecked()

    def set_open(self, opened: bool) -> None:
        """Show or hide its content."""
        self.button.setChecked(opened)

    def set_summary(self, text: str) -> None:
        """What is set in it, in a few words; "" for nothing."""
        self.button.setText(f"{self._title}: {text}" if text else self._title)
        self.button.setAccessibleName(self.button.text())
        self.button.setToolTip(self.button.text())

    def _show(self, opened: bool) -> None:
        self.content.setVisible(opened)
        self.button.setArrowType(Qt.ArrowType.DownArrow if opened else Qt.ArrowType.RightArrow)
