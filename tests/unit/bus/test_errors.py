"""What a person reads of a mistake: where, what, and what to do; of a file's mistakes all of them."""

from __future__ import annotations

import pytest

from bus.errors import Place, UserError, UserErrors


@pytest.mark.parametrize(
    ("place", "said"),
    [(Place("a.yaml", 3, 7), "a.yaml:3:7"), (Place("a.yaml", 3), "a.yaml:3"), (Place("a.yaml"), "a.yaml")],
)
def test_a_place_is_written_as_editors_and_terminals_take_it(place: Place, said: str) -> None:
    assert str(place) == said


def test_a_mistake_says_place_problem_and_hint_as_far_as_there_are() -> None:
    assert str(UserError("no such event")) == "no such event"
    assert str(UserError("no such event", at=Place("a.yaml", 3))) == "a.yaml:3: no such event"
    assert str(UserError("no such event", hint="did you mean a?")) == "no such event (did you mean a?)"
    everything = UserError("no such event", at=Place("a.yaml", 3, 1), hint="did you mean a?")
    assert str(everything) == "a.yaml:3:1: no such event (did you mean a?)"


def test_mistakes_of_a_file_are_told_together_and_the_first_stands_for_them() -> None:
    first, second = UserError("one", at=Place("a.yaml", 1), hint="so"), UserError("two")
    both = UserErrors([first, second])
    assert str(both).splitlines() == ["a.yaml:1: one (so)", "two"]
    assert (both.problem, both.at, both.hint, both.errors) == ("one", first.at, "so", (first, second))
