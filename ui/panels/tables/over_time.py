"""Rates and queues over time: one small plot for each quantity, all over the same stretch; a click goes there."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QGridLayout, QScrollArea, QVBoxLayout, QWidget

from bus.analysis import over_time
from bus.analysis.over_time import OverTime, Series, Span
from bus.session import Session
from ui.filter_state import FilterState
from ui.number_text import count, moment, span
from ui.pace import Pace
from ui.panels.tables.plots import Plot
from ui.row_search import RowSearch
from ui.theme import ThemeSource

STEPS = 120
LEAST_WIDTH = 250
"""Of one plot; more of them stand side by side where there is room."""

AGAIN_S = 0.5
"""While records arrive: the plots change slowly, and counting millions of rows costs."""

_LOOKS = {over_time.FAILURES: "failed", over_time.LOST: "warning"}


class SeriesPlot(Plot):
    """A plot of one quantity over time."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__("", themes, parent)
        self._series: Series | None = None
        self._found: OverTime | None = None
        self._origin_ns = 0

    def show_series(self, series: Series, found: OverTime, origin_ns: int) -> None:
        """origin_ns: when the capture begins."""
        self._series, self._found, self._origin_ns = series, found, origin_ns
        most = float(series.values.max()) if len(series.values) else 0.0
        per = "/s" if series.is_rate else ""
        self.set_title(f"{series.title}: at most {_amount(most)}{per}" if most else f"{series.title}: none")
        self.setAccessibleDescription(series.meaning)
        self.look = _LOOKS.get(series.title, "ok")
        self.show_heights(series.values)

    def words(self, bar: int) -> str:
        if self._series is None or self._found is None:
            return ""
        begin, end = (moment(each - self._origin_ns) for each in self._found.stretch(bar))
        value = _amount(float(self._series.values[bar])) + ("/s" if self._series.is_rate else self._series.unit)
        return f"{begin} to {end} s: {value}\n{self._series.meaning}"

    def labels(self) -> list[tuple[float, str]]:
        """Labels of the axis: the times of both ends."""
        if self._found is None:
            return []
        last = self._found.stretch(STEPS - 1)[1]
        return [(0.0, span(self._found.first_ns - self._origin_ns)), (1.0, span(last - self._origin_ns))]


class OverTimePage(QScrollArea):
    """Plots of quantities over time; counted only while they are on the screen."""

    stretch_wanted = Signal(object, object)
    """Nanoseconds: the time that a bar stands for."""

    failed = Signal(object)

    seen = Signal()
    """It has come onto the screen, or left it."""

    def __init__(
        self, session: Session, filter_state: FilterState, themes: ThemeSource, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._filter, self._themes = session, filter_state, themes
        self._stretch: Span | None = None
        self._found: OverTime | None = None
        self.plots: list[SeriesPlot] = []
        self._inside = QWidget(self)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(4, 2, 4, 2)
        self._grid.setSpacing(4)
        rows = QVBoxLayout(self._inside)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addLayout(self._grid, 1)
        self.setWidget(self._inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setAccessibleName("Rates and queues over time")
        self._finding = RowSearch(session, self)
        self._finding.found.connect(self._show)
        self._finding.failed.connect(self.failed)
        self._pace = Pace(self)
        self._pace.due.connect(self.refresh_now)
        filter_state.changed.connect(self.refresh)

    def refresh(self) -> None:
        """Something changed: count again soon, if anybody looks."""
        if self.isVisible():
            self._pace.ask()

    def refresh_now(self) -> None:
        """Count all quantities again, now."""
        look = partial(over_time.of_trace, wanted=self._filter.filter, span=self._stretch, steps=STEPS)
        with self._pace.measured(AGAIN_S):
            if self._finding.pays:
                self._finding.start(look)
            else:
                self._finding.forget()
                self._show(look(self._session.trace))

    def show_stretch(self, stretch: Span | None) -> None:
        """Count in this stretch alone, or in all of the trace."""
        self._stretch = stretch
        self.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        """What came while nobody looked is counted now."""
        super().showEvent(event)
        self.refresh_now()
        self.seen.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        """Another page is looked at, or nothing of the tab."""
        super().hideEvent(event)
        self.seen.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More plots side by side where there is room."""
        super().resizeEvent(event)
        self._place()

    def _show(self, found: OverTime) -> None:
        self._found = found
        while len(self.plots) < len(found.series):
            plot = SeriesPlot(self._themes, self._inside)
            plot.chosen.connect(self._chosen)
            self.plots.append(plot)
            self._place()
        origin = self._session.trace.span_ns[0]
        for plot, series in zip(self.plots, found.series, strict=False):
            plot.show_series(series, found, origin)
        for at, plot in enumerate(self.plots):
            plot.setVisible(at < len(found.series))

    def _place(self) -> None:
        across = max(1, self.viewport().width() // LEAST_WIDTH)
        for at, plot in enumerate(self.plots):
            self._grid.addWidget(plot, at // across, at % across)

    def _chosen(self, bar: int) -> None:
        if self._found is not None:
            self.stretch_wanted.emit(*self._found.stretch(bar))


def _amount(value: float) -> str:
    return count(round(value)) if value >= 10 or value == round(value) else f"{value:.2g}"
