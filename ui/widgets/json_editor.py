"""The one place where a person writes JSON: colours, indentation, and mistakes shown where they are while typing."""

from __future__ import annotations

import json

from PySide6.QtCore import QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontDatabase, QKeyEvent, QResizeEvent, QTextCursor
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QWidget

from ui.theme import ThemeSource
from ui.widgets import json_marks
from ui.widgets.json_highlighter import JsonHighlighter
from ui.widgets.json_places import Checker, JsonProblem, line_and_column, mistakes, read, spell_path

_LIVE_LIMIT = 50_000
"""Characters that are checked at every key; a longer text is checked when the person pauses."""

_PAUSE_MS = 250
_INDENT = 2


class JsonEditor(QPlainTextEdit):
    """JSON as text. `optional`: an empty text is not a mistake and means that there is no value."""

    validity_changed = Signal(bool)
    """The text became right or wrong."""

    problems_changed = Signal()
    """What is wrong with the text changed."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None, *, optional: bool = False) -> None:
        super().__init__(parent)
        self._themes = themes
        self._optional = optional
        self._checker: Checker | None = None
        self._problems: tuple[JsonProblem, ...] = ()
        self._stale = True
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.setProperty("monospace", True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTabChangesFocus(True)
        self.setAccessibleName("JSON")
        self._highlighter = JsonHighlighter(self.document(), themes)
        self._message = QLabel(self)
        self._message.setObjectName("json_problem")
        self._message.setTextFormat(Qt.TextFormat.PlainText)
        self._message.setAccessibleName("What is wrong with the JSON")
        self._message.setContentsMargins(6, 2, 6, 2)
        self._message.setWordWrap(True)
        self._message.hide()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self.check_now)
        self.textChanged.connect(self._text_changed)
        self.cursorPositionChanged.connect(self._mark)
        themes.changed.connect(self.refresh_theme)
        self.check_now()

    # What is in it

    @property
    def problems(self) -> tuple[JsonProblem, ...]:
        """What is wrong with the text that is shown now; empty when it may be used."""
        if self._stale:
            self.check_now()
        return self._problems

    @property
    def valid(self) -> bool:
        """Whether `value` may be asked for."""
        return not self.problems

    @property
    def is_json(self) -> bool:
        """Whether the text can be read, whatever the checker says of it."""
        return (self._optional and self.is_empty) or not mistakes(self.toPlainText())

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing but blanks."""
        return not self.toPlainText().strip()

    def value(self) -> object:
        """What the text says; None for an empty optional text. ValueError where it is not JSON."""
        return None if self._optional and self.is_empty else read(self.toPlainText())

    def set_value(self, value: object) -> None:
        """Show a value, indented; undo brings the earlier text back."""
        self._replace(json.dumps(value, indent=_INDENT, ensure_ascii=False))

    def set_text(self, text: str) -> None:
        """Show a text as it is; undo brings the earlier one back."""
        self._replace(text)

    def set_checker(self, checker: Checker | None) -> None:
        """Whom to ask, beyond JSON's own rules, whether the value is right."""
        self._checker = checker
        self.check_now()

    def format_text(self) -> None:
        """Indent the text anew; does nothing while it is not JSON."""
        if not self.is_empty and not mistakes(self.toPlainText()):
            self.set_value(read(self.toPlainText()))

    # Checking

    def check_now(self) -> None:
        """Check without waiting for the pause."""
        self._pause.stop()
        text, before = self.toPlainText(), self._problems
        self._problems = () if self._optional and not text.strip() else mistakes(text, self._checker)
        self._stale = False
        self._show_message(text)
        self._mark()
        if self._problems != before:
            self.problems_changed.emit()
        if bool(self._problems) != bool(before):
            self.validity_changed.emit(not self._problems)

    def refresh_theme(self) -> None:
        """Take the colours of the theme that is shown now."""
        self._highlighter.refresh_theme()
        self._message.setStyleSheet(json_marks.message_style(self._themes.theme))
        self._mark()

    def _text_changed(self) -> None:
        self._stale = True
        if self.document().characterCount() > _LIVE_LIMIT:
            self._pause.start()
        else:
            self.check_now()

    def _mark(self) -> None:
        self.setExtraSelections(
            json_marks.problem_marks(self, self._problems, self._themes.theme)
            + json_marks.bracket_marks(self, self._themes.theme)
        )

    def _show_message(self, text: str) -> None:
        words = _message(text, self._problems)
        self._message.setText(words)
        self._message.setToolTip("\n".join(problem.text for problem in self._problems[:20]))
        self._message.setStyleSheet(json_marks.message_style(self._themes.theme))
        self._message.setVisible(bool(words))
        self._make_room()

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter keeps the indentation; a closing bracket on an empty line stands under its opening."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self._new_line()
            return
        if event.text() in ("}", "]"):
            self._step_back(event.text())
        super().keyPressEvent(event)

    def _new_line(self) -> None:
        cursor = self.textCursor()
        line = cursor.block().text()
        indent = len(line) - len(line.lstrip(" "))
        column = cursor.positionInBlock()
        opens = line[:column].rstrip()[-1:] in ("{", "[")
        closes = line[column:].lstrip()[:1] in ("}", "]")
        cursor.beginEditBlock()
        cursor.insertText("\n" + " " * (indent + (_INDENT if opens else 0)))
        if opens and closes:
            place = cursor.position()
            cursor.insertText("\n" + " " * indent)
            cursor.setPosition(place)
        cursor.endEditBlock()
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    def _step_back(self, closing: str) -> None:
        cursor = self.textCursor()
        before = cursor.block().text()[: cursor.positionInBlock()]
        if not before or before.strip() or cursor.hasSelection():
            return
        indent = json_marks.indent_of_opening(self.toPlainText(), cursor.blockNumber(), closing)
        for _ in range(max(len(before) - indent, 0)):
            cursor.deletePreviousChar()

    # Geometry: the message stands in a margin of the editor, between the text and a scroll bar below it

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the message at the bottom."""
        super().resizeEvent(event)
        self._make_room()

    def minimumSizeHint(self) -> QSize:
        """Three lines and the message: an editor that cannot show a small object is of no use."""
        lines = self.fontMetrics().lineSpacing() * 4
        return QSize(120, lines + 2 * self.frameWidth() + 8)

    def _make_room(self) -> None:
        """At most a third of the editor: the whole message is in the tip."""
        width, height = self.viewport().width(), 0
        if self._message.text():
            one = self._message.fontMetrics().height() + 4
            height = min(self._message.heightForWidth(width), max(one, self.contentsRect().height() // 3))
        if height != self.viewportMargins().bottom():
            self.setViewportMargins(0, 0, 0, height)
        view = self.viewport().geometry()
        self._message.setGeometry(QRect(view.left(), view.bottom() + 1, view.width(), height))

    def _replace(self, text: str) -> None:
        cursor = self.textCursor()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)
        cursor.setPosition(0)
        self.setTextCursor(cursor)
        self.check_now()


def _message(text: str, problems: tuple[JsonProblem, ...]) -> str:
    if not problems:
        return ""
    first = problems[0]
    line, column = line_and_column(text, first.start)
    where = spell_path(first.path) or f"line {line}, column {column}"
    more = f"  (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"{where}: {first.text}{more}"
