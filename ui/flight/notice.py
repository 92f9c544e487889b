"""A bar that tells that the flight recorder wrote a file, and offers to open it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from bus.flight.recorder import WrittenFile
from ui.icons import icon
from ui.number_text import count
from ui.table_model import one_line
from ui.theme import ThemeSource
from ui.widgets.elided_label import ElidedLabel
from ui.widgets.tip_button import tip_button


class FlightNotice(QFrame):
    """A bar about the newest file of the flight recorder; hidden until there is one."""

    open_wanted = Signal(str)
    """The file's path."""

    settings_wanted = Signal()

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("flight_notice")
        self.setAccessibleName("Flight recorder")
        self._themes = themes
        self._written: WrittenFile | None = None
        self._icon = QLabel(self)
        self.says = ElidedLabel(self, most_letters=0)  # one line: the timeline above it needs the room
        self.open = _button("Open", "Open the capture that it wrote", self)
        self.settings = _button("Settings…", "When it writes, and where to", self)
        self.dismiss = _button("Dismiss", "Hide this message; the file stays", self)
        self.open.clicked.connect(self._open)
        self.settings.clicked.connect(self.settings_wanted)
        self.dismiss.clicked.connect(self.hide)
        line = QHBoxLayout(self)
        line.setContentsMargins(10, 5, 8, 5)
        line.setSpacing(6)
        line.addWidget(self._icon)
        line.addWidget(self.says, 1)
        for button in (self.open, self.settings, self.dismiss):
            line.addWidget(button)
        themes.changed.connect(self.refresh_theme)
        self.refresh_theme()
        self.hide()

    def show_written(self, written: WrittenFile) -> None:
        """Tell of this file."""
        self._written = written
        more = f", and {count(written.triggers - 1)} more" if written.triggers > 1 else ""
        self.says.setText(f"{one_line(written.why, 160)}{more} – the flight recorder wrote {written.path.name}")
        self.says.setToolTip(str(written.path))
        self.show()

    def forget(self) -> None:
        """Another file is in view: this message was about the one before."""
        self._written = None
        self.hide()

    def look(self) -> None:
        """Offer nothing that is no longer there."""
        if self._written is not None and self.isVisible() and not self._written.path.exists():
            self.forget()

    def refresh_theme(self) -> None:
        """The icon in the theme's colour."""
        self._icon.setPixmap(icon("flight", self._themes.theme).pixmap(16, 16))

    def _open(self) -> None:
        if self._written is not None:
            self.hide()
            self.open_wanted.emit(str(self._written.path))


def _button(text: str, tip: str, parent: QWidget) -> QPushButton:
    button = tip_button(text, tip, parent)
    button.setAccessibleName(f"{text}: flight recorder")
    return button
