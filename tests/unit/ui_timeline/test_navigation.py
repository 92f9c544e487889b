"""The view follows the newest until the person scrolls or zooms, and again after scrolling to the end."""

from __future__ import annotations

import pytest

from ui.timeline.navigation import Navigation

SECOND = 1_000_000_000


@pytest.fixture
def live() -> Navigation:
    navigation = Navigation()
    navigation.resize(1000)
    navigation.advance(0, 30 * SECOND, live=True)
    return navigation


def test_it_follows_from_the_beginning(live: Navigation) -> None:
    assert live.following
    live.advance(0, 60 * SECOND, live=True)
    assert live.view.shows(60 * SECOND)


@pytest.mark.parametrize("move", ["zoom", "pan", "show", "centre"])
def test_what_the_person_does_stops_following(live: Navigation, move: str) -> None:
    moves = {"zoom": (2.0, 500.0), "pan": (-100.0,), "show": (SECOND, 2 * SECOND), "centre": (5 * SECOND,)}
    getattr(live, move)(*moves[move])
    assert not live.following
    before = live.view
    live.advance(0, 90 * SECOND, live=True)
    assert live.view == before


def test_scrolling_to_the_end_follows_again(live: Navigation) -> None:
    live.pan(-3000)
    live.pan(1000)
    assert not live.following
    live.pan(3000)
    assert live.following


def test_following_again_keeps_the_zoom_of_the_person(live: Navigation) -> None:
    live.zoom(8, 500)
    span = live.view.span_ns
    live.attach()
    live.advance(0, 90 * SECOND, live=True)
    assert live.view.span_ns == span
    assert live.view.shows(90 * SECOND)


def test_a_capture_from_disk_is_shown_whole() -> None:
    navigation = Navigation()
    navigation.resize(1000)
    navigation.advance(0, 3600 * SECOND, live=False)
    assert navigation.view.shows(0)
    assert navigation.view.shows(3600 * SECOND)


def test_the_end_of_a_long_run_does_not_throw_the_view_about(live: Navigation) -> None:
    before = live.view
    live.advance(0, 30 * SECOND, live=False)
    assert live.view == before


def test_what_is_in_view_already_is_not_moved_by_revealing_it(live: Navigation) -> None:
    before = live.view
    live.reveal(25 * SECOND, 26 * SECOND)
    assert live.view == before
    assert live.following
    live.reveal(2 * SECOND, 3 * SECOND)
    assert live.view.shows(2 * SECOND)
