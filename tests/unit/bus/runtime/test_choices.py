"""Choices of a run: what is written is taken, all else is what happens by itself, and what was taken is told."""

from __future__ import annotations

import random

import pytest

from bus.errors import UserError
from bus.runtime.choices import DRAW, LEVELS, ORDER, Alternatives, Choices, ChosenStreams, Place
from bus.runtime.draws import Draws


def test_without_anything_written_the_first_is_taken() -> None:
    choices = Choices()
    assert [choices.choose(ORDER, 3) for _ in range(4)] == [0, 0, 0, 0]
    assert choices.made == {}
    assert choices.asked == {ORDER: 4}


def test_what_is_written_is_taken_at_its_place_and_told() -> None:
    choices = Choices({Place(ORDER, 1): 2})
    heard = []
    choices.heard = lambda place, take, _: heard.append((place, take))
    assert [choices.choose(ORDER, 3) for _ in range(3)] == [0, 2, 0]
    assert choices.made == {Place(ORDER, 1): 2}
    assert heard == [(Place(ORDER, 1), 2)]


def test_a_possibility_that_there_is_not_is_a_mistake_and_says_which() -> None:
    with pytest.raises(UserError, match="choice 0 of order is possibility 5, and there are only 3"):
        Choices({Place(ORDER, 0): 5}).choose(ORDER, 3)


def test_what_did_not_come_up_is_told_once() -> None:
    choices = Choices({Place(ORDER, 0): 1, Place(ORDER, 7): 1})
    choices.choose(ORDER, 3)
    assert choices.give_up_unused() == [Place(ORDER, 7)]
    assert choices.give_up_unused() == []


def test_who_is_lenient_takes_the_first_instead() -> None:
    choices = Choices({Place(ORDER, 0): 5}, lenient=True)
    assert choices.choose(ORDER, 3) == 0
    assert choices.made == {}


def test_draws_that_nobody_chooses_are_those_of_their_seed() -> None:
    plain, chosen = Draws(7).stream("pay"), ChosenStreams(7, Choices()).stream("pay")
    assert [plain.random() for _ in range(5)] == [chosen.random() for _ in range(5)]
    assert [plain.gauss(10, 2) for _ in range(5)] == [chosen.gauss(10, 2) for _ in range(5)]


def test_a_draw_that_is_chosen_changes_none_that_follow() -> None:
    choices = Choices({Place(f"{DRAW}pay", 1): LEVELS})
    drawn, plain = ChosenStreams(7, choices).stream("pay"), random.Random("7:pay")
    numbers, own = [drawn.random() for _ in range(3)], [plain.random() for _ in range(3)]
    assert numbers[0] == own[0]
    assert 0.999 < numbers[1] < 1
    assert numbers[2] == own[2]


def test_a_run_that_is_made_again_chooses_the_same_as_far_as_it_went_and_goes_on_from_there() -> None:
    class Counting:
        """Takes the second, the third, ..."""

        taken = 0

        def take(self, kind: str, many: int, among: Alternatives | None) -> int:
            self.taken += 1
            return self.taken

    choices = Choices(strategy=Counting())
    first = [choices.choose(ORDER, 9) for _ in range(3)]
    choices.begin_again()
    assert [choices.choose(ORDER, 9) for _ in range(4)] == [*first, 4]
    assert choices.made == {Place(ORDER, number): number + 1 for number in range(4)}
