"""A click selects, and arrows lead to the causes and effects of what is selected."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from tests.gui.timeline_bus import MS, PlayedBus, Watched
from tests.gui.timeline_view import centre_of_call, pixels, played
from ui.timeline.view import TimelineView


def test_a_click_on_a_bar_selects_the_call(view: TimelineView, bus: PlayedBus, watched: Watched) -> None:
    calls = played(bus, watched, view)
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=centre_of_call(view, watched, calls[6]))
    assert (view.scene.selection.kind, view.scene.selection.id) == ("call", calls[6])


def test_a_click_on_a_mark_selects_the_dispatch_and_on_nothing_clears(
    view: TimelineView, bus: PlayedBus, watched: Watched
) -> None:
    calls = played(bus, watched, view)
    dispatch = int(watched.trace.calls.dispatch[watched.trace.calls.row_of(calls[4])])
    x = round(view.place.left + view.viewport.px_of(400 * MS))
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(x, view.place.emits_top + 15))
    assert (view.scene.selection.kind, view.scene.selection.id) == ("dispatch", dispatch)
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(x, view.height() - 10))
    assert view.scene.selection.kind == ""


def test_a_click_on_a_bar_that_stands_for_many_means_the_one_that_failed(
    view: TimelineView, bus: PlayedBus, watched: Watched
) -> None:
    calls = [bus.call(ms, 0.5, "busy", error=ValueError("no") if ms == 5003 else None) for ms in range(5000, 5010)]
    bus.call(60_000, 1, "busy")
    watched.pump()
    view.refresh()
    x = round(view.place.left + view.viewport.px_of(5003 * MS))
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(x, view.place.lanes_top + 10))
    assert view.scene.selection.id == calls[3]


def test_arrows_lead_to_the_causes_and_effects_of_the_selection(
    view: TimelineView, bus: PlayedBus, watched: Watched
) -> None:
    root = bus.at(0).emit("order.placed")
    reserve = bus.start(root, "reserve_stock")
    inner = bus.at(20).emit("stock.reserved", parent=reserve)
    charge = bus.at(30).start(inner, "charge_card", "stock.reserved")
    bus.at(40).end(charge)
    bus.at(50).end(reserve)
    unrelated = bus.call(60, 10, "audit")
    watched.pump()
    view.refresh()
    assert view.scene.story.links == []
    plain = pixels(view)
    view.scene.selection.select("dispatch", inner)
    assert [(link.cause.kind, link.effect.kind, link.direct) for link in view.scene.story.links] == [
        ("call", "dispatch", True),
        ("dispatch", "call", False),
        ("dispatch", "call", True),
    ]
    assert not np.array_equal(plain, pixels(view))
    view.scene.selection.select("call", unrelated)
    assert len(view.scene.story.links) == 1


def test_a_loop_without_end_gives_a_bounded_number_of_arrows(
    view: TimelineView, bus: PlayedBus, watched: Watched
) -> None:
    parent = 0
    for ms in range(400):
        parent = bus.call(ms, 0.9, "echo", parent=parent)
    watched.pump()
    view.refresh()
    view.scene.selection.select("call", parent - 400)
    assert 0 < len(view.scene.story.links) <= 80


def test_what_is_selected_elsewhere_comes_into_view(view: TimelineView, bus: PlayedBus, watched: Watched) -> None:
    calls = played(bus, watched, view, 100)
    view.scene.selection.select("call", calls[90])
    QTest.keyClick(view, Qt.Key.Key_F)
    QTest.keyClick(view, Qt.Key.Key_F)
    assert not view.viewport.shows(500 * MS)
    view.scene.selection.select("call", calls[5])
    assert view.viewport.shows(525 * MS)
