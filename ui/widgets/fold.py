"""A part of a form that few need: one line until it is opened, which says what is set in it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget


class Fold(QWidget):
    """A heading that opens and closes what is below it."""

    def __init__(self, title: str, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self.content = content
        self.button = QToolButton(self)
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
