"""What goes on when in the kernel: those of one time in the order in which they began to wait, unless one chooses."""

from __future__ import annotations

from bus.kernel.tasks import ChosenTasks, Steps, Task, Tasks
from bus.runtime.choices import ORDER, READY, Choices, Place


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


def test_in_a_hostile_run_any_of_what_is_ready_goes_on_next_and_is_told() -> None:
    told: list[tuple[list[int], list[str]]] = []
    choices = Choices({Place(READY, 0): 1})
    choices.heard = lambda _place, _take, among: told.append((list(among.owners()), list(among.told())))  # type: ignore[union-attr]
    assert run(ChosenTasks(choices, lambda: None, hostile=True), ("a", 5), ("b", 5))[0] == "b"
    assert told == [([1, 2], ["a (event)", "b (event)"])]


def test_what_waited_and_is_cancelled_does_not_go_on() -> None:
    for tasks in Tasks(lambda: None), ChosenTasks(Choices(), lambda: None):
        said: list[str] = []
        waiting, other = Task(1), Task(2)
        waiting.steps = waits("never", 9, said)

        def ends(tasks: Tasks = tasks, waiting: Task = waiting) -> Steps:
            yield 1
            assert (tasks.cancel(waiting), tasks.cancel(waiting)) == (True, False)

        other.steps = ends()
        tasks.begin(waiting)
        tasks.begin(other)
        tasks.run()
        assert (said, tasks.now) == ([], 1)


def test_time_does_not_go_back_to_what_was_due_while_a_handler_blocked() -> None:
    for tasks in Tasks(lambda: None), ChosenTasks(Choices(), lambda: None):
        blocks, due = Task(1), Task(2)
        said: list[int] = []

        def block(tasks: Tasks = tasks) -> Steps:
            yield 2
            tasks.now += 9

        def late(tasks: Tasks = tasks, said: list[int] = said) -> Steps:
            yield 5
            said.append(tasks.now)

        blocks.steps, due.steps = block(), late()
        tasks.begin(blocks)
        tasks.begin(due)
        tasks.run()
        assert said == [11]
