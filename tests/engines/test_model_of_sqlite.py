"""The model of sqlite does what the file does: the same random steps on both, killed again and again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from bus.models.sqlite import LogCursor, LogModel
from tests.helpers.both_logs import LIVES, BothLogs, Step


@settings(
    max_examples=25,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(lives=LIVES)
def test_every_consumer_gets_the_same_of_both(
    tmp_path_factory: pytest.TempPathFactory, lives: list[tuple[list[Step], str]]
) -> None:
    """Offsets, order, attempts, backlogs and dead letters; after kill -9 between two commits, and in one."""
    BothLogs(tmp_path_factory.mktemp("log"), LogModel()).compare(lives)


class Forgets(LogModel[str]):
    """A killed process counts as nothing."""

    def crash(self) -> None:
        super().crash()
        for cursor in self._cursors.values():
            cursor.attempts = {offset: count - 1 for offset, count in _all(cursor).items()}


def _all(cursor: LogCursor) -> dict[int, int]:
    return {offset: cursor.attempts.get(offset, 0) for offset in (*cursor.open, *cursor.returned)}


class NewestFirst(LogModel[str]):
    """What failed comes behind what is newer."""

    def release(self, consumer: str, event: str, offset: int, *, attempted: bool) -> None:
        cursor = self._cursors[consumer, event]
        self._events.append(self._events[offset - 1])
        cursor.open.discard(offset)


KILLED: list[tuple[Sequence[Step], str]] = [([("append", "a", 2), ("take", "one", 1)], "between")]
FAILED: list[tuple[Sequence[Step], str]] = [
    ([("append", "a", 3), ("take", "one", 2), ("retry", "one", 0), ("take", "one", 1)], "between")
]


def _made(parent: Path) -> Path:
    folder = parent / "log"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(("model", "lives"), [(Forgets(), KILLED), (NewestFirst(), FAILED)])
def test_a_model_that_does_not_is_found(
    tmp_path: Path, model: LogModel[str], lives: list[tuple[Sequence[Step], str]]
) -> None:
    with pytest.raises(AssertionError):
        BothLogs(_made(tmp_path), model).compare(lives)
