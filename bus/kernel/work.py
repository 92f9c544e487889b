"""What a call does in the kernel, or what stands before it, as a generator."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Protocol

from bus.kernel.plans import Carried
from bus.kernel.tasks import Task

Work = Generator[int | None, None, BaseException | None]
"""Steps as a Task has them. It returns what the call has failed with, or was given up for."""

Inner = Callable[[Task, Carried], Work]


class Gate(Protocol):
    """What stands between the events of a handler and its calls."""

    def enter(self, task: Task, carried: Carried, inner: Inner) -> Work:
        """An event has come. inner: what is behind the gate."""


def behind(gate: Gate, inner: Inner) -> Inner:
    """What is behind a gate, and that gate."""

    def enter(task: Task, carried: Carried) -> Work:
        return gate.enter(task, carried, inner)

    return enter
