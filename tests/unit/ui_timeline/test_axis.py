"""Labels of the time axis are short, in the unit that suits the zoom, and never the same twice."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.picture.scale import FoldedScale
from ui.number_text import duration_text
from ui.timeline.axis import TICK_SPACING_PX, ticks
from ui.timeline.viewport import Viewport

SECOND = 1_000_000_000


@pytest.mark.parametrize(
    ("start", "span", "labels"),
    [
        (0, 100, ["0", "10 ns", "20 ns"]),
        (0, 100_000, ["0", "10 µs", "20 µs"]),
        (0, SECOND, ["0", "100 ms", "200 ms"]),
        (0, 60 * SECOND, ["0", "5 s", "10 s"]),
        (0, 3600 * SECOND, ["0", "5m", "10m"]),
    ],
)
def test_units_suit_the_zoom(start: int, span: int, labels: list[str]) -> None:
    assert [tick.label for tick in ticks(Viewport(start, span, 1200), 0).ticks[:3]] == labels


def test_far_from_zero_labels_count_from_a_base_that_is_told() -> None:
    marks = ticks(Viewport(12_345_678_000, 20_000, 1200), 0)
    assert marks.base == "12.345 s"
    assert marks.ticks[0].label == "+678 µs"


@given(st.integers(0, 10**14), st.integers(200, 10**14), st.integers(300, 4000))
def test_labels_differ_and_do_not_crowd(start: int, span: int, width: int) -> None:
    view = Viewport(start, span, width)
    marks = ticks(view, 0)
    labels = [tick.label for tick in marks.ticks]
    assert len(set(labels)) == len(labels)
    assert len(labels) <= width / 80 + 2
    assert all(len(label) <= 14 for label in labels)


@pytest.mark.parametrize(
    ("ns", "text"),
    [
        (0, "0 ns"),
        (999, "999 ns"),
        (12_345, "12.3 µs"),
        (20_300_000, "20.3 ms"),
        (1_500_000_000, "1.5 s"),
        (75 * SECOND, "1m 15s"),
        (-1000, "−1 µs"),
    ],
)
def test_lengths_of_time_have_three_digits(ns: int, text: str) -> None:
    assert duration_text(ns) == text


def test_ticks_between_folds_have_room_and_say_when_things_go_on() -> None:
    begins = np.arange(1, 10) * 10**10 - 9_950_000_000
    folded = FoldedScale(begins, begins + 9_950_000_000, 50_000_000)
    for span in (10**9, 10**8, 10**7):
        view = Viewport(0, span, 1200, folded)
        found = ticks(view, 0).ticks
        assert found
        pixels = [view.px_at(tick.place) for tick in found]
        assert all(right - left >= TICK_SPACING_PX - 1 for left, right in pairwise(pixels))
    assert "10 s" in [tick.label for tick in ticks(Viewport(0, 10**9, 1200, folded), 0).ticks]
