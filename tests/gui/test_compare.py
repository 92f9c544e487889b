"""What a person sees who compares engines in the window: a table, a matrix, and the runs on one time axis."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QTableWidget

from bus.analysis.figures import COMPARED
from bus.number_words import tip, title
from bus.scenario.samples import SAMPLES
from ui.compare.sheet import SPEEDS, CompareSheet

PATIENCE_MS = 60_000
Opened = Callable[[str], CompareSheet]


@pytest.fixture
def opened(window: Any) -> Opened:
    def open_(sample: str) -> CompareSheet:
        window.open(next(each.path for each in SAMPLES if each.id == sample))
        window.wiring.actions.run("run.compare")
        (sheet,) = [each for each in QApplication.topLevelWidgets() if isinstance(each, CompareSheet)]
        sheet.speed.setCurrentIndex(len(SPEEDS) - 1)
        return sheet

    return open_


def choose(sheet: CompareSheet, *engines: str) -> None:
    for engine, box in sheet.engines.items():
        box.setChecked(engine in engines)


def texts(table: QTableWidget) -> list[list[str]]:
    cells = [[table.item(row, column) for column in range(table.columnCount())] for row in range(table.rowCount())]
    return [["" if cell is None else cell.text() for cell in row] for row in cells]


def compare(sheet: CompareSheet, qtbot: Any) -> None:
    qtbot.mouseClick(sheet.start, Qt.MouseButton.LeftButton)
    assert sheet.stop.isEnabled()
    qtbot.waitUntil(sheet.start.isEnabled, timeout=PATIENCE_MS)


def test_a_row_and_a_timeline_for_each_engine(opened: Opened, qtbot: Any) -> None:
    sheet = opened("lost-events")
    choose(sheet, "pyee", "sqlite")
    compare(sheet, qtbot)
    rows = texts(sheet.figures)
    assert [row[0] for row in rows] == ["pyee", "sqlite"]
    assert int(rows[0][3]) > 0
    assert rows[1][3] == "0"
    assert rows[1][4] == rows[0][3], "what the one lost, the other keeps"
    assert len(sheet.strips.strips) == 2
    assert "2 engines compared" in sheet.says.text()


def test_the_crash_sweep_fills_the_matrix(opened: Opened, qtbot: Any) -> None:
    sheet = opened("user-created")
    choose(sheet, "pyee", "sqlite")
    sheet.crash.setChecked(True)
    compare(sheet, qtbot)
    rows = {row[0]: row[1:] for row in texts(sheet.matrix)}
    assert rows["never"] == ["everything once", "everything once"]
    assert rows["in the middle of its call"] == ["1 lost, 0 twice", "everything once"]
    assert rows["after the call, before the acknowledgement"] == ["everything once", "0 lost, 1 twice"]
    assert len(sheet.strips.strips) == 2, "only the undisturbed runs are drawn"


def test_zooming_one_timeline_zooms_them_all(opened: Opened, qtbot: Any) -> None:
    sheet = opened("user-created")
    choose(sheet, "pyee", "pyee-asyncio")
    compare(sheet, qtbot)
    before = sheet.strips.navigation.view.span_ns
    strip = sheet.strips.strips[1]
    at = QPointF(strip.width() / 2, 40)
    control = Qt.KeyboardModifier.ControlModifier
    wheel = QWheelEvent(
        at, at, QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, control, Qt.ScrollPhase.NoScrollPhase, False
    )
    QApplication.sendEvent(strip, wheel)
    assert sheet.strips.navigation.view.span_ns < before
    qtbot.mouseClick(strip, Qt.MouseButton.LeftButton)  # a click gives the keys to all of them
    qtbot.waitUntil(sheet.strips.hasFocus, timeout=PATIENCE_MS)
    qtbot.keyClick(sheet.strips, Qt.Key.Key_F)
    fitted = sheet.strips.navigation.view.start_ns
    qtbot.keyClick(sheet.strips, Qt.Key.Key_D)
    assert sheet.strips.navigation.view.start_ns > fitted


@pytest.mark.parametrize("points", [9.0, 16.0])
@pytest.mark.parametrize("size", [(1000, 600), (1366, 768)])
def test_on_a_small_screen_every_lane_can_be_reached_and_axes_begin_at_one_pixel(
    window: Any, opened: Opened, qtbot: Any, size: tuple[int, int], points: float
) -> None:
    window.wiring.appearance.apply_settings(replace(window.store.read(), font_points=points))
    window.resize(*size)
    sheet = opened("checkout")
    choose(sheet, "pyee", "pyee-asyncio")
    compare(sheet, qtbot)
    assert sheet.width() <= window.width()
    assert sheet.minimumSizeHint().width() <= size[0]
    boxes = list(sheet.engines.values())
    assert all(box.visibleRegion().boundingRect() == box.rect() for box in boxes), "every engine is seen whole"
    assert all(box.width() >= box.sizeHint().width() for box in boxes)
    first, *_, last = strips = sheet.strips.strips
    qtbot.waitUntil(lambda: {strip.width() for strip in strips} == {sheet.strips.width()}, timeout=PATIENCE_MS)
    assert len({(strip._place.left, strip.mapTo(sheet, QPoint()).x(), strip.width()) for strip in strips}) == 1
    area = sheet.strips.parentWidget()
    assert area.height() >= first._place.lanes_top + max(lane.bottom for lane in list(first.content.lanes)[:3])
    for strip in strips:
        assert strip.height() >= strip._place.lanes_top + strip.content.lanes.height, "no lane is cut"
    sheet.strips.setFocus()

    def at_the_last_lane() -> bool:
        qtbot.keyClick(sheet.strips, Qt.Key.Key_PageDown)
        return last.mapTo(area, QPoint(0, last.height())).y() <= area.height() + 1

    qtbot.waitUntil(at_the_last_lane, timeout=PATIENCE_MS)


def test_engines_in_several_lines_are_chosen_by_keys_and_stand_in_fewer_where_letters_become_smaller(
    window: Any, opened: Opened, qtbot: Any
) -> None:
    window.wiring.appearance.apply_settings(replace(window.store.read(), font_points=16.0))
    window.resize(1000, 600)
    sheet = opened("user-created")
    first, *others = boxes = list(sheet.engines.values())
    assert len({box.y() for box in boxes}) == 2
    sheet.activateWindow()
    first.setFocus()
    qtbot.waitUntil(first.hasFocus, timeout=PATIENCE_MS)
    for box in others:
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        assert QApplication.focusWidget() is box
        chosen = box.isChecked()
        qtbot.keyClick(box, Qt.Key.Key_Space)
        assert box.isChecked() is not chosen
    window.wiring.appearance.apply_settings(replace(window.store.read(), font_points=9.0))
    qtbot.waitUntil(lambda: len({box.y() for box in boxes}) == 1, timeout=PATIENCE_MS)


def test_the_border_between_tables_and_timelines_stays_where_a_person_put_it(opened: Opened, qtbot: Any) -> None:
    sheet = opened("user-created")
    choose(sheet, "pyee")
    compare(sheet, qtbot)
    parts = sheet._parts
    assert parts.sizes()[0] < parts.sizes()[1], "one row leaves the room to the timeline"
    parts.moveSplitter(parts.height() // 2 + 40, 1)
    moved = parts.sizes()
    compare(sheet, qtbot)
    assert parts.sizes() == moved


def test_without_an_engine_it_says_what_to_do(opened: Opened, qtbot: Any) -> None:
    sheet = opened("user-created")
    choose(sheet)
    qtbot.mouseClick(sheet.start, Qt.MouseButton.LeftButton)
    assert "no engine to compare" in sheet.says.text()
    assert sheet.start.isEnabled()


def test_a_long_comparison_can_be_cancelled_and_closed(opened: Opened, qtbot: Any) -> None:
    sheet = opened("checkout")
    sheet.speed.setCurrentIndex(0)
    choose(sheet, "pyee", "pyee-asyncio")
    qtbot.mouseClick(sheet.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "calls" in sheet.says.text(), timeout=PATIENCE_MS)
    qtbot.mouseClick(sheet.stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(sheet.start.isEnabled, timeout=PATIENCE_MS)
    assert sheet.results == []
    qtbot.mouseClick(sheet.start, Qt.MouseButton.LeftButton)
    sheet.close()  # in the middle: the fixtures fail where a thread or a timer is left


def test_an_engine_that_cannot_run_is_not_among_those_that_were_compared(
    opened: Opened, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUSLENS_RABBITMQ_URL", "amqp://127.0.0.1:1/")
    sheet = opened("user-created")
    choose(sheet, "pyee", "rabbitmq")
    compare(sheet, qtbot)
    assert sheet.says.text() == "1 engine compared. Not: rabbitmq."
    assert "127.0.0.1:1" in texts(sheet.figures)[1][1]


def test_columns_are_the_words_of_every_other_number(opened: Opened) -> None:
    table = opened("user-created").figures
    heads = [table.horizontalHeaderItem(column) for column in range(1 + len(COMPARED))]
    assert [head.text() for head in heads if head is not None] == ["engine", *map(title, COMPARED)]
    assert [head.toolTip() for head in heads[1:] if head is not None] == [tip(word) for word in COMPARED]
