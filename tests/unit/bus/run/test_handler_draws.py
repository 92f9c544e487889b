"""What a handler draws goes on where its service crashes, and each thing is drawn from numbers of its own."""

from __future__ import annotations

from bus.run.handler_draws import HandlerDraws
from bus.runtime.draws import Draws


def test_steps_backoffs_and_processes_do_not_share_numbers() -> None:
    draws = HandlerDraws(Draws(1), "h")
    drawn = [each.random() for each in (draws.steps, draws.backoffs, draws.of_process(1), draws.of_process(2))]
    assert len(set(drawn)) == 4
    assert draws.of_process(1).random() == drawn[2]
    assert draws.backoffs.random() != drawn[1]  # it goes on


def test_calls_are_counted_from_one() -> None:
    numbers = HandlerDraws(Draws(1), "h").numbers
    assert [next(numbers), next(numbers)] == [1, 2]
