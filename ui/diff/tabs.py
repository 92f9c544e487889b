"""What came of a comparison, as tabs: every difference, the flow of the chosen one side by side, and durations."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QTabWidget, QWidget

from bus.analysis.diff import Line, TraceDiff
from ui.diff.flow import FlowList
from ui.diff.lines import DifferenceLine
from ui.diff.list import DifferenceList, DurationList
from ui.diff.overlay import OverlayList
from ui.theme import ThemeSource


class DiffTabs(QTabWidget):
    """Not enabled before something came."""

    item_wanted = Signal(str, object)
    """Kind and id of what of B a person chose."""

    flow_wanted = Signal(int)
    """Which difference's flow is wanted."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self._found: TraceDiff | None = None
        self._lines: Sequence[DifferenceLine] = ()
        self._flow: Sequence[Line] = ()
        self.differences, self.durations = DifferenceList(self), DurationList(self)
        self.flow, self.overlay = FlowList(self), OverlayList(self)
        self.setDocumentMode(True)
        self.addTab(self.differences, "Differences")
        self.addTab(self.flow, "Side by Side")
        self.addTab(self.overlay, "Over Each Other")
        self.addTab(self.durations, "Durations")
        self.setTabToolTip(1, "The flow in which the chosen difference shows first")
        self.setTabToolTip(2, "The same flow on one axis of time, A above B")
        self.setEnabled(False)
        self.differences.item_wanted.connect(self.item_wanted)
        self.differences.place_chosen.connect(self.flow_wanted)
        for each in (self.flow, self.overlay):
            each.item_wanted.connect(self.item_wanted)
        themes.changed.connect(self.refresh_theme)

    def show_found(self, found: TraceDiff, lines: Sequence[DifferenceLine]) -> None:
        """Show what came of it, and ask for the flow of the first difference."""
        self._found, self._lines, self._flow = found, lines, ()
        self.refresh_theme()
        most = f"{len(lines)} of {found.kinds}" if len(lines) < found.kinds else str(found.kinds)
        self.setTabText(0, f"Differences {most}")
        self.setTabText(3, f"Durations {len(found.durations)}")
        for place in (1, 2):
            self.setTabEnabled(place, bool(lines))
        self.setEnabled(True)
        if lines:
            self.flow_wanted.emit(0)

    def show_flow(self, lines: Sequence[Line]) -> None:
        """Show the flow that was asked for."""
        self._flow = lines
        for each in (self.flow, self.overlay):
            each.show_flow(lines, self._themes.theme)

    def refresh_theme(self) -> None:
        """Show it in the theme's colours from now on."""
        theme = self._themes.theme
        if self._found is not None:
            self.differences.show_lines(self._lines, theme)
            self.durations.show_durations(self._found.durations, theme)
            for each in (self.flow, self.overlay):
                each.show_flow(self._flow, theme)
