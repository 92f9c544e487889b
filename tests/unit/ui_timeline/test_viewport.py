"""Time and pixels: what the person points at stays where it is, and no zoom or distance loses a nanosecond."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ui.timeline.viewport import Viewport, round_step

far_times = st.integers(-(10**15), 10**18)
spans = st.integers(200, 10**14)
widths = st.integers(1, 8000)


@given(far_times, spans, widths, st.floats(0, 1), st.floats(0.2, 5))
def test_zooming_keeps_what_is_pointed_at(start: int, span: int, width: int, share: float, factor: float) -> None:
    view = Viewport(start, span, width)
    px = share * width
    zoomed = view.zoomed(factor, px)
    assert abs(zoomed.px_of(view.ns_at(px)) - px) <= 1 / zoomed.ns_per_px + 0.01


@given(far_times, spans, widths, st.integers(0, 8000))
def test_a_pixel_and_its_time_belong_together(start: int, span: int, width: int, px: int) -> None:
    view = Viewport(start, span, width)
    assert abs(view.px_of(view.ns_at(px)) - px) <= 1 / view.ns_per_px + 1e-6


@given(st.integers(0, 10**12), st.integers(0, 10**12), far_times, spans)
def test_the_view_cannot_leave_the_capture(first: int, length: int, start: int, span: int) -> None:
    view = Viewport(start, span, 1000).clamped(first, first + length)
    assert view.start_ns <= first + length
    assert view.end_ns >= first


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_following_shows_the_newest(first: int, length: int) -> None:
    view = Viewport(0, 10**9, 1000).followed(first, first + length)
    assert view.shows(first + length)


def test_while_everything_fits_following_begins_at_the_beginning() -> None:
    view = Viewport(0, 10**9, 1000)
    assert view.followed(5_000, 1_005_000).shows(5_000)
    assert view.followed(5_000, 1_005_000).start_ns == view.followed(5_000, 2_005_000).start_ns


def test_fitting_leaves_a_little_room_at_both_ends() -> None:
    view = Viewport(0, 1, 1000).fitted(1000, 11_000)
    assert 0 < view.px_of(1000) < 100
    assert 900 < view.px_of(11_000) < 1000


def test_a_growing_view_jumps_seldom() -> None:
    view = Viewport(width=1000)
    spans = {view.grown(0, now, 10**10).span_ns for now in range(0, 10**10, 10**7)}
    assert len(spans) <= 30
    assert max(spans) <= 10**10


def test_steps_are_one_two_five() -> None:
    assert [round_step(value) for value in (0, 1, 1.5, 3, 7, 11, 21, 501)] == [1, 1, 2, 5, 10, 20, 50, 1000]
