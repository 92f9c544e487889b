"""What the calls of one handler draw from, through all lives of its service."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from functools import cached_property

from bus.runtime.draws import Draws


class HandlerDraws:
    """Of one handler in one run."""

    def __init__(self, draws: Draws, name: str) -> None:
        self._draws, self._name = draws, name
        self.steps: random.Random = draws.stream(name)
        self.numbers: Iterator[int] = itertools.count(1)
        """Of its calls: what each draws where it is done in a process."""

    @cached_property
    def backoffs(self) -> random.Random:
        """What the times between its attempts are drawn from."""
        return self._draws.stream(self._name, "backoff")

    def of_process(self, number: int) -> random.Random:
        """What call `number` draws from in a process, which cannot know what other calls have drawn."""
        return self._draws.stream(self._name, number)
