"""A file of source to be read: the line that was asked for is marked, nothing is run, and a large file is bounded."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QTextCursor, QTextFormat
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QTextEdit, QVBoxLayout, QWidget

from bus.errors import Place, UserError
from ui.screen import sheet_size
from ui.theme import ThemeSource
from ui.widgets.elided_label import ElidedLabel

MOST_BYTES = 2 * 1024 * 1024
MOST_BESIDE = 20_000
"""Lines before and after the one that was asked for."""

SIZE = QSize(820, 560)
MARGIN = 6


def read_around(file: str, line: int) -> tuple[str, int]:
    """The text of a file, bounded around a line, and the number of its first line. Raises UserError."""
    try:
        with Path(file).open("rb") as source:
            content = source.read(MOST_BYTES + 1)
    except OSError as error:
        raise UserError(f"the file cannot be read: {error.strerror}", at=Place(file)) from None
    if b"\0" in content[:8192]:
        raise UserError("this is not a text", at=Place(file))
    lines = content[:MOST_BYTES].decode("utf-8", "replace").splitlines()
    if line > len(lines):
        longer = len(content) > MOST_BYTES
        why = (
            f"its first {MOST_BYTES // 1024 // 1024} MB end before this line"
            if longer
            else f"it has {len(lines)} lines"
        )
        raise UserError(why, at=Place(file, line), hint="" if longer else "it was changed since it ran")
    first = max(0, line - 1 - MOST_BESIDE)
    return "\n".join(lines[first : line + MOST_BESIDE]), first + 1


class SourceSheet(QDialog):
    """A sheet that shows source at a line. It does not stop the window, and closes at Escape."""

    editor_wanted = Signal(str, int)
    """Show file and line in the person's editor."""

    settings_wanted = Signal()

    def __init__(self, file: str, line: int, themes: ThemeSource, *, has_editor: bool, parent: QWidget) -> None:
        """Raises UserError where the file cannot be shown."""
        text, first = read_around(file, line)
        super().__init__(parent)
        self._file, self._line = file, line
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"{Path(file).name}:{line}")
        self.setAccessibleName(f"Source of {Path(file).name}")
        place = ElidedLabel(self, most_letters=0, mode=Qt.TextElideMode.ElideMiddle)
        place.setText(f"{file}:{line}")
        place.setProperty("muted", True)
        self.code = SourceView(text, first, line, themes, self)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        words = "Open in Editor" if has_editor else "Set Up an Editor…"
        self.other = self.buttons.addButton(words, QDialogButtonBox.ButtonRole.ActionRole)
        self.other.setToolTip("Show this line in your editor" if has_editor else "Choose the editor that opens source")
        self._has_editor = has_editor
        self.other.clicked.connect(self._open_editor)
        self.buttons.rejected.connect(self.reject)
        rows = QVBoxLayout(self)
        rows.addWidget(place)
        rows.addWidget(self.code, 1)
        rows.addWidget(self.buttons)
        self.resize(sheet_size(SIZE, parent))
        self.code.show_line()

    def _open_editor(self) -> None:
        if self._has_editor:
            self.editor_wanted.emit(self._file, self._line)
        else:
            self.settings_wanted.emit()


class SourceView(QPlainTextEdit):
    """Text with the numbers of its lines, one of them marked."""

    def __init__(self, text: str, first: int, line: int, themes: ThemeSource, parent: QWidget) -> None:
        """first: the number of the text's first line. line: the one to mark."""
        super().__init__(parent)
        self._first, self._line, self._themes = first, line, themes
        self.setReadOnly(True)
        self.setProperty("monospace", True)
        self.setAccessibleName(f"Source, line {line} is marked")
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setPlainText(text)
        self.numbers = _Numbers(self)
        self.updateRequest.connect(self.numbers.update)

    @property
    def marked(self) -> str:
        """The text of the marked line."""
        return self.document().findBlockByNumber(self._line - self._first).text()

    def show_line(self) -> None:
        """Mark it, and bring it to the middle."""
        cursor = QTextCursor(self.document().findBlockByNumber(self._line - self._first))
        self.setTextCursor(cursor)
        mark = QTextEdit.ExtraSelection()
        mark.cursor = cursor
        ground = mark.format
        ground.setBackground(QColor(self._themes.theme.selection))
        ground.setProperty(QTextFormat.Property.FullWidthSelection, True)
        self.setExtraSelections([mark])
        self.centerCursor()

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        wide = self.numbers.needed()
        self.setViewportMargins(wide, 0, 0, 0)
        self.numbers.setGeometry(1, 1, wide, self.height() - 2)
        self.centerCursor()

    def paint_numbers(self, painter: QPainter) -> None:
        """Beside each line that is seen."""
        painter.setFont(self.font())
        painter.setPen(QColor(self._themes.theme.muted))
        block, wide = self.firstVisibleBlock(), self.numbers.width() - MARGIN
        while block.isValid():
            top = self.blockBoundingGeometry(block).translated(self.contentOffset())
            if top.top() > self.height():
                return
            right = int(Qt.AlignmentFlag.AlignRight)
            painter.drawText(
                0, round(top.top()), wide, round(top.height()), right, str(self._first + block.blockNumber())
            )
            block = block.next()


class _Numbers(QLabel):
    """The column of line numbers."""

    def __init__(self, view: SourceView) -> None:
        super().__init__(view)
        self._view = view

    def needed(self) -> int:
        """Width for the largest number."""
        most = self._view._first + self._view.blockCount()
        return QFontMetrics(self._view.font()).horizontalAdvance("0" * (len(str(most)) + 1)) + 2 * MARGIN

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._view.paint_numbers(painter)
        painter.end()
