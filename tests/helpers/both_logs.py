"""The same steps on the log of the engine sqlite, killed again and again, and on its model."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from bus.engines.sqlite.log import SqliteLog
from bus.models.sqlite import LogModel

CONSUMERS = ("one", "two")
EVENTS = ("a", "b")

Step = tuple[str, str, Any]
"""What is done, by which consumer or with which event, and how."""

STEPS = st.one_of(
    st.tuples(st.just("append"), st.sampled_from(EVENTS), st.integers(1, 3)),
    st.tuples(st.just("take"), st.sampled_from(CONSUMERS), st.integers(1, 3)),
    st.tuples(
        st.sampled_from(("acknowledge", "retry", "release", "dead_letter")),
        st.sampled_from(CONSUMERS),
        st.integers(0, 3),
    ),
)
KILLED = st.sampled_from(("between", "in a commit"))
LIVES = st.lists(st.tuples(st.lists(STEPS, min_size=3, max_size=15), KILLED), min_size=2, max_size=3)
"""What each process does, and where it is killed."""


class BothLogs:
    """Of one scenario."""

    def __init__(self, folder: Path, model: LogModel[str]) -> None:
        """folder: for the files of the first process; those of the others stand beside it."""
        self.compared: Counter[str] = Counter()
        """By outcome: how often the file's and the model's were the same."""

        self._folder, self._model = folder, model
        self._logs: list[SqliteLog] = []
        self._numbers = 0

    def compare(self, lives: Sequence[tuple[Sequence[Step], str]]) -> None:
        """Raises AssertionError after the first step that they answer differently."""
        try:
            for steps, killed in lives:
                self._live(steps, killed)
            self._agree_on_what_is_left()
        finally:
            for log in self._logs:
                log.close()

    def _live(self, steps: Sequence[Step], killed: str) -> None:
        self._begin()
        for step in steps:
            self._commit(*self._order(*step))
        if killed == "in a commit":
            with self._log.commit():
                for order in [*self._order("append", "a", 1), ("take", "one", EVENTS, 2)]:
                    self._done(order)
                self._leave()
        else:
            self._leave()

    def _agree_on_what_is_left(self) -> None:
        self._begin()
        for consumer in CONSUMERS:
            self._commit(("take", consumer, EVENTS, 1_000))
        dead = [(consumer, offset) for consumer, offset, _, _ in self._log.dead_letters()]
        assert sorted(dead) == sorted(self._model.dead)
        self.compared["dead letter"] += len(dead)

    def _begin(self) -> None:
        """Another process opens what the one before has left."""
        self._log = SqliteLog(self._folder / "log.sqlite")
        self._logs.append(self._log)
        self._out: dict[tuple[str, int], str] = {}
        """By consumer and offset: what this process has handed out, and the event."""

        for consumer in CONSUMERS:
            self._commit(*(("subscribe", consumer, event) for event in EVENTS))

    def _leave(self) -> None:
        """Go on with the files as they are now: kill -9 leaves what a process has written, and nothing else."""
        after = self._folder.with_name(f"{self._folder.name}+")
        shutil.copytree(self._folder, after)
        self._folder = after
        self._model.crash()

    def _order(self, step: str, what: str, how: Any) -> list[tuple[Any, ...]]:
        """What a step is for the log."""
        if step == "append":
            self._numbers += how
            return [("append", what, str(self._numbers - number)) for number in range(how)]
        if step == "take":
            return [("take", what, EVENTS, how)]
        mine = [(offset, event) for (consumer, offset), event in self._out.items() if consumer == what]
        if not mine:
            return []
        offset, event = mine[how % len(mine)]
        del self._out[what, offset]
        if step in ("retry", "release"):
            return [("release", what, event, offset, step == "retry")]
        return [(step, what, event, offset)]

    def _commit(self, *orders: tuple[Any, ...]) -> None:
        with self._log.commit():
            for order in orders:
                expected = self._modelled(order)
                assert self._done(order) == expected, order
                self._count(order, expected)

    def _done(self, order: tuple[Any, ...]) -> Any:
        """What the log answers to one order."""
        match order:
            case "append", event, body:
                return self._log.append([(event, {}, body.encode())])
            case "subscribe", consumer, event:
                return self._log.subscribe(consumer, event)
            case "take", consumer, events, most:
                taken = self._log.take(consumer, events, most)
                return [(one.id, one.event, one.body.decode(), one.attempt) for one in taken]
            case "acknowledge", consumer, event, offset:
                self._log.acknowledge(consumer, event, offset)
            case "release", consumer, event, offset, attempted:
                self._log.release(consumer, event, offset, attempted=attempted)
            case "dead_letter", consumer, event, offset:
                self._log.dead_letter(consumer, event, offset, "it failed")
        return None

    def _modelled(self, order: tuple[Any, ...]) -> Any:
        """What the model answers."""
        match order:
            case "append", event, body:
                return self._model.append(event, body)
            case "subscribe", consumer, event:
                return self._model.subscribe(consumer, event)
            case "take", consumer, events, most:
                return [tuple(each) for each in self._model.take(consumer, events, most)]
            case "release", consumer, event, offset, attempted:
                self._model.release(consumer, event, offset, attempted=attempted)
            case "acknowledge", consumer, event, offset:
                self._model.acknowledge(consumer, event, offset)
            case "dead_letter", consumer, event, offset:
                self._model.dead_letter(consumer, event, offset)
        return None

    def _count(self, order: tuple[Any, ...], answer: Any) -> None:
        match order[0]:
            case "append":
                self.compared["confirmed"] += 1
            case "subscribe":
                self.compared["counted backlog"] += 1
            case "take":
                for offset, event, _, attempt in answer:
                    self._out[order[1], offset] = event
                    self.compared["redelivered" if attempt > 1 else "delivered"] += 1
