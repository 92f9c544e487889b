"""A button with a title and a sentence below it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget


class Card(QPushButton):
    """A large button of a title and words, as high as they need."""

    wanted = Signal(str)

    def __init__(self, stands_for: str, title: str, says: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setAccessibleName(title)
        self.setAccessibleDescription(says)
        self.setToolTip(f"Open {title}")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.stands_for = stands_for
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._rows = rows = QVBoxLayout(self)
        rows.setContentsMargins(12, 8, 12, 9)
        rows.setSpacing(2)
        for text, quiet in ((title, False), (says, True)):
            label = QLabel(text, self)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setProperty("muted", quiet)
            label.setProperty("strong", not quiet)
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            rows.addWidget(label)
        rows.addStretch(1)
        self.clicked.connect(self._tell)

    def sizeHint(self) -> QSize:
        """What the words need, not what a button's text would."""
        return self._rows.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """As high as the words."""
        return self._rows.minimumSize()

    def hasHeightForWidth(self) -> bool:
        """True: its words wrap."""
        return True

    def heightForWidth(self, width: int) -> int:
        """How high the words are at this width."""
        return self._rows.heightForWidth(width)

    def _tell(self) -> None:
        self.wanted.emit(self.stands_for)
