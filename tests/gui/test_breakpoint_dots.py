"""A breakpoint is a dot on the rows of tables and the titles of lanes: a click sets it or takes it away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor

from bus.analysis.topology import NodeKind
from bus.run.breakpoints import Breakpoint
from tests.gui.test_breakpoints import EDGE, PATIENCE_MS, SHOP, finished
from ui.panels.map.bar import DEPTHS, WHOLE
from ui.panels.map.painter import dot_in
from ui.panels.map.picture import Hit
from ui.panels.map.tab import MapTab
from ui.timeline.furniture import DOT


@pytest.fixture
def shop(window: Any, qtbot: Any, tmp_path: Path) -> Any:
    path = tmp_path / "shop.yaml"
    path.write_text(SHOP)
    window.open(path)
    window.wiring.actions["run.start"].trigger()
    finished(window, qtbot)
    qtbot.waitUntil(lambda: len(window.session.trace.calls) == 4, timeout=PATIENCE_MS)
    window.panels.show_timeline()
    return window


def points(window: Any) -> tuple[Breakpoint, ...]:
    found: tuple[Breakpoint, ...] = window.session.running.breakpoints.all
    return found


def click_row(window: Any, qtbot: Any, tab: Any, row: int) -> None:
    window.tables.tabs.setCurrentWidget(tab)
    qtbot.waitUntil(lambda: tab.model.rowCount() > row, timeout=PATIENCE_MS)
    gutter = tab.view.gutter
    place = QPoint(gutter.width() // 2, gutter.sectionViewportPosition(row) + gutter.sectionSize(row) // 2)
    qtbot.mouseClick(gutter.viewport(), Qt.MouseButton.LeftButton, pos=place)


def is_red(window: Any, widget: Any, at: QPoint) -> bool:
    picture = widget.grab().toImage()
    ratio = picture.devicePixelRatio()
    seen = picture.pixelColor(round(at.x() * ratio), round(at.y() * ratio))
    return bool(seen == QColor(window.themes.theme.failed))


def test_a_click_beside_a_call_holds_that_edge_and_again_no_more(shop: Any, qtbot: Any) -> None:
    calls = shop.tables.calls
    click_row(shop, qtbot, calls, 0)
    assert points(shop) == (EDGE,)
    assert [calls.view._dot(row) for row in range(4)] == ["on", "", "on", ""]
    gutter = calls.view.gutter
    middle = QPoint(gutter.width() // 2, gutter.sectionViewportPosition(0) + gutter.sectionSize(0) // 2)
    assert is_red(shop, gutter.viewport(), middle)
    click_row(shop, qtbot, calls, 2)
    assert points(shop) == ()
    assert not is_red(shop, gutter.viewport(), middle)


def test_a_click_beside_a_dispatch_is_about_its_event_and_shows_edges_too(shop: Any, qtbot: Any) -> None:
    dispatches = shop.tables.dispatches
    click_row(shop, qtbot, dispatches, 0)
    assert points(shop) == (Breakpoint("order.placed"),)
    qtbot.waitUntil(lambda: shop.tables.calls.view._dot(0) == "on", timeout=PATIENCE_MS)
    click_row(shop, qtbot, shop.tables.calls, 0)
    assert points(shop) == ()
    shop.wiring.verbs.breakpoints.set(EDGE)
    shop.wiring.verbs.breakpoints.enable(*EDGE.key, on=False)
    assert dispatches.view._dot(0) == "off"


def test_a_click_selects_no_row(shop: Any, qtbot: Any) -> None:
    shop.selection.clear()
    click_row(shop, qtbot, shop.tables.calls, 1)
    assert shop.selection.kind == ""


def test_a_click_in_the_margin_of_a_lane_is_about_its_handler_or_event(shop: Any, qtbot: Any) -> None:
    timeline, scene = shop.timeline, shop.timeline.scene
    lane = next(lane for lane in scene.lanes if lane.title == "charge")
    at = QPoint(round(DOT), timeline.place.lanes_top + lane.top - scene.bar.value() + lane.height // 2)
    qtbot.mouseClick(timeline, Qt.MouseButton.LeftButton, pos=at)
    assert points(shop) == (Breakpoint("", "charge"),)
    assert scene.lane_choices.breaks("handler", "charge") == "on"
    assert is_red(shop, timeline, at)
    qtbot.mouseClick(timeline, Qt.MouseButton.LeftButton, pos=at)
    assert points(shop) == ()
    scene.lane_choices.group_by("event")
    qtbot.mouseClick(timeline, Qt.MouseButton.LeftButton, pos=at)
    assert points(shop) == (Breakpoint("order.placed"),)
    scene.lane_choices.group_by("thread")
    qtbot.mouseClick(timeline, Qt.MouseButton.LeftButton, pos=at)
    assert points(shop) == (Breakpoint("order.placed"),)


def test_a_node_of_the_map_shows_it_and_a_click_on_the_dot_takes_it_away(shop: Any, qtbot: Any) -> None:
    (tab,) = shop.tables.findChildren(MapTab)
    shop.tables.tabs.setCurrentWidget(tab)
    tab.bar.extent.setCurrentIndex(DEPTHS.index(WHOLE))
    qtbot.waitUntil(lambda: tab.canvas.picture is not None and tab.isVisible(), timeout=PATIENCE_MS)
    canvas = tab.canvas
    nodes = canvas.picture.topology.nodes
    place = next(at for at, node in enumerate(nodes) if node.text == "charge" and node.kind is NodeKind.HANDLER)
    tab.menu.prepare(canvas.picture.topology, Hit("node", place), opened=False)
    assert tab.menu.hold.isVisible()
    tab.menu.hold.trigger()
    assert points(shop) == (Breakpoint("", "charge"),)
    drawn = canvas.picture.layout
    box = QRectF(drawn.left[place], drawn.top[place], drawn.widths[place], drawn.heights[place])
    middle = dot_in(box)
    at = QPointF(*canvas.camera.to_screen(middle.x(), middle.y())).toPoint()
    assert is_red(shop, canvas, at)
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=at)
    assert points(shop) == ()
    assert not is_red(shop, canvas, at)
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=at)
    assert points(shop) == ()
    assert canvas.marked.selected == Hit("node", place)
