"""What the sheets into a program share: they ask beside the Qt thread, and say in one line what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QCloseEvent, QColor
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from bus.errors import UserError
from bus.programs import reaching
from bus.programs.listing import ListedProcess
from bus.programs.reaching import ReachedProgram
from ui.job import Job
from ui.screen import sheet_size
from ui.theme import ThemeSource

ASKING = "Asking the program…"


class ReachSheet(QDialog):
    """Over the list of programs; a subclass has a form, `show_program`, and says what its button does."""

    def __init__(
        self, title: str, about: str, action: str, process: ListedProcess, themes: ThemeSource, parent: QWidget
    ):
        super().__init__(parent)
        assert process.records is not None
        self.process, self.stream, self._themes, self._over = process, process.records, themes, parent
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"{title} {process.title} {process.pid}")
        self.setAccessibleName(title)
        self.looking, self.doing = Job(self), Job(self)
        self.looking.done.connect(self._looked)
        self.looking.failed.connect(self._refused)
        self.doing.done.connect(self._did)
        self.doing.failed.connect(self._refused)
        said = QLabel(about, self)
        said.setWordWrap(True)
        said.setProperty("muted", True)
        self.form = QWidget(self)
        self.note = QLabel(self)
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setWordWrap(True)
        self.note.setProperty("muted", True)
        self.note.setMinimumHeight(2 * self.note.fontMetrics().lineSpacing())  # the button stays where it is
        self.note.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.note.hide()
        self.answer = QLabel(self)
        self.answer.setTextFormat(Qt.TextFormat.PlainText)
        self.answer.setWordWrap(True)
        self.answer.setAccessibleName("What came of it")
        self.action = QPushButton(action, self)
        self.action.setObjectName("primary")
        self.action.setDefault(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)
        buttons.rejected.connect(self.reject)
        line = QHBoxLayout()
        line.addWidget(self.action)
        line.addStretch(1)
        line.addWidget(buttons)
        rows = QVBoxLayout(self)
        rows.setSpacing(8)
        rows.addWidget(said)
        rows.addWidget(self.form, 1)
        rows.addWidget(self.note)
        rows.addWidget(self.answer)
        rows.addLayout(line)

    def begin(self, size: QSize) -> None:
        """The form is made: ask what there is."""
        self.resize(sheet_size(size, self._over))
        self.action.setEnabled(False)
        self._say(ASKING)
        self.looking.start(reaching.look, self.stream, self.process.pid)

    def do(self, work: Callable[..., Any], *arguments: Any) -> None:
        """Have the program do something."""
        self.action.setEnabled(False)
        self._say(ASKING)
        self.doing.start(work, self.stream, self.process.pid, *arguments)

    def show_program(self, found: ReachedProgram) -> None:
        """Fill the form."""
        raise NotImplementedError

    def refresh_action(self) -> None:
        """Whether the button may be pressed."""
        raise NotImplementedError

    def closeEvent(self, event: QCloseEvent) -> None:
        self.looking.forget()
        self.doing.forget()
        super().closeEvent(event)

    def _looked(self, found: ReachedProgram) -> None:
        self._say("" if found.buses else "The program has no bus now.")
        self.show_program(found)
        self.refresh_action()

    def _did(self, said: str) -> None:
        self._say(f"Done: {said}.")  # it may begin with the name of an event
        self.refresh_action()

    def _refused(self, error: Exception) -> None:
        said = str(error) if isinstance(error, UserError) else repr(error)
        self._say(f"{said[:1].upper()}{said[1:]}.", is_wrong=True)
        self.refresh_action()

    def _say(self, text: str, is_wrong: bool = False) -> None:
        theme = self._themes.theme
        self.answer.setText(text)
        self.answer.setStyleSheet(f"color: {QColor(theme.failed if is_wrong else theme.text).name()};")
