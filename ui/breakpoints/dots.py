"""Breakpoints on the rows of tables and the titles of lanes: dots that a click sets, and takes away."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject

from bus.session import Session
from ui.breakpoints.marks import BreakpointMarks
from ui.breakpoints.verbs import BreakpointVerbs
from ui.panels.tables.rows import RowsTab
from ui.timeline.view import TimelineView


class BreakpointDots(QObject):
    """Keeps them in step with the breakpoints."""

    def __init__(
        self, session: Session, verbs: BreakpointVerbs, timeline: TimelineView, tabs: Sequence[RowsTab], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._timeline, self._tabs = timeline, tabs
        timeline.scene.lane_choices.breaks = BreakpointMarks(session).of_lane
        timeline.input.break_wanted.connect(verbs.toggle_in_scenario)
        for tab in tabs:
            tab.break_wanted.connect(verbs.toggle_at)
        verbs.changed.connect(self.refresh)

    def refresh(self) -> None:
        """There are others."""
        for tab in self._tabs:
            tab.refresh_dots()
        self._timeline.scene.changed.emit()
