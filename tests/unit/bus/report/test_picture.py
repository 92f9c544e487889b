"""Shapes of a picture, and texts that fit."""

from __future__ import annotations

from bus.report.picture import LETTER, Picture, cut


def test_a_text_is_cut_to_its_room_and_kept_whole_for_whoever_points_at_it() -> None:
    picture = Picture(100, "of a test")
    picture.write("name", 0, 10, "a long name of a handler", 10 * LETTER)
    picture.write("name", 0, 20, "short", 10 * LETTER)
    first, second = picture.shapes
    assert (first.text, first.title) == ("a long na…", "a long name of a handler")
    assert (second.text, second.title) == ("short", "")


def test_something_is_left_of_a_text_without_room() -> None:
    assert cut("abc", 0) == "…"


def test_a_line_knows_how_far_it_goes() -> None:
    picture = Picture(100, "of a test")
    picture.line("grid", 10, 20, 4, 50)
    (line,) = picture.shapes
    assert (line.x, line.y, line.width, line.height) == (10, 20, -6, 30)
