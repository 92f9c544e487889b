"""The command palette: a few letters and Enter do what a menu does."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from ui.theme import LIGHT, ThemeSource
from ui.widgets.fuzzy import score
from ui.widgets.palette import Choice, Palette

CHOICES = [
    Choice("run.step_call", "Step to Next Call", "Run", "step-call", "F10"),
    Choice("run.step_out", "Step Out of Dispatch", "Run", "step-out", "Shift+F11"),
    Choice("view.freeze", "Freeze View", "View", "freeze"),
    Choice("edit.undo", "Undo", "Edit", "undo", enabled=False),
]


@pytest.fixture
def palette(qtbot: Any) -> Any:
    parent = QWidget()
    parent.resize(900, 600)
    parent.show()
    palette = Palette("Commands", CHOICES, ThemeSource(LIGHT), parent)
    palette.show()
    yield palette
    parent.close()


def test_everything_is_offered_before_a_letter_is_typed(palette: Any) -> None:
    assert palette.titles() == [choice.title for choice in CHOICES]


def test_the_first_letters_of_words_find_a_command(palette: Any) -> None:
    QTest.keyClicks(palette.line, "snc")
    assert palette.titles() == ["Step to Next Call"]


def test_enter_runs_what_is_marked(palette: Any, qtbot: Any) -> None:
    QTest.keyClicks(palette.line, "step")
    QTest.keyClick(palette.line, Qt.Key.Key_Down)
    wanted = palette.titles()[1]
    with qtbot.waitSignal(palette.chosen) as told:
        QTest.keyClick(palette.line, Qt.Key.Key_Return)
    assert told.args == [next(choice.id for choice in CHOICES if choice.title == wanted)]


def test_a_command_that_cannot_run_is_shown_last_and_not_run(palette: Any) -> None:
    told: list[str] = []
    palette.chosen.connect(told.append)
    QTest.keyClicks(palette.line, "undo")
    assert palette.titles() == ["Undo"]
    QTest.keyClick(palette.line, Qt.Key.Key_Return)
    assert told == []
    assert palette.isVisible()


def test_it_says_so_where_nothing_fits(palette: Any) -> None:
    QTest.keyClicks(palette.line, "zzz")
    assert palette.titles() == []
    assert palette.nothing.isVisible()


@pytest.mark.parametrize(
    ("typed", "better", "worse"),
    [
        ("open", "Open…", "Zoom Open"),
        ("fv", "Freeze View", "Offset Even View"),
        ("run", "Run", "Drag Under Line"),
    ],
)
def test_beginnings_and_rows_of_letters_fit_better(typed: str, better: str, worse: str) -> None:
    high, low = score(typed, better), score(typed, worse)
    assert high is not None
    assert low is None or high > low


def test_letters_must_come_in_order() -> None:
    assert score("nur", "Run") is None
