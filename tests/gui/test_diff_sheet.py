"""Capture > Compare With: what differs between an earlier run and the one in view, and the way to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication, QFileDialog

from bus.analysis.diff.side_by_side import Side
from bus.capture import capture
from tests.helpers.two_traces import Call, Emit, recorded
from ui.diff.overlay import BARS, STRIPES, Stripes, paint_stripes
from ui.diff.sheet import DiffSheet
from ui.theme import LIGHT

ON = Qt.MouseButton.LeftButton


def flows(*, error: str = "") -> list[Emit]:
    charge = Call("charge", error, emits=[] if error else [Emit("paid")])
    return [Emit("placed", {"id": 1}, [Call("log"), charge])] * 12


def saved(folder: Path, name: str, some: list[Emit]) -> Path:
    capture.save(recorded(some), folder / name)
    return folder / name


def opened(window: Any, qtbot: Any, *paths: Path) -> None:
    for path in paths:
        window.open(path)
        qtbot.waitUntil(lambda path=path: window.session.runs.view.title == path.name)
        qtbot.waitUntil(lambda: len(window.session.trace.calls) == 24)


def sheet_of(window: Any) -> DiffSheet:
    window.wiring.actions["capture.diff"].trigger()
    (sheet,) = [each for each in QApplication.topLevelWidgets() if isinstance(each, DiffSheet)]
    return sheet


def lines(sheet: DiffSheet) -> list[list[str]]:
    rows = (sheet.tabs.differences.topLevelItem(row) for row in range(sheet.tabs.differences.topLevelItemCount()))
    return [[item.text(column) for column in range(4)] for item in rows if item is not None]


def test_the_run_before_is_compared_at_once_and_a_difference_leads_to_its_place(
    window: Any, qtbot: Any, tmp_path: Path
) -> None:
    opened(window, qtbot, saved(tmp_path, "good.buslens", flows()), saved(tmp_path, "bad.buslens", flows(error="no")))
    sheet = sheet_of(window)
    qtbot.waitUntil(lambda: bool(lines(sheet)))
    assert sheet.says.text() == (
        "After 3 emits and calls that are in both, 4 us after the first emit: "
        "charge ends well in A, and fails with ValueError: no in B."
    )
    assert lines(sheet) == [
        ["!", "12", "charge ends well in A, and fails with ValueError: no in B.", "placed > charge"],
        ["-", "12", "charge emits paid in A, and not in B.", "placed > charge > paid"],
    ]
    trace = window.session.trace
    sheet.tabs.differences.setCurrentItem(sheet.tabs.differences.topLevelItem(0))
    assert window.selection.kind == "call"
    assert trace.names.text(int(trace.calls.handler[trace.calls.row_of(window.selection.id)])) == "charge"
    # What B lacks leads to what should have emitted it; and B comes back into view for it.
    window.wiring.actions["runs.earlier"].trigger()
    qtbot.waitUntil(lambda: window.session.runs.view.title == "good.buslens")
    sheet.tabs.differences.setCurrentItem(sheet.tabs.differences.topLevelItem(1))
    qtbot.waitUntil(lambda: window.session.runs.view.title == "bad.buslens")
    qtbot.waitUntil(lambda: (window.selection.kind, window.selection.id) == ("call", 3))
    assert sheet.tabs.durations.topLevelItemCount() == 2
    sheet.close()


def test_without_another_run_a_file_is_asked_for(
    window: Any, qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = saved(tmp_path, "other.buslens", flows())
    opened(window, qtbot, saved(tmp_path, "one.buslens", flows()))
    sheet = sheet_of(window)
    assert "earlier run" in sheet.says.text()
    assert not sheet.tabs.isEnabled()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: (str(other), ""))
    qtbot.mouseClick(sheet.file, ON)
    qtbot.waitUntil(sheet.tabs.isEnabled)
    assert sheet.says.text() == "A and B are the same: 48 emits and calls in both."
    assert sheet.tabs.tabText(0) == "Differences 0"
    sheet.close()


def test_a_file_that_is_no_capture_is_said(window: Any, qtbot: Any, tmp_path: Path) -> None:
    opened(window, qtbot, saved(tmp_path, "one.buslens", flows()))
    sheet = sheet_of(window)
    wrong = tmp_path / "wrong.buslens"
    wrong.write_text("no capture", encoding="utf-8")
    sheet.compare_with(wrong)
    qtbot.waitUntil(lambda: "not a Buslens capture" in sheet.says.text())
    sheet.close()


def test_a_sheet_that_is_closed_while_it_compares_lets_the_run_go_on(window: Any, qtbot: Any, tmp_path: Path) -> None:
    paths = [saved(tmp_path, name, flows()) for name in ("a.buslens", "b.buslens")]
    opened(window, qtbot, *paths)
    sheet = sheet_of(window)
    sheet.close()
    assert window.session._held == 0


def test_the_flow_of_the_chosen_difference_is_shown_side_by_side(window: Any, qtbot: Any, tmp_path: Path) -> None:
    opened(window, qtbot, saved(tmp_path, "good.buslens", flows()), saved(tmp_path, "bad.buslens", flows(error="no")))
    sheet = sheet_of(window)
    flow = sheet.tabs.flow

    def rows() -> list[list[str]]:
        items = (flow.topLevelItem(row) for row in range(flow.topLevelItemCount()))
        return [[item.text(column).split("(")[0].strip() for column in range(3)] for item in items if item is not None]

    qtbot.waitUntil(lambda: bool(rows()))
    whole = [["", "placed", "placed"], ["", "log", "log"], ["!", "charge", "charge"], ["-", "paid", ""]]
    assert rows() == whole
    sheet.tabs.setCurrentWidget(flow)
    flow.setCurrentItem(flow.topLevelItem(2))
    assert window.selection.kind == "call"
    trace = window.session.trace
    assert trace.names.text(int(trace.calls.handler[trace.calls.row_of(window.selection.id)])) == "charge"
    sheet.tabs.differences.setCurrentItem(sheet.tabs.differences.topLevelItem(1))
    qtbot.waitUntil(lambda: not window.session._held)
    assert rows() == whole, "both differences show first in one flow"
    sheet.close()


def test_the_flow_is_shown_with_both_over_each_other_on_one_axis(window: Any, qtbot: Any, tmp_path: Path) -> None:
    opened(window, qtbot, saved(tmp_path, "good.buslens", flows()), saved(tmp_path, "bad.buslens", flows(error="no")))
    sheet = sheet_of(window)
    overlay = sheet.tabs.overlay
    qtbot.waitUntil(lambda: overlay.topLevelItemCount() > 0)
    items = [overlay.topLevelItem(row) for row in range(overlay.topLevelItemCount())]
    assert [[item.text(0), item.text(1).strip()] for item in items] == [
        ["", "placed"], ["", "log"], ["!", "charge"], ["-", "paid"],
    ]  # fmt: skip
    assert overlay.headerItem().text(BARS).startswith("A above, B below")
    stripes = [item.data(BARS, STRIPES)[0] for item in items]
    assert len({each.whole_ns for each in stripes}) == 1, "one axis for all"
    assert [side is not None for side in stripes[3].sides] == [True, False]
    sheet.tabs.setCurrentWidget(overlay)
    overlay.setCurrentItem(items[2])
    assert window.selection.kind == "call"
    sheet.close()


def test_a_call_of_both_is_hollow_above_and_filled_below() -> None:
    ok = Side("call", 1, "charge", "", 0, 50)
    image = painted(Stripes((ok, ok), 100))
    upper, lower = image.pixel(20, 6), image.pixel(20, 15)
    assert QColor(upper) == QColor(LIGHT.background)
    assert QColor(lower) == QColor(LIGHT.ok)
    assert QColor(image.pixel(90, 15)) == QColor(LIGHT.background), "half of the axis is free"
    failed = painted(Stripes((None, Side("call", 1, "charge", "failed", 0, 100)), 100))
    assert QColor(failed.pixel(20, 15)) == QColor(LIGHT.failed)
    assert QColor(failed.pixel(20, 6)) == QColor(LIGHT.background), "A has no such call"


def painted(stripes: Stripes) -> QImage:
    image = QImage(116, 22, QImage.Format.Format_RGB32)
    image.fill(QColor(LIGHT.background))
    painter = QPainter(image)
    paint_stripes(painter, QRectF(0, 0, 116, 22), stripes, LIGHT)
    painter.end()
    return image
