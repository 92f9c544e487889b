"""What the timeline says over its picture: how to follow again, that it is frozen, and what to do while it is empty."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from ui.number_text import count_text
from ui.theme import Theme

RESUME = "Following paused — press End or click to follow the newest"
EMPTY = (
    "Nothing happened yet.\n\n"
    "Run the scenario, emit an event by hand, or open a capture:\n"
    "calls appear here while they run."
)
MARGIN = 10


class Hints:
    """The widgets over the picture: a button to follow again, "frozen", and what to do while it is empty."""

    def __init__(self, parent: QWidget) -> None:
        self.resume = QPushButton(RESUME, parent)
        self.resume.setObjectName("timeline-resume")
        self.resume.setAccessibleName("Follow the newest")
        self.resume.setToolTip("Follow the newest (End)")
        self.resume.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.resume.setCursor(Qt.CursorShape.PointingHandCursor)
        self.frozen = QLabel(parent)
        self.frozen.setObjectName("timeline-frozen")
        self.frozen.setAccessibleName("View frozen")
        self.frozen.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.empty = QLabel(EMPTY, parent)
        self.empty.setObjectName("timeline-empty")
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._area = QRect()
        for hidden in (self.resume, self.frozen):
            hidden.hide()

    def show_state(self, *, empty: bool, detached: bool, frozen: bool, waiting: int, busy: bool) -> None:
        """Say what is the case, and no more."""
        self.empty.setVisible(empty)
        self.resume.setVisible(detached and not empty and not frozen)
        self.frozen.setVisible(frozen or busy)
        if busy:
            self.frozen.setText("Arranging lanes …")
            self.place(self._area)
        elif frozen:
            many = f"{count_text(waiting)} newer records wait" if waiting > 1 else "1 newer record waits"
            newer = many if waiting else "nothing newer yet"
            self.frozen.setText(f"View frozen — {newer}")
            self.place(self._area)

    def place(self, area: QRect) -> None:
        """Chips below, in the middle; the hint in the middle of all."""
        self._area = area
        lines = area.height() // max(1, self.empty.fontMetrics().lineSpacing())
        self.empty.setText(EMPTY if lines > EMPTY.count("\n") + 1 else EMPTY.partition("\n")[0])
        self.empty.setGeometry(area)
        for chip in (self.resume, self.frozen):
            size = chip.sizeHint()
            width = min(size.width(), area.width() - 2 * MARGIN)
            left = area.left() + (area.width() - width) // 2
            chip.setGeometry(left, area.bottom() - size.height() - MARGIN, width, size.height())

    def restyle(self, theme: Theme) -> None:
        """Chips lie on the picture, so they carry their own ground."""
        chip = (
            f"background: {theme.raised}; color: {theme.text}; border: 1px solid {{}};"
            " border-radius: 11px; padding: 3px 12px;"
        )
        self.resume.setStyleSheet(f"QPushButton {{{chip.format(theme.accent)}}}")
        self.frozen.setStyleSheet(f"QLabel {{{chip.format(theme.accent)}}}")
        self.empty.setStyleSheet(f"QLabel {{background: transparent; color: {theme.muted};}}")
