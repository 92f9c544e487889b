"""What a person gets who writes JSON: mistakes in words at their place, indentation, colours."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from ui.theme import ThemeSource
from ui.widgets.json_editor import JsonEditor
from ui.widgets.json_marks import partner_of
from ui.widgets.json_places import JsonProblem, locate, mistakes, path_of


@pytest.fixture
def editor(qtbot: Any) -> JsonEditor:
    editor = JsonEditor(ThemeSource())
    qtbot.addWidget(editor)
    editor.resize(400, 240)
    editor.show()
    return editor


def marked(editor: JsonEditor) -> list[str]:
    """The words under a wavy line."""
    marks = editor.extraSelections()
    return [mark.cursor.selectedText() for mark in marks if mark.format.fontUnderline() or _wavy(mark)]


def _wavy(mark: Any) -> bool:
    return bool(mark.format.underlineStyle() == mark.format.UnderlineStyle.WaveUnderline)


def shown_message(editor: JsonEditor) -> str:
    label = editor.findChild(QLabel, "json_problem")
    assert label is not None
    return label.text() if label.isVisible() else ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"id": }', "expected a value, found }"),
        ('{"id" 1}', "a colon is missing before 1"),
        ('{"id": 1 "total": 2}', 'a comma is missing before "total"'),
        ("{id: 1}", "expected a name in double quotes, found id"),
        ('{"id": 1', "the text ends too early"),
        ('{"id": "a}', "the closing double quote is missing"),
        ("[1] 2", "unexpected 2 after the end of the value"),
        ("[NaN]", "NaN is not JSON; use a number, a string or null"),
        ("[" * 5000, "nested deeper than 200 levels"),
        ("9" * 5000, "a number with too many digits"),
        ("", "a JSON value is missing"),
    ],
)
def test_a_mistake_is_told_in_words(text: str, words: str) -> None:
    assert [problem.text for problem in mistakes(text)] == [words]


def test_the_place_of_a_mistake_is_underlined_and_named(editor: JsonEditor) -> None:
    editor.set_text('{\n  "id": 1,\n  "total": oops\n}')
    assert marked(editor) == ["oops"]
    assert shown_message(editor).endswith("line 3, column 12: expected a value, found oops")
    assert not editor.valid


def test_an_emoji_before_a_mistake_does_not_move_the_mark(editor: JsonEditor) -> None:
    editor.set_text('["🛒 cart", oops]')
    assert marked(editor) == ["oops"]


def test_what_the_schema_says_is_marked_at_the_value(editor: JsonEditor) -> None:
    editor.set_checker(lambda _value: [JsonProblem("expected a number", ("items", 1, "price"))])
    editor.set_value({"items": [{"price": 1}, {"price": "dear"}]})
    assert marked(editor) == ['"dear"']
    assert shown_message(editor).endswith("items[1].price: expected a number")


def test_a_missing_field_is_marked_at_the_object_that_lacks_it() -> None:
    text = '{"a": {"b": 1}}'
    assert locate(text, ("a", "missing")) == (6, 14)


def test_correcting_the_text_makes_it_valid_again(editor: JsonEditor, qtbot: Any) -> None:
    editor.set_text("[1,")
    with qtbot.waitSignal(editor.validity_changed) as signal:
        editor.moveCursor(editor.textCursor().MoveOperation.End)
        qtbot.keyClicks(editor, "2]")
    assert signal.args == [True]
    assert editor.value() == [1, 2]
    assert shown_message(editor) == ""


def test_an_optional_text_may_be_empty(qtbot: Any) -> None:
    editor = JsonEditor(ThemeSource(), optional=True)
    qtbot.addWidget(editor)
    assert editor.valid
    assert editor.value() is None


def test_enter_between_brackets_opens_an_indented_line(editor: JsonEditor, qtbot: Any) -> None:
    qtbot.keyClicks(editor, "{}")
    editor.moveCursor(editor.textCursor().MoveOperation.Left)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.keyClicks(editor, '"id": [')
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.keyClicks(editor, "1")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.keyClicks(editor, "]")
    assert editor.toPlainText() == '{\n  "id": [\n    1\n  ]\n}'


def test_a_closing_bracket_on_a_blank_line_stands_under_its_opening(editor: JsonEditor, qtbot: Any) -> None:
    qtbot.keyClicks(editor, "[")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.keyClicks(editor, "]")
    assert editor.toPlainText() == "[\n]"


def test_the_partner_of_a_bracket_is_found_past_brackets_in_strings() -> None:
    text = '{"a": "}", "b": [1]}'
    assert partner_of(text, 0) == len(text) - 1
    assert partner_of(text, len(text) - 1) == 0
    assert partner_of(text, 16) == 18
    assert partner_of(text, 7) == -1


def test_filling_in_a_sample_can_be_undone(editor: JsonEditor) -> None:
    editor.set_text('{"mine": true}')
    editor.set_value({"sample": 1})
    editor.undo()
    assert editor.value() == {"mine": True}


def test_a_long_text_is_checked_when_the_person_pauses(editor: JsonEditor, qtbot: Any) -> None:
    editor.set_value(list(range(20_000)))
    with qtbot.waitSignal(editor.validity_changed) as signal:
        editor.moveCursor(editor.textCursor().MoveOperation.End)
        qtbot.keyClicks(editor, "x")
    assert signal.args == [False]


@pytest.mark.parametrize(
    ("written", "steps"),
    [
        ("$", ()),
        ("$.items[0].price", ("items", 0, "price")),
        ("$['unit price'][2]", ("unit price", 2)),
        (r"$['it\'s']", ("it's",)),
    ],
)
def test_a_checkers_path_is_understood(written: str, steps: tuple[str | int, ...]) -> None:
    assert path_of(written) == steps
