"""Mistakes are told in the window: all of them, with their places, to be copied and dismissed."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication

from bus.connections.model import SEE_CONNECTIONS, SILENT_HINT, UNDER_CONNECTIONS
from bus.errors import Place, UserError, UserErrors
from ui.theme import LIGHT, ThemeSource
from ui.widgets.error_bar import MOST_SHOWN, ErrorBar


@pytest.fixture
def bar(qtbot: Any) -> ErrorBar:
    bar = ErrorBar(ThemeSource(LIGHT))
    bar.resize(700, 100)
    return bar


def test_one_mistake_is_one_line(bar: ErrorBar) -> None:
    bar.show_error(UserError("no event order.plcaed", hint="did you mean order.placed?"))
    assert bar.isVisible()
    assert bar.title.text() == "No event order.plcaed (did you mean order.placed?)"
    assert not bar.text.isVisible()


def test_all_mistakes_of_a_file_are_listed_with_their_places(bar: ErrorBar) -> None:
    errors = [UserError(f"mistake {number}", at=Place("shop.yaml", number, 3)) for number in (4, 9)]
    bar.show_error(UserErrors(errors))
    assert bar.title.text() == "2 problems"
    assert bar.text.toPlainText().splitlines() == ["shop.yaml:4:3: mistake 4", "shop.yaml:9:3: mistake 9"]


def test_the_same_mistake_is_told_once(bar: ErrorBar) -> None:
    for _ in range(3):
        bar.show_error(UserError("the disk is full"))
    assert len(bar.problems) == 1


def test_a_million_mistakes_do_not_fill_the_window(bar: ErrorBar) -> None:
    bar.show_error(UserErrors([UserError(f"mistake {number}") for number in range(5000)]))
    assert len(bar.text.toPlainText().splitlines()) == MOST_SHOWN + 1
    assert bar.sizeHint().height() < 250
    bar.copy.click()
    assert len(QGuiApplication.clipboard().text().splitlines()) == 5000


def test_text_from_a_file_is_never_markup(bar: ErrorBar) -> None:
    bar.show_error(UserError("no event <img src=x>"))
    assert bar.title.text() == "No event <img src=x>"
    assert bar.title.textFormat().name == "PlainText"


@pytest.mark.parametrize("why", [UNDER_CONNECTIONS, SEE_CONNECTIONS, SILENT_HINT])
def test_a_broker_that_refuses_leads_to_the_connections(bar: ErrorBar, why: str, qtbot: Any) -> None:
    bar.show_error(UserError("RabbitMQ at 127.0.0.1:5672 refuses user me: wrong user or password", hint=why))
    assert bar.connections.isVisible()
    with qtbot.waitSignal(bar.connections_wanted):
        bar.connections.click()


def test_other_mistakes_do_not(bar: ErrorBar) -> None:
    bar.show_error(UserError("the engine kafka needs confluent-kafka", hint="pip install 'buslens[kafka]'"))
    assert not bar.connections.isVisible()
    assert "pip install 'buslens[kafka]'" in bar.title.text()


def test_dismissing_hides_it(bar: ErrorBar) -> None:
    bar.show_error(UserError("no"))
    bar.close_button.click()
    assert not bar.isVisible()
    assert bar.problems == []


def test_the_newest_stands_on_top_and_in_place_of_what_the_same_file_said(bar: ErrorBar) -> None:
    bar.show_error(UserErrors([UserError(f"mistake {number}", at=Place("shop.yaml", number)) for number in (1, 2)]))
    bar.show_error(UserError("this is not a capture", at=Place("junk.buslens")))
    bar.show_error(UserError("mistake 2", at=Place("shop.yaml", 2)))
    assert bar.problems == ["shop.yaml:2: mistake 2", "junk.buslens: this is not a capture"]
    assert "newest on top" in bar.title.text()
