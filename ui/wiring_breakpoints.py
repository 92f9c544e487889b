"""Breakpoints on the rows of tables, the titles of lanes and the map: dots that a click sets, and takes away."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject

from bus.session import Session
from ui.breakpoints.marks import BreakpointMarks
from ui.breakpoints.verbs import BreakpointVerbs
from ui.panels.map.breaks import MapBreaks
from ui.panels.map.tab import MapTab
from ui.panels.tables.rows import RowsTab
from ui.timeline.view import TimelineView


class BreakpointDots(QObject):
    """Keeps them in step with the breakpoints."""

    def __init__(
        self,
        session: Session,
        verbs: BreakpointVerbs,
        timeline: TimelineView,
        tabs: Sequence[RowsTab],
        map_tab: MapTab,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._timeline, self._tabs, self._map = timeline, tabs, map_tab.canvas
        marks = BreakpointMarks(session)
        timeline.scene.lane_choices.breaks = marks.of_lane
        MapBreaks(map_tab.canvas, map_tab.menu, marks.of_lane, self).wanted.connect(verbs.toggle_in_scenario)
        timeline.input.break_wanted.connect(verbs.toggle_in_scenario)
        for tab in tabs:
            tab.break_wanted.connect(verbs.toggle_at)
        verbs.changed.connect(self.refresh)

    def refresh(self) -> None:
        """There are others."""
        for tab in self._tabs:
            tab.refresh_dots()
        self._timeline.scene.changed.emit()
        self._map.update()
