"""The plots beside the statistics: what a person reads from them, and where a click leads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from bus.scenario.samples import SAMPLES
from tests.helpers.window_run import run_to_its_end
from ui.panels.tables.plots import Plot
from ui.panels.tables.statistics import StatisticsTab

PATIENCE_MS = 60_000


@pytest.fixture
def tab(window: Any, qtbot: Any) -> StatisticsTab:
    run_to_its_end(window, qtbot, next(sample.path for sample in SAMPLES if sample.id == "checkout"))
    window.tables.tabs.setCurrentWidget(window.tables.statistics)
    found: StatisticsTab = window.tables.statistics
    qtbot.waitUntil(found.isVisible, timeout=PATIENCE_MS)
    return found


def click(qtbot: Any, plot: Plot, bar: int) -> None:
    area = plot._area()
    x = area.left() + (bar + 0.5) * area.width() / len(plot._heights)
    qtbot.mouseClick(plot, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(area.bottom()) - 2))


def test_all_calls_and_all_events_are_counted(tab: StatisticsTab, window: Any) -> None:
    trace = window.session.trace
    assert tab.plots.durations.histogram is not None
    assert tab.plots.rates.rate is not None
    assert int(tab.plots.durations.histogram.counts.sum()) == len(trace.calls)
    assert int(tab.plots.rates.rate.counts.sum()) == len(trace.dispatches)
    assert "calls" in tab.plots.durations.words(int(np.argmax(tab.plots.durations.histogram.counts)))


def test_a_chosen_handler_has_a_histogram_of_its_own(tab: StatisticsTab, window: Any, qtbot: Any) -> None:
    row = next(row for row in range(6) if tab.by_handler.value(row, "name") == "charge_card")
    index = tab.by_handler.model.index(row, 0)
    tab.by_handler.view.setCurrentIndex(index)
    tab.by_handler.view.clicked.emit(index)
    assert tab.plots.durations.histogram is not None
    assert int(tab.plots.durations.histogram.counts.sum()) == tab.by_handler.value(row, "count")
    assert tab.plots.durations.accessibleName() == "Duration of charge_card"


def test_a_click_on_a_bar_shows_its_calls(tab: StatisticsTab, window: Any, qtbot: Any) -> None:
    found = tab.plots.durations.histogram
    assert found is not None
    bar = int(np.argmax(found.counts))
    click(qtbot, tab.plots.durations, bar)
    assert window.tables.tabs.currentWidget() is window.tables.calls
    assert window.filter_state.error is None
    assert window.tables.calls.model.rowCount() == int(found.counts[bar])


def test_a_click_on_the_rate_shows_that_time(tab: StatisticsTab, window: Any, qtbot: Any) -> None:
    rate = tab.plots.rates.rate
    assert rate is not None
    bar = int(np.flatnonzero(rate.counts)[20])
    click(qtbot, tab.plots.rates, bar)
    view = window.timeline.viewport
    begin, end = tab.plots.rates.stretch(bar)
    assert view.start_ns <= begin + rate.step_ns
    assert view.end_ns >= end - rate.step_ns
    assert view.span_ns < 100 * rate.step_ns


def test_only_the_time_in_view_is_counted_where_asked(tab: StatisticsTab, window: Any, qtbot: Any) -> None:
    trace = window.session.trace
    first, last = trace.span_ns
    middle = (first + last) // 2
    tab.only_view.setChecked(True)
    window.timeline.verbs.show_stretch(first, middle)
    view = window.timeline.viewport
    emitted = trace.dispatches.emitted_ns
    expected = int(((emitted >= view.start_ns) & (emitted <= view.end_ns)).sum())
    assert 0 < expected < len(trace.dispatches)
    qtbot.waitUntil(lambda: int(tab.plots.rates.rate.counts.sum()) == expected, timeout=PATIENCE_MS)  # type: ignore[union-attr]
    counts = [tab.by_event.value(row, "count") for row in range(tab.by_event.model.rowCount())]
    assert sum(counts) == expected
