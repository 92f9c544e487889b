"""The Listeners tab: each subscription a bar, and who listened at the moment that was asked about."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from bus.capture import capture
from tests.helpers.large import count_as_large
from tests.helpers.planted import Story
from ui.panels.tables.lifetime_bar import Bar, paint_bar

PATIENCE_MS = 60_000


@pytest.fixture
def shop(window: Any, qtbot: Any, tmp_path: Path) -> Any:
    """The window with a capture: pay listens until the first order was handled, mail from then on."""
    story = Story()
    story.on("pay", "order")
    story.on("log", "other")
    story.wait(50)
    story.emit("order", 1)
    story.off("pay", "order")
    story.on("mail", "order")
    story.wait(50)
    story.emit("order", 1)
    capture.save(story.trace(), tmp_path / "shop.buslens")
    window.open(tmp_path / "shop.buslens")
    qtbot.waitUntil(
        lambda: window.session.loading is None and len(window.session.trace.dispatches) == 2, timeout=PATIENCE_MS
    )
    return window


def listed(window: Any) -> list[list[str]]:
    """Handler, event and how it ended of each row."""
    model = window.tables.listeners.model
    return [[model.cell(row, column)[0] for column in (0, 1, 5)] for row in range(model.rowCount())]


def test_each_subscription_is_a_row_with_a_bar(shop: Any) -> None:
    tab = shop.tables.listeners
    shop.tables.tabs.setCurrentWidget(tab)
    lasts = "it lasts to the capture's end"
    assert listed(shop) == [["pay", "order", "it was removed"], ["log", "other", lasts], ["mail", "order", lasts]]
    pay, log, mail = (tab.columns.bar_of(row) for row in range(3))
    assert pay.is_over
    assert pay.left == 0
    assert pay.right == pytest.approx(0.5, abs=0.01)
    assert (log.right, mail.right) == (1, 1)
    assert mail.left == pytest.approx(0.5, abs=0.01)
    assert not tab.part.isVisible()
    assert tab.columns.bar_of(3) is None


def test_from_an_emit_to_the_bars_of_who_listened_then_and_to_the_code(shop: Any, qtbot: Any) -> None:
    tab, why = shop.tables.listeners, shop.tables.why
    shop.selection.select("dispatch", int(shop.session.trace.dispatches.id[1]))
    shop.wiring.actions["why.ask"].trigger()
    assert not why.as_bars.isVisible()
    asked = [why.questions.item(place).text() for place in range(why.questions.count())]
    place = next(at for at, each in enumerate(asked) if each.startswith("Who listened to order"))
    why.questions.itemClicked.emit(why.questions.item(place))
    qtbot.mouseClick(why.as_bars, Qt.MouseButton.LeftButton)
    assert tab.isVisible()
    assert [row[0] for row in listed(shop)] == ["pay", "mail"]
    assert tab.about.text().startswith("2 subscriptions of order; 1 went on at 0.1")
    assert tab.model.trace_row(tab.view.currentIndex().row()) == 1, "who listened then is chosen"
    assert tab.columns.bar_of(0).at == pytest.approx(1)
    wanted = []
    tab.source_wanted.connect(lambda file, line: wanted.append((file, line)))
    tab.view.setFocus()
    qtbot.keyClick(tab.view, Qt.Key.Key_Return)
    assert wanted == [("/srv/shop/main.py", 30)], "where it was subscribed is not known, its code is"
    qtbot.mouseClick(tab.all, Qt.MouseButton.LeftButton)
    assert len(listed(shop)) == 3


def test_what_is_listed_goes_with_its_capture_and_is_sorted_by_columns(shop: Any, qtbot: Any) -> None:
    tab = shop.tables.listeners
    shop.tables.tabs.setCurrentWidget(tab)
    tab.view.horizontalHeader().setSortIndicator(0, Qt.SortOrder.AscendingOrder)
    assert [row[0] for row in listed(shop)] == ["log", "mail", "pay"]
    for column in (1, 3, 4):
        tab.view.horizontalHeader().setSortIndicator(column, Qt.SortOrder.DescendingOrder)
        assert len(listed(shop)) == 3
    shop.wiring.actions["capture.clear"].trigger()
    qtbot.waitUntil(lambda: not listed(shop), timeout=PATIENCE_MS)


def test_of_a_large_capture_they_are_looked_up_beside_the_window(shop: Any, qtbot: Any) -> None:
    count_as_large(shop.tables.listeners, 0)
    shop.tables.tabs.setCurrentWidget(shop.tables.listeners)
    qtbot.waitUntil(lambda: len(listed(shop)) == 3, timeout=PATIENCE_MS)


def test_a_bar_ends_with_a_mark_and_a_receiver_that_died_is_amber(window: Any) -> None:
    theme = window.themes.theme

    def colours(bar: Bar) -> set[int]:
        image = QImage(200, 20, QImage.Format.Format_RGB32)
        image.fill(QColor(theme.background))
        painter = QPainter(image)
        paint_bar(painter, QRectF(0, 0, 200, 20), bar, theme)
        painter.end()
        return {image.pixel(x, y) for x in range(200) for y in range(20)}

    ok, amber, line = (QColor(each).rgb() for each in (theme.ok, theme.warning, theme.text))
    goes_on = colours(Bar(0, 1, is_over=False, died=False, at=None))
    assert ok not in goes_on, "no mark where nothing has ended"
    assert ok in colours(Bar(0, 0.5, is_over=True, died=False, at=None))
    assert amber in colours(Bar(0, 0.5, is_over=True, died=True, at=None))
    assert line in colours(Bar(0, 1, is_over=False, died=False, at=0.25))
