"""A wait for a time that somebody may end before it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bus.kernel.alarm import Alarm
from bus.kernel.tasks import Task, Tasks


@pytest.mark.parametrize(("set_at", "goes_on_at"), [(None, 10), (3, 3), (10, 10), (20, 10)])
def test_it_is_over_at_its_time_or_when_somebody_says_so(set_at: int | None, goes_on_at: int) -> None:
    tasks = Tasks(lambda: None)
    waiting, said = Task(1), Task(2)
    alarm, went_on = Alarm(tasks, waiting), list[int]()

    def wait() -> Iterator[int | None]:
        yield from alarm.wait(10, ("", "h"))
        went_on.append(tasks.now)

    def say() -> Iterator[int | None]:
        yield set_at
        alarm.set()

    waiting.steps, said.steps = wait(), say()
    tasks.begin(waiting)
    tasks.begin(said)
    tasks.run()
    assert went_on == [goes_on_at]
    assert tasks.now == max(goes_on_at, set_at or 0)  # nothing waits for a time that nobody needs any more


def test_one_that_is_set_before_it_is_waited_for_is_over_at_once() -> None:
    tasks = Tasks(lambda: None)
    waiting = Task(1)
    alarm = Alarm(tasks, waiting)
    alarm.set()
    waiting.steps = iter(alarm.wait(10, ("", "h")))
    tasks.begin(waiting)
    tasks.run()
    assert tasks.now == 0
