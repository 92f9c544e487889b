"""While files are dragged over the window: a frame around it, and what dropping them would do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QLabel, QWidget

from ui.theme import ThemeSource


def dropped_files(data: QMimeData) -> list[str]:
    """The local files in it; none where something else is in it."""
    urls = data.urls()
    return [url.toLocalFile() for url in urls] if all(url.isLocalFile() for url in urls) else []


def accept_copy(event: QDropEvent) -> None:
    """Take it as a copy: who has offered a move would delete the file once it was taken."""
    event.setDropAction(Qt.DropAction.CopyAction)
    event.accept()


class DropHint(QLabel):
    """A hint over the whole window while a file is dragged over it."""

    def __init__(self, themes: ThemeSource, window: QWidget) -> None:
        super().__init__(window)
        self._themes, self._window = themes, window
        self.setAccessibleName("What dropping would do")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.hide()

    def show_files(self, files: Sequence[str]) -> None:
        """Say what would become of them."""
        theme = self._themes.theme
        one = len(files) == 1
        self.setText(f"Open {PurePath(files[0]).name[:80]}" if one else f"{len(files)} files: drop one at a time")
        colour = theme.accent if one else theme.warning
        self.setStyleSheet(
            f"QLabel {{ border: 3px solid {colour}; color: {colour}; background: {_veiled(theme.background)};"
            " font-size: 16pt; }"
        )
        self.setGeometry(self._window.rect())
        self.raise_()
        self.show()


def _veiled(colour: str) -> str:
    """Most of it: what lies below is still guessed."""
    return f"#d8{colour.removeprefix('#')}"
