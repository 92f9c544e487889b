"""An excerpt as a picture: what lies where, and which words stand there."""

from __future__ import annotations

import pytest

from bus.report.excerpt import Bar, EmitMark, Excerpt, Lane
from bus.report.picture import Picture, Shape
from bus.report.timeline_picture import LEAST, TITLES, WIDTH, timeline_picture
from buslens.records import Outcome

MS = 1_000_000


def bar(
    start: int, end: int, *, lane: int = 0, outcome: Outcome = Outcome.OK, emit: int = -1, shown: bool = False
) -> Bar:
    return Bar(lane, 0, start * MS, end * MS, outcome, "7", shown, emit)


def drawn(*bars: Bar, emits: tuple[EmitMark, ...] = (), first: int = 0, last: int = 100) -> Picture:
    lanes = tuple(Lane(f"lane {number}", 1) for number in range(2))
    return timeline_picture(Excerpt(first * MS, last * MS, lanes, bars, emits, 0), 0)


def bars_of(picture: Picture) -> list[Shape]:
    return [each for each in picture.shapes if each.look.startswith("bar")]


def test_time_goes_from_left_to_right_to_scale() -> None:
    early, late = bars_of(drawn(bar(0, 25), bar(50, 100, lane=1)))
    assert early.x == TITLES
    assert late.width == pytest.approx(2 * early.width, abs=0.2)
    assert late.x == pytest.approx(early.x + 2 * early.width, abs=0.2)
    assert late.y > early.y


def test_what_goes_beyond_the_picture_ends_at_its_edge_and_what_is_short_is_seen() -> None:
    beyond, short = bars_of(drawn(bar(-50, 500), bar(10, 10)))
    assert beyond.x == TITLES
    assert beyond.x + beyond.width <= WIDTH
    assert short.width == LEAST


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_has_a_look_and_a_word(outcome: Outcome) -> None:
    (shape,) = bars_of(drawn(bar(1, 2, outcome=outcome)))
    assert outcome.name.lower().replace("_", " ") in shape.title
    assert len(shape.look.split()) == 2


def test_an_arrow_goes_from_the_emit_to_what_shows_the_problem_alone() -> None:
    emit = EmitMark(10 * MS, "placed", "3", is_lost=False, is_shown=False)
    with_arrow = drawn(bar(20, 30, emit=0, shown=True), bar(40, 50, emit=0), emits=(emit,))
    assert sum(each.look == "arrow" for each in with_arrow.shapes) == 1


def test_names_of_emits_do_not_lie_on_each_other() -> None:
    emits = tuple(EmitMark(50 * MS + number, f"event {number}", "3", False, number == 5) for number in range(10))
    names = [each.text for each in drawn(emits=emits).shapes if each.look == "event"]
    assert names == ["event 5"], "of several at one place, that which shows the problem"


def test_the_axis_counts_in_round_numbers_from_the_begin_of_the_capture() -> None:
    texts = [each.text for each in drawn(first=1_000, last=1_100).shapes if each.kind == "text" and " s" in each.text]
    assert texts[:3] == ["1.00 s", "1.02 s", "1.04 s"]
    for span in (1, 7, 999, 10**6, 10**12):
        picture = timeline_picture(Excerpt(0, span, (), (), (), 0), 0)
        assert 1 <= sum(each.look == "grid" for each in picture.shapes) <= 8
