"""The buttons above the tree of a scenario: define an event, a handler or a service, or delete one."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

AS_ROOM_ALLOWS = (
    Qt.ToolButtonStyle.ToolButtonTextBesideIcon,
    Qt.ToolButtonStyle.ToolButtonTextOnly,
    Qt.ToolButtonStyle.ToolButtonIconOnly,
)
"""How those that define something look, the best first."""


class PartButtons(QWidget):
    """Say what they do in words, as far as there is room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.new_event = self._button("+ Event", "Define an event")
        self.new_handler = self._button("+ Handler", "Attach a handler to the chosen event")
        self.new_service = self._button("+ Service", "Define a service: workers that handlers share")
        self.delete = self._button("", "Delete the chosen event, handler or service (Del)")
        self._wordy = (self.new_event, self.new_handler, self.new_service)
        line = QHBoxLayout(self)
        line.setContentsMargins(4, 3, 4, 3)
        line.setSpacing(1)  # the buttons have room inside
        for button in self._wordy:
            button.setMinimumWidth(28)  # an icon: so that words never keep the panel wide
            line.addWidget(button)
        line.addStretch(1)
        line.addWidget(self.delete)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In words as far as these have room."""
        super().resizeEvent(event)
        for style in AS_ROOM_ALLOWS:
            for button in self._wordy:
                button.setToolButtonStyle(style)
            if self.sizeHint().width() <= self.width():
                return

    def _button(self, text: str, what: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        button.setIconSize(QSize(14, 14))
        button.setAutoRaise(True)
        button.setAccessibleName(what)
        button.setToolTip(what)
        return button
