"""A sequence as a picture."""

from __future__ import annotations

from bus.export.sequence import Sequence, Step, What
from bus.report.flow_picture import MOST_ACTORS, MOST_STEPS, flow_picture


def calls(count: int, actors: int = 2) -> Sequence:
    steps = tuple(Step(at, at, What.CALL, 0, 1 + at % (actors - 1), "placed") for at in range(count))
    return Sequence(tuple(f"actor {number}" for number in range(actors)), steps)


def test_time_goes_downwards_and_an_actor_has_a_column() -> None:
    picture, left_out = flow_picture(calls(3))
    arrows = [each for each in picture.shapes if each.kind == "line" and each.look == "call"]
    assert [each.y for each in arrows] == sorted({each.y for each in arrows})
    assert len({each.x for each in arrows}) == 1
    assert left_out == 0
    assert picture.height > arrows[-1].y


def test_what_does_not_fit_is_counted() -> None:
    _, left_out = flow_picture(calls(100))
    assert left_out == 100 - MOST_STEPS
    many, left_out = flow_picture(calls(20, actors=21))
    assert sum(each.look == "life" for each in many.shapes) == MOST_ACTORS
    assert left_out == 20 - (MOST_ACTORS - 1)


def test_a_handler_that_calls_itself_and_a_failure_and_a_note_are_drawn() -> None:
    steps = (
        Step(0, 1, What.CALL, 0, 0, "again"),
        Step(1, 2, What.FAILURE, 1, 0, text="ValueError: no"),
        Step(2, 3, What.NOTE, 1, 1, "packd", "lost: nobody listens"),
    )
    picture, _ = flow_picture(Sequence(("a", "b"), steps))
    texts = {each.title or each.text for each in picture.shapes if each.kind == "text"}
    assert {"a", "b", "again"} <= texts
    assert any("ValueError" in text for text in texts)
    assert "packd, lost: nobody listens" in texts
    assert any("failed" in each.look for each in picture.shapes if each.kind == "line")


def test_nothing_is_a_picture_too() -> None:
    assert flow_picture(Sequence((), ()))[1] == 0
