"""Marks on spans, and the ruler between two points."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QPoint, Qt

from tests.gui.timeline_bus import MS, PlayedBus, Watched
from tests.gui.timeline_view import pixels, played
from ui.timeline.markers import MOST_KEPT, Markers
from ui.timeline.view import TimelineView


def test_m_marks_the_selected_span_and_again_takes_it_away(
    bus: PlayedBus, watched: Watched, view: TimelineView, qtbot: Any
) -> None:
    calls = played(bus, watched, view)
    before = pixels(view)
    view.scene.selection.select("call", calls[3])
    qtbot.keyClick(view, Qt.Key.Key_M)
    assert view.scene.markers.marked == (300 * MS, 350 * MS)
    view.scene.selection.clear()
    assert not np.array_equal(pixels(view), before), "a band is painted"
    view.scene.selection.select("call", calls[3])
    qtbot.keyClick(view, Qt.Key.Key_M)
    assert view.scene.markers.empty


def test_shift_m_keeps_a_mark_beside_others(bus: PlayedBus, watched: Watched, view: TimelineView, qtbot: Any) -> None:
    calls = played(bus, watched, view)
    for number in (2, 5):
        view.scene.selection.select("call", calls[number])
        qtbot.keyClick(view, Qt.Key.Key_M, Qt.KeyboardModifier.ShiftModifier)
    assert view.scene.markers.kept == ((200 * MS, 250 * MS), (500 * MS, 550 * MS))
    qtbot.keyClick(view, Qt.Key.Key_M, Qt.KeyboardModifier.ShiftModifier)
    assert view.scene.markers.kept == ((200 * MS, 250 * MS),)
    view.verbs.clear_markers()
    assert view.scene.markers.empty


def test_a_drag_with_shift_measures_and_escape_puts_the_ruler_away(
    bus: PlayedBus, watched: Watched, view: TimelineView, qtbot: Any
) -> None:
    played(bus, watched, view)
    shift, left = Qt.KeyboardModifier.ShiftModifier, Qt.MouseButton.LeftButton
    before = view.viewport
    begin, end = QPoint(view.place.left + 100, 200), QPoint(view.place.left + 300, 210)
    qtbot.mousePress(view, left, shift, begin)
    for x in range(begin.x(), end.x() + 1, 20):
        qtbot.mouseMove(view, QPoint(x, 205))
    qtbot.mouseRelease(view, left, shift, end)
    assert view.viewport == before, "the view does not move"
    assert view.scene.markers.ruler is not None
    start, stop = view.scene.markers.ruler
    assert abs(view.viewport.px_of(start) - 100) < 2
    assert abs(view.viewport.px_of(stop) - 300) < 2
    view.grab()
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert view.scene.markers.ruler is None


def test_kept_marks_are_not_endless(bus: PlayedBus, watched: Watched, view: TimelineView, qtbot: Any) -> None:
    calls = played(bus, watched, view)
    view.scene.selection.select("call", calls[0])
    view.verbs.mark_selection(keep=True)
    markers = Markers()
    for number in range(2 * MOST_KEPT):
        markers.keep((number, number + 1))
    assert len(markers.kept) == MOST_KEPT
