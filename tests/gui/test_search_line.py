"""What a person gets from the search line: completion, a filter, mistakes in words, and a chip."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt

from tests.gui.shop_trace import Shop
from ui.filter_state import FilterState, quote, split_terms
from ui.theme import ThemeSource
from ui.widgets.completions import completions, word_at
from ui.widgets.filter_chip import FilterChip
from ui.widgets.search_line import SearchLine


@pytest.fixture
def shop() -> Shop:
    shop = Shop()
    shop.order(1)
    return shop


@pytest.fixture
def filters(qapp: Any) -> FilterState:
    return FilterState()


@pytest.fixture
def line(qtbot: Any, shop: Shop, filters: FilterState) -> SearchLine:
    line = SearchLine(shop.session, filters, ThemeSource())
    qtbot.addWidget(line)
    line.resize(400, 28)
    line.show()
    return line


def test_enter_filters_at_once(line: SearchLine, filters: FilterState, qtbot: Any) -> None:
    line.setText("event:order.paid")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert filters.applied_text == "event:order.paid"
    assert filters.active


def test_a_pause_in_typing_filters_too(line: SearchLine, filters: FilterState, qtbot: Any) -> None:
    qtbot.keyClicks(line, "paid")
    with qtbot.waitSignal(filters.changed):
        pass
    assert filters.applied_text == "paid"


def test_escape_clears_the_filter(line: SearchLine, filters: FilterState, qtbot: Any) -> None:
    line.setText("paid")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.keyClick(line, Qt.Key.Key_Escape)
    assert line.text() == ""
    assert not filters.active


def test_a_mistake_is_said_under_its_place_and_the_last_filter_stays(
    line: SearchLine, filters: FilterState, qtbot: Any
) -> None:
    line.setText("event:order.paid")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    line.setText("event:order.paid duraton>50ms")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert filters.applied_text == "event:order.paid"
    assert filters.error is not None
    assert line.note.isVisible()
    assert "duraton" in line.note.text()
    assert 0 < line.note.points_at < line.note.width()
    line.setText("")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert not line.note.isVisible()


def test_a_filter_set_elsewhere_stands_in_the_line(line: SearchLine, filters: FilterState) -> None:
    filters.add_term("event", "order.paid")
    assert line.text() == "event:order.paid"
    filters.add_term("event", "order.placed")
    assert line.text() == "event:order.placed"


def test_the_chip_is_shown_while_a_filter_is_active_and_clears_it(filters: FilterState, qtbot: Any) -> None:
    chip = FilterChip(filters, ThemeSource())
    qtbot.addWidget(chip)
    assert not chip.isVisible()
    filters.set_text("paid")
    assert chip.isVisible()
    assert chip.text().startswith("paid")
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert not filters.active


def test_names_of_the_capture_are_proposed_for_their_fields(shop: Shop) -> None:
    names = shop.trace.names
    assert completions(names, "event:pa") == ["event:order.paid"]
    assert completions(names, "handler:") == ["handler:charge_card", "handler:reserve_stock", "handler:send_mail"]
    assert completions(names, "-event:order.p") == ["-event:order.paid", "-event:order.placed"]


def test_fields_are_proposed_by_their_beginning(shop: Shop) -> None:
    assert any(each.startswith("outcome:") for each in completions(shop.trace.names, "outc"))
    assert completions(shop.trace.names, "") == []


def test_choosing_a_proposal_replaces_the_word_at_the_caret(line: SearchLine, qtbot: Any) -> None:
    line.setFocus()
    qtbot.keyClicks(line, "outcome:failed event:pai")
    assert line.proposals.isVisible()
    qtbot.keyClick(line.proposals, Qt.Key.Key_Down)
    qtbot.keyClick(line.proposals, Qt.Key.Key_Return)
    assert line.text() == "outcome:failed event:order.paid "


def test_names_are_proposed_without_their_field_too(shop: Shop) -> None:
    names = shop.trace.names
    assert completions(names, "outcome:failed paid") == ["event:order.paid"]
    assert completions(names, "-charge") == ["-handler:charge_card"]
    assert completions(names, "er")[0] == "error:", "fields come first"
    assert completions(names, "p") == ["payload:"]


def test_enter_means_what_was_typed_unless_a_proposal_is_highlighted(
    line: SearchLine, filters: FilterState, qtbot: Any
) -> None:
    line.setFocus()
    qtbot.keyClicks(line, "paid")
    assert line.proposals.isVisible()
    qtbot.keyClick(line.proposals, Qt.Key.Key_Return)
    assert filters.applied_text == "paid"
    assert not line.proposals.isVisible()


def test_a_mistake_is_said_when_nothing_is_proposed_any_more(
    line: SearchLine, filters: FilterState, qtbot: Any
) -> None:
    line.setFocus()
    with qtbot.waitSignal(filters.changed):
        qtbot.keyClicks(line, "event:")
    assert filters.error is not None
    assert line.proposals.isVisible()
    assert not line.note.isVisible(), "a value is proposed"
    qtbot.keyClick(line.proposals, Qt.Key.Key_Escape)
    assert not line.proposals.isVisible()
    assert line.note.isVisible()
    assert line.text() == "event:"


@pytest.mark.parametrize(
    ("text", "word"),
    [("", ""), ("event:a ", ""), ("event:a dur", "dur"), ('event:"two wor', 'event:"two wor')],
)
def test_the_word_at_the_caret_knows_quotes(text: str, word: str) -> None:
    assert word_at(text) == word


def test_a_name_with_blanks_is_quoted_and_stays_one_term() -> None:
    term = f"event:{quote('order placed')}"
    assert split_terms(f"{term} failed") == ['event:"order placed"', "failed"]
