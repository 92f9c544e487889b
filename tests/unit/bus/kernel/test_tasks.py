"""What goes on when in the kernel: those of one time in the order in which they began to wait, unless one chooses."""

from __future__ import annotations

from bus.kernel.tasks import ChosenTasks, Steps, Task, Tasks
from bus.runtime.choices import ORDER, Choices, Place


def waits(name: str, wait: int | None, said: list[str]) -> Steps:
    yield wait
    said.append(name)


def run(tasks: Tasks, *named: tuple[str, int | None]) -> list[str]:
    said: list[str] = []
    for call, (name, wait) in enumerate(named, 1):
        task = Task(call, ("event", name))
        task.steps = waits(name, wait, said)
        tasks.begin(task)
    tasks.run()
    return said


def test_the_first_due_goes_on_first_and_what_waits_for_ever_never() -> None:
    tasks = Tasks(lambda: None)
    assert run(tasks, ("late", 7), ("a", 5), ("never", None), ("b", 5)) == ["a", "b", "late"]
    assert tasks.now == 7


def test_of_those_of_one_time_one_is_chosen_and_told() -> None:
    told: list[tuple[list[int], list[str]]] = []
    choices = Choices({Place(ORDER, 0): 2})
    choices.heard = lambda _place, _take, among: told.append((list(among.owners()), list(among.told())))  # type: ignore[union-attr]
    assert run(ChosenTasks(choices, lambda: None), ("a", 5), ("b", 5), ("c", 5)) == ["c", "a", "b"]
    assert told == [([1, 2, 3], ["a (event)", "b (event)", "c (event)"])]


def test_what_is_ready_may_go_before_what_is_due() -> None:
    choices = Choices({Place(ORDER, 1): 1})
    assert run(ChosenTasks(choices, lambda: None), ("a", 0), ("b", 0)) == ["a", "b"]
    assert choices.made == {Place(ORDER, 1): 1}
