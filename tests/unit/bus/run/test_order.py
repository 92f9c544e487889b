"""What is to be run."""

from __future__ import annotations

from bus import scenario
from bus.run.order import Order

TEXT = "buslens: 1\nevents: {a: {}}\nhandlers: {one: {on: a, do: []}, two: {on: a, do: []}}\n"


def test_a_worker_may_run_some_of_the_handlers_alone() -> None:
    whole = scenario.loads(TEXT).scenario
    part = Order("rabbitmq", 1, 1.0, only=("two",)).part_of(whole)
    assert list(part.handlers) == ["two"]
    assert part.events == whole.events
    assert Order("rabbitmq", 1, 1.0).part_of(whole) is whole
