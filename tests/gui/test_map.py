"""The map in the window: what a person sees of a trace, chooses, follows and writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from bus.analysis.topology import EdgeKind
from bus.export.maps import MAP_FORMATS
from bus.trace import Trace
from tests.gui.shop_trace import Shop
from tests.helpers.patience import PATIENCE_S
from ui.filter_state import FilterState
from ui.panels.map.bar import DEPTHS, WHOLE
from ui.panels.map.picture import Hit, MapPicture
from ui.panels.map.tab import MapTab
from ui.panels.tables.panel import TablesPanel
from ui.selection import Selection
from ui.theme import DARK, LIGHT, ThemeSource


@pytest.fixture
def shop() -> Shop:
    shop = Shop()
    for number in range(4):
        shop.order(number, declined=number == 2)
    return shop


@pytest.fixture
def selection(qapp: Any) -> Selection:
    return Selection()


@pytest.fixture
def tables(qtbot: Any, shop: Shop, selection: Selection) -> TablesPanel:
    panel = TablesPanel(shop.session, selection, FilterState(), ThemeSource(LIGHT))
    qtbot.addWidget(panel)
    panel.resize(1100, 420)
    panel.show()
    return panel


@pytest.fixture
def shown(tables: TablesPanel) -> MapTab:
    (tab,) = tables.findChildren(MapTab)
    tables.tabs.setCurrentWidget(tab)
    return tab


def names(tab: MapTab) -> set[str]:
    return {node.text for node in picture_of(tab).topology.nodes}


def picture_of(tab: MapTab) -> MapPicture:
    assert tab.canvas.picture is not None
    return tab.canvas.picture


def place_of(tab: MapTab, text: str) -> int:
    return next(place for place, node in enumerate(picture_of(tab).topology.nodes) if node.text == text)


def click(tab: MapTab, text: str, *, twice: bool = False) -> None:
    x, y = tab.canvas.camera.to_screen(*picture_of(tab).middle(place_of(tab, text)))
    (QTest.mouseDClick if twice else QTest.mouseClick)(
        tab.canvas, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y))
    )


ALL = {"MainThread", "order.placed", "order.paid", "reserve_stock", "charge_card", "send_mail"}


def test_with_nothing_selected_the_whole_map_is_seen(shown: MapTab) -> None:
    assert names(shown) == ALL
    assert shown.bar.said.text() == "6 nodes, nothing is selected"
    (edge,) = [each for each in picture_of(shown).topology.edges if each.failed]
    assert (edge.kind, edge.count, edge.failed) == (EdgeKind.HANDLES, 4, 1)


def test_what_is_selected_elsewhere_is_in_the_middle(shown: MapTab, selection: Selection, shop: Shop) -> None:
    shown.bar.extent.setCurrentIndex(DEPTHS.index(1))
    paid = int(shop.trace.dispatches.id[shop.trace.dispatches.event == shop.paid][0])
    selection.select("dispatch", paid)
    assert names(shown) == {"reserve_stock", "order.paid", "send_mail"}
    assert shown.canvas.marked.selected == Hit("node", place_of(shown, "order.paid"))
    assert shown.bar.said.text() == "3 of 6 nodes"


def test_a_click_selects_the_newest_in_the_window_and_moves_nothing(
    shown: MapTab, selection: Selection, shop: Shop
) -> None:
    before = picture_of(shown)
    click(shown, "charge_card")
    declined = int(shop.trace.calls.id[shop.trace.calls.error > 0][0])
    assert (selection.kind, selection.id) == ("call", declined)  # one that failed, before the newest
    assert shown.canvas.picture is before
    assert shown.canvas.marked.selected == Hit("node", place_of(shown, "charge_card"))
    click(shown, "order.placed")
    assert selection.kind == "dispatch"


def test_a_double_click_shows_the_calls(shown: MapTab, tables: TablesPanel) -> None:
    click(shown, "charge_card", twice=True)
    assert tables.tabs.currentWidget() is tables.calls
    assert "handler:charge_card" in tables.bar.chip.text()
    assert tables.calls.shown == 4


def test_pointing_lights_the_whole_path_and_dims_the_rest(shown: MapTab) -> None:
    shown.canvas.point_at(Hit("node", place_of(shown, "send_mail")))
    assert shown.canvas.marked.lit is not None
    topology = picture_of(shown).topology
    lit = {topology.nodes[place].text for place in shown.canvas.marked.lit[0]}
    assert lit == ALL - {"charge_card"}
    shown.canvas.point_at(None)
    assert shown.canvas.marked.lit is None


def test_arrows_go_along_the_edges_and_enter_shows_the_rows(shown: MapTab, tables: TablesPanel) -> None:
    click(shown, "order.placed")
    for key, text in (
        (Qt.Key.Key_Left, "MainThread"), (Qt.Key.Key_Right, "order.placed"),
    ):  # fmt: skip
        QTest.keyClick(shown.canvas, key)
        assert shown.canvas.marked.selected == Hit("node", place_of(shown, text))
    QTest.keyClick(shown.canvas, Qt.Key.Key_Return)
    assert tables.tabs.currentWidget() is tables.dispatches
    QTest.keyClick(shown.canvas, Qt.Key.Key_Escape)
    assert shown.canvas.marked.selected is None


def test_zoom_keeps_what_is_under_the_pointer_and_home_shows_all(shown: MapTab) -> None:
    camera, at = shown.canvas.camera, QPointF(200, 60)
    scale, point = camera.scale, camera.to_map(200, 60)
    shown.canvas.zoom(2, at)
    assert camera.scale == pytest.approx(2 * scale)
    assert camera.to_map(200, 60) == pytest.approx(point)
    QTest.keyClick(shown.canvas, Qt.Key.Key_Home)
    assert camera.scale == pytest.approx(scale)


def test_new_records_change_numbers_and_move_nothing(shown: MapTab, shop: Shop) -> None:
    before = picture_of(shown)
    shown.canvas.zoom(1.5)
    scale, corner = shown.canvas.camera.scale, shown.canvas.camera.x
    shop.order(5)
    shown.contents.count()
    after = picture_of(shown)
    assert after.layout is before.layout
    assert "5" in after.words
    assert (shown.canvas.camera.scale, shown.canvas.camera.x) == (scale, corner)


def test_names_that_begin_alike_are_one_until_they_are_opened(shown: MapTab) -> None:
    shown.bar.grouped.click()
    assert "order.*" in names(shown)
    click(shown, "order.*", twice=True)
    assert names(shown) == ALL
    shown.menu.groups_closed.emit()
    assert "order.*" in names(shown)


def test_a_name_is_found_and_gone_to(shown: MapTab) -> None:
    QTest.keyClicks(shown.bar.search, "MAIL")
    assert shown.canvas.marked.found == {place_of(shown, "send_mail")}
    shown.bar.extent.setCurrentIndex(DEPTHS.index(WHOLE))
    QTest.keyClick(shown.bar.search, Qt.Key.Key_Return)
    assert shown.canvas.marked.selected == Hit("node", place_of(shown, "send_mail"))


def test_the_lists_say_how_many_and_lead_there(shown: MapTab, shop: Shop) -> None:
    shop.unheard()
    shown.contents.count()
    shown.finding.fill_lists()
    lists = {action.text(): action.menu() for action in shown.bar.lists.menu().actions()}
    assert [title for title in lists if title.startswith("Emitted and never handled (1)")]
    (entry,) = next(menu for title, menu in lists.items() if title.startswith("Emitted")).actions()
    entry.trigger()
    selected = shown.canvas.marked.selected
    assert selected is not None
    assert picture_of(shown).topology.nodes[selected.place].text == entry.text().split(" on ")[0]


def test_the_menu_offers_what_can_be_done(shown: MapTab) -> None:
    topology = picture_of(shown).topology
    shown.menu.prepare(topology, Hit("node", place_of(shown, "charge_card")), opened=False)
    assert shown.menu.rows.text().startswith("Show Its Calls")
    assert not shown.menu.open.isVisible()
    shown.menu.centre.trigger()
    assert shown.canvas.marked.selected == Hit("node", place_of(shown, "charge_card"))


def test_another_trace_leaves_nothing_of_the_one_before(shown: MapTab, tables: TablesPanel, shop: Shop) -> None:
    click(shown, "charge_card")
    shop.session.trace = Trace()
    tables.refresh_trace()
    assert shown.hint.isVisible()
    assert shown.hint.accessibleName() == "No map yet"


def test_a_large_map_is_drawn_beside_the_window(shown: MapTab, qtbot: Any) -> None:
    shown.contents.small = 0
    before = picture_of(shown)
    shown.bar.grouped.click()
    qtbot.waitUntil(lambda: shown.canvas.picture is not before, timeout=PATIENCE_S * 1000)
    assert "order.*" in names(shown)


@pytest.mark.parametrize("chosen", MAP_FORMATS, ids=lambda each: each.id)
def test_what_is_shown_is_written(shown: MapTab, qtbot: Any, tmp_path: Path, chosen: Any) -> None:
    path = tmp_path / f"map{chosen.suffix}"
    with qtbot.waitSignal(shown.export.wrote, timeout=PATIENCE_S * 1000):
        shown.export.write(chosen, picture_of(shown).topology, path)
    assert path.read_text(encoding="utf-8") == "".join(chosen.lines(picture_of(shown).topology))


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda each: each.name)
def test_it_is_painted_near_and_far(shown: MapTab, theme: Any) -> None:
    shown.canvas.refresh_theme()
    near = shown.canvas.grab().toImage()
    shown.canvas.zoom(0.1)
    far = shown.canvas.grab().toImage()
    assert near != far
    assert near.size() == far.size()
