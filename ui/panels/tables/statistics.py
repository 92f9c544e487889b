"""The statistics tab: one row per event and one per handler, counted and measured from the trace."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QCheckBox, QSplitter, QTabWidget, QVBoxLayout

from bus.analysis import histogram, statistics
from bus.analysis.statistics import Span
from bus.find.filter_quote import quote
from ui.pace import Pace
from ui.panels.state_icons import row_looks
from ui.panels.tab import Tab, TabParts
from ui.panels.tables.aggregates import Aggregates
from ui.panels.tables.over_time import OverTimePage
from ui.panels.tables.plots import STEPS, Plots

ROOM_FOR_PLOTS = 80
"""Average letters of the tab's width."""

_LEAST_S = 0.1
"""Between two counts while records arrive."""


class StatisticsTab(Tab):
    """The tab of statistics by event and by handler, counted only while it is on the screen."""

    name = "Statistics"
    tip = "Counts, times, rates and queues"

    filter_wanted = Signal(str, str)
    """A field of the search line and a name: the rows that belong to it."""

    calls_wanted = Signal(str)
    """A text for the search line: the calls that a bar stands for."""

    stretch_wanted = Signal(object, object)
    """Nanoseconds: the time that a bar stands for."""

    def __init__(self, parts: TabParts) -> None:
        super().__init__(parts.parent)
        session, filter_state, themes = parts.session, parts.filter_state, parts.themes
        self._session, self._themes = session, themes
        self.by_event = Aggregates("Event", statistics.by_event, session, themes, self)
        self.by_handler = Aggregates("Handler", statistics.by_handler, session, themes, self)
        self.over_time = OverTimePage(session, filter_state, themes, self)
        self.plots = Plots(themes, self)
        self.only_view = QCheckBox("Only the time in view", self)
        """Stands beside the titles of the tables, where it takes no room from the rows."""

        self.only_view.setToolTip("Count what lies in the stretch of time that the timeline shows")
        self._stretch: Span | None = None
        self._pace = Pace(self)
        self._pace.due.connect(self.refresh_now)
        self.by_event.view.doubleClicked.connect(self._event_wanted)
        self.by_handler.view.doubleClicked.connect(self._handler_wanted)
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.setChildrenCollapsible(False)
        self.pages = QTabWidget(splitter)
        self.pages.setDocumentMode(True)
        self.pages.setTabPosition(QTabWidget.TabPosition.West)
        self.pages.setAccessibleName("Statistics by handler, by event, or over time")
        self.pages.addTab(self.by_handler.view, "Handlers")
        self.pages.addTab(self.by_event.view, "Events")
        self.pages.addTab(self.over_time, "Time")
        self.pages.setTabToolTip(2, "Rates, waiting and running calls, and queues over time")
        splitter.addWidget(self.pages)
        splitter.addWidget(self.plots)
        splitter.setSizes([840, 130])  # at 1366 pixels no number is cut
        # Not `currentChanged`: Qt sends that once more when the window goes, and its Python part may be gone by then.
        self.over_time.seen.connect(self._show_plots)
        self.only_view.toggled.connect(self.refresh_now)
        self.by_handler.view.clicked.connect(self.refresh_plots)
        self.plots.durations.chosen.connect(self._calls_wanted)
        self.plots.rates.chosen.connect(self._stretch_wanted)
        self.over_time.stretch_wanted.connect(self.stretch_wanted)
        self.over_time.failed.connect(self.failed)
        self.only_view.toggled.connect(self._counted_changed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(splitter)

    def refresh_theme(self) -> None:
        """Take the colours of the theme that is shown now."""
        looks = row_looks(self._themes.theme)
        for counted in (self.by_event, self.by_handler):
            counted.model.set_looks(looks)

    def refresh_records(self) -> None:
        """New records came; count again soon, if anybody looks."""
        self.over_time.refresh()
        if self.isVisible():
            self._pace.ask()

    def refresh_now(self) -> None:
        """Count the statistics again, now."""
        with self._pace.measured(_LEAST_S):
            self.by_event.refresh(self._counted)
            self.by_handler.refresh(self._counted)
            self.refresh_plots()

    def show_stretch(self, start_ns: int, end_ns: int) -> None:
        """What the timeline shows now."""
        self._stretch = start_ns, end_ns
        if self.only_view.isChecked():
            self._counted_changed()
            self.refresh_records()

    def refresh_plots(self) -> None:
        """Plot the chosen handler, or all of them where none is chosen."""
        trace, stretch = self._session.trace, self._counted
        first, last = stretch or trace.span_ns
        name = self.by_handler.chosen_name
        calls = statistics.calls_of(trace, name, stretch)
        self.plots.durations.set_title(f"Duration of {name}" if name else "Duration of all calls")
        self.plots.durations.show_histogram(histogram.of_times(trace.calls.duration_ns[calls]))
        rate = histogram.over_time(trace.dispatches.emitted_ns, first, last, STEPS)
        self.plots.rates.show_rate(rate, trace.span_ns[0])

    def _counted_changed(self) -> None:
        self.over_time.show_stretch(self._counted)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The numbers come first: where both have no room the plots go."""
        super().resizeEvent(event)
        self._show_plots()

    def _show_plots(self) -> None:
        has_room = self.width() >= ROOM_FOR_PLOTS * self.fontMetrics().averageCharWidth()
        # Beside the eight plots of the other page the two are not missed, and their room is.
        self.plots.setVisible(has_room and self.pages.currentWidget() is not self.over_time)

    @property
    def _counted(self) -> Span | None:
        return self._stretch if self.only_view.isChecked() else None

    def _calls_wanted(self, bar: int) -> None:
        found = self.plots.durations.histogram
        if found is not None:
            low, high = (math.ceil(edge - 1e-6) for edge in found.edges_ns[bar : bar + 2])
            terms = [f"duration<{high}ns"]
            if low > 1:  # what took no time at all counts to the first bucket
                terms.insert(0, f"duration>={low}ns")
            name = self.by_handler.chosen_name
            self.calls_wanted.emit(" ".join([*terms, f"handler:{quote(name)}"] if name else terms))

    def _stretch_wanted(self, bar: int) -> None:
        self.stretch_wanted.emit(*self.plots.rates.stretch(bar))

    def showEvent(self, event: QShowEvent) -> None:
        """What came while nobody looked is counted now."""
        super().showEvent(event)
        self.refresh_now()

    def _event_wanted(self) -> None:
        self.filter_wanted.emit("event", self.by_event.chosen_name)

    def _handler_wanted(self) -> None:
        self.filter_wanted.emit("handler", self.by_handler.chosen_name)
