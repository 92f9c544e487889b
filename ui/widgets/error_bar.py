"""What went wrong, above the timeline: every problem with its place, to be read, copied and dismissed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from bus.connections.model import leads_to_connections
from bus.errors import UserError, UserErrors
from ui.icons import icon
from ui.theme import ThemeSource
from ui.widgets.breaking_label import breakable

MOST_SHOWN = 200
"""Problems listed; nobody reads more, and a hostile file may have any number."""

LONGEST_WORD = 24
"""Letters that have room in any window."""

MOST_LINES = 6
"""Lines in sight before it scrolls."""


class ErrorBar(QFrame):
    """A bar that tells errors, the newest on top and in place of what the same file said before; hidden without any."""

    connections_wanted = Signal()
    """A broker was not reached, and the person wants to say where it is."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("error_bar")
        self.setAccessibleName("Problems")
        self._themes = themes
        self._problems: list[tuple[str, str]] = []
        """The file that a problem is about, "" for none, and the problem in one line."""

        self._several = False
        """Whether they came at several times."""

        self._icon = QLabel(self)
        self.title = QLabel(self)
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setProperty("strong", True)
        self.title.setMinimumWidth(1)
        self.text = QPlainTextEdit(self)
        self.text.setReadOnly(True)
        self.text.setAccessibleName("What is wrong")
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.text.setTabChangesFocus(True)
        self.connections = _button("Connections…", "Say where the broker is", self)
        self.connections.clicked.connect(self.connections_wanted)
        self.copy = _button("Copy", "Copy every problem as text", self)
        self.close_button = _button("Dismiss", "Hide these messages", self)
        self.copy.clicked.connect(self.copy_all)
        self.close_button.clicked.connect(self.dismiss)
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self._icon)
        head.addWidget(self.title, 1)
        head.addWidget(self.connections)
        head.addWidget(self.copy)
        head.addWidget(self.close_button)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(10, 5, 8, 5)
        rows.setSpacing(2)
        rows.addLayout(head)
        rows.addWidget(self.text)
        themes.changed.connect(self.refresh_theme)
        self.refresh_theme()
        self.hide()

    @property
    def problems(self) -> list[str]:
        """The errors that are shown, the newest first."""
        return [text for _file, text in self._problems]

    def show_error(self, error: Exception) -> None:
        """Put a mistake, or all of a file's, on top."""
        each = error.errors if isinstance(error, UserErrors) else (error,)
        newest = list(dict.fromkeys((_file(problem), _line(problem)) for problem in each))
        files, texts = {file for file, _ in newest if file}, {text for _, text in newest}
        older = [(file, text) for file, text in self._problems if file not in files and text not in texts]
        self._problems, self._several = [*newest, *older], bool(older)
        self._refresh()

    def dismiss(self) -> None:
        """The person has read it."""
        self._problems = []
        self._refresh()

    def copy_all(self) -> None:
        """For a colleague or an issue."""
        QGuiApplication.clipboard().setText("\n".join(self.problems))

    def refresh_theme(self) -> None:
        """The icon in the theme's red."""
        self._icon.setPixmap(icon("failed", self._themes.theme).pixmap(16, 16))

    def _refresh(self) -> None:
        many = len(self._problems)
        newest = ", the newest on top" if self._several else ""
        self.title.setText(breakable(self.problems[0], _in_a_line) if many == 1 else f"{many} problems{newest}")
        self.title.setWordWrap(many == 1)
        self.connections.setVisible(any(leads_to_connections(problem) for problem in self.problems))
        shown = self.problems[:MOST_SHOWN]
        left = [f"… and {many - MOST_SHOWN} more; Copy has them all"] if many > MOST_SHOWN else []
        self.text.setPlainText("\n".join([*shown, *left]))
        self.text.setVisible(many > 1)
        lines = min(MOST_LINES, len(shown) + len(left))
        self.text.setFixedHeight(self.fontMetrics().lineSpacing() * lines + 14)
        self.setVisible(many > 0)


def _in_a_line(word: str) -> bool:
    return len(word) <= LONGEST_WORD


def _file(error: Exception) -> str:
    return error.at.file if isinstance(error, UserError) and error.at else ""


def _line(error: Exception) -> str:
    """One line; a sentence begins with a capital letter, unless it begins with its place."""
    text = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, UserError) and error.at:
        return text
    return text[0].upper() + text[1:]


def _button(text: str, tip: str, parent: QWidget) -> QPushButton:
    button = QPushButton(text, parent)
    button.setAccessibleName(text)
    button.setToolTip(tip)
    return button
