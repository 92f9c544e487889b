"""What the JSON editor paints over its text: wavy lines under mistakes, and the two brackets of a pair."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit

from ui.theme import Theme
from ui.widgets.json_places import JsonProblem

_PAIRS = {"{": "}", "[": "]"}
_BACK = {"}": "{", "]": "["}
_BRACKET_REACH = 50_000
"""How many characters are looked at for the other bracket: the caret moves at every key."""


def problem_marks(
    editor: QPlainTextEdit, problems: Sequence[JsonProblem], theme: Theme
) -> list[QTextEdit.ExtraSelection]:
    """A wavy line under each of the first mistakes."""
    style = QTextCharFormat()
    style.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
    style.setUnderlineColor(QColor(theme.failed))
    text = editor.toPlainText()
    last = len(text)
    marks = []
    for problem in problems[:50]:
        # What is missing has no characters: the one before it carries the line.
        start = min(problem.start, last)
        end = min(max(problem.end, start + 1), last)
        start = min(start, max(end - 1, 0))
        marks.append(_selection(editor, _units(text, start), _units(text, end), style))
    return marks


def bracket_marks(editor: QPlainTextEdit, theme: Theme) -> list[QTextEdit.ExtraSelection]:
    """The bracket beside the caret and its partner; nothing where it has none."""
    text = editor.toPlainText()
    caret = _characters(text, editor.textCursor().position())
    style = QTextCharFormat()
    style.setBackground(QColor(theme.selection))
    for place in (caret - 1, caret):
        partner = partner_of(text, place)
        if partner >= 0:
            spots = sorted(_units(text, spot) for spot in (place, partner))
            return [_selection(editor, spot, spot + 1, style) for spot in spots]
    return []


def partner_of(text: str, place: int) -> int:
    """Where the other bracket of the pair at `place` stands, -1 for none; those inside strings do not count."""
    bracket = text[place : place + 1] if place >= 0 else ""
    if bracket not in _PAIRS and bracket not in _BACK:
        return -1
    in_string = False
    open_at: list[int] = []
    spot = 0
    while spot < min(len(text), _BRACKET_REACH):
        letter = text[spot]
        if in_string and letter == "\\":
            spot += 1
        elif letter == '"':
            in_string = not in_string
        elif not in_string and letter in _PAIRS:
            open_at.append(spot)
        elif not in_string and letter in _BACK and open_at:
            opened = open_at.pop()
            if text[opened] == _BACK[letter] and place in (opened, spot):
                return spot if place == opened else opened
        spot += 1
    return -1


def indent_of_opening(text: str, line: int, closing: str) -> int:
    """Blanks before the line that opens what `closing`, written on the given line, would close."""
    before = "\n".join(text.split("\n")[:line]) + "\n"
    place = partner_of(before + closing, len(before))
    opened = before[before.rfind("\n", 0, max(place, 0)) + 1 :]
    return len(opened) - len(opened.lstrip(" "))


def message_style(theme: Theme) -> str:
    """The line under the editor: words in the failure colour on the raised ground."""
    return (
        f"color: {QColor(theme.failed).name()}; background: {QColor(theme.raised).name()};"
        f" border-top: 1px solid {QColor(theme.border).name()};"
    )


def _units(text: str, offset: int) -> int:
    """Qt counts UTF-16 units, Python characters; they differ after an emoji."""
    return offset if text.isascii() else len(text[:offset].encode("utf-16-le", "surrogatepass")) // 2


def _characters(text: str, units: int) -> int:
    if text.isascii():
        return units
    return len(text.encode("utf-16-le", "surrogatepass")[: units * 2].decode("utf-16-le", "replace"))


def _selection(editor: QPlainTextEdit, start: int, end: int, style: QTextCharFormat) -> QTextEdit.ExtraSelection:
    selection = QTextEdit.ExtraSelection()
    cursor = QTextCursor(editor.document())
    cursor.setPosition(start)
    cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
    # The stubs of PySide declare these two as class attributes of object type.
    selection.cursor = cursor
    selection.format = style
    return selection
