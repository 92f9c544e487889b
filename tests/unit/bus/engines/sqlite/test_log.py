"""The log alone: what a consumer gets, in which order, what is remembered, and what may be removed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bus.engines.sqlite.log import LogFull, SqliteLog
from bus.errors import UserError


class Opened:
    """A log that can be opened again, as a new process would: nothing is told to the old one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.log = SqliteLog(path)

    def again(self, *bindings: tuple[str, str]) -> SqliteLog:
        self.log.close()
        self.log = SqliteLog(self.path)
        with self.log.commit():
            for consumer, event in bindings:
                self.log.subscribe(consumer, event)
        return self.log

    def asked(self, question: str) -> list[Any]:
        other = sqlite3.connect(self.path)
        try:
            return other.execute(question).fetchall()
        finally:
            other.close()


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    opened = Opened(tmp_path / "log.sqlite")
    yield opened
    opened.log.close()


def publish(log: SqliteLog, *events: str) -> int:
    with log.commit():
        return log.append([(event, {"id": event}, event.encode()) for event in events])


def publish_half(log: SqliteLog) -> None:
    with log.commit():
        log.append([("a", {}, b"")])
        raise TypeError


def subscribe(log: SqliteLog, consumer: str, event: str) -> int:
    with log.commit():
        return log.subscribe(consumer, event)


def take(log: SqliteLog, consumer: str, events: list[str], most: int = 10) -> list[tuple[int, int]]:
    with log.commit():
        return [(one.id, one.attempt) for one in log.take(consumer, events, most)]


def acknowledge(log: SqliteLog, consumer: str, event: str, *ids: int) -> None:
    with log.commit():
        for ident in ids:
            log.acknowledge(consumer, event, ident)


def test_a_late_subscriber_gets_what_was_logged_before_it_came(opened: Opened) -> None:
    log = opened.log
    assert publish(log, "a", "b", "a") == 3
    assert subscribe(log, "late", "a") == 2
    with log.commit():
        assert [(one.id, one.event, one.attributes, one.body) for one in log.take("late", ["a"], 10)] == [
            (1, "a", {"id": "a"}, b"a"),
            (3, "a", {"id": "a"}, b"a"),
        ]


def test_events_of_several_names_come_in_the_order_of_the_log_and_only_once(opened: Opened) -> None:
    log = opened.log
    publish(log, "a", "b", "a", "c", "b")
    for event in ("a", "b"):
        subscribe(log, "h", event)
    assert take(log, "h", ["a", "b"], 3) == [(1, 1), (2, 1), (3, 1)]
    assert take(log, "h", ["a", "b"]) == [(5, 1)]
    assert take(log, "h", ["a", "b"]) == []


def test_each_consumer_has_its_own_place(opened: Opened) -> None:
    log = opened.log
    publish(log, "a", "a")
    subscribe(log, "one", "a")
    assert take(log, "one", ["a"]) == [(1, 1), (2, 1)]
    acknowledge(log, "one", "a", 1, 2)
    subscribe(log, "two", "a")
    assert take(log, "two", ["a"]) == [(1, 1), (2, 1)]


def test_what_was_acknowledged_never_comes_again_and_what_was_not_comes_as_a_further_attempt(opened: Opened) -> None:
    publish(opened.log, "a", "a", "a", "a")
    subscribe(opened.log, "h", "a")
    take(opened.log, "h", ["a"], 3)
    acknowledge(opened.log, "h", "a", 2)
    log = opened.again(("h", "a"))
    assert take(log, "h", ["a"]) == [(1, 2), (3, 2), (4, 1)]
    acknowledge(log, "h", "a", 1, 3)
    log = opened.again(("h", "a"))
    assert take(log, "h", ["a"]) == [(4, 2)]
    acknowledge(log, "h", "a", 4)
    log = opened.again(("h", "a"))
    assert take(log, "h", ["a"]) == []
    assert opened.asked("SELECT count(*) FROM marks") == [(0,)]


def test_an_acknowledgement_that_comes_twice_or_of_nothing_changes_nothing(opened: Opened) -> None:
    log = opened.log
    publish(log, "a", "a")
    subscribe(log, "h", "a")
    take(log, "h", ["a"], 1)
    acknowledge(log, "h", "a", 1, 1, 2, 99)
    assert take(log, "h", ["a"]) == [(2, 1)]


def test_what_comes_back_is_handed_out_before_anything_newer_and_counted_where_it_was_tried(opened: Opened) -> None:
    log = opened.log
    publish(log, "a", "a", "a")
    subscribe(log, "h", "a")
    take(log, "h", ["a"], 2)
    with log.commit():
        log.release("h", "a", 2, attempted=False)
        log.release("h", "a", 1, attempted=True)
    assert take(log, "h", ["a"]) == [(1, 2), (2, 1), (3, 1)]


def test_marks_of_one_event_outlive_the_cursor_of_another(opened: Opened) -> None:
    log = opened.log
    publish(log, "a", "b")
    for event in ("a", "b"):
        subscribe(log, "h", event)
    take(log, "h", ["a", "b"])
    with log.commit():
        log.release("h", "a", 1, attempted=True)
    acknowledge(log, "h", "b", 2)
    assert take(opened.again(("h", "a"), ("h", "b")), "h", ["a", "b"]) == [(1, 3)]


def test_a_dead_letter_is_kept_with_its_reason_and_handed_out_no_more(opened: Opened) -> None:
    log = opened.log
    publish(log, "a", "a")
    subscribe(log, "h", "a")
    take(log, "h", ["a"], 1)
    with log.commit():
        log.dead_letter("h", "a", 1, "CardDeclined")
    assert log.dead_letters() == [("h", 1, 1, "CardDeclined")]
    assert take(log, "h", ["a"]) == [(2, 1)]
    acknowledge(log, "h", "a", 2)
    with log.commit():
        assert log.trim(keep=0) == 1
    assert take(opened.again(("h", "a")), "h", ["a"]) == []


def test_replay_from_an_offset_and_from_a_time(opened: Opened) -> None:
    log = opened.log
    publish(log, "a", "a", "a")
    subscribe(log, "h", "a")
    take(log, "h", ["a"])
    acknowledge(log, "h", "a", 1, 2, 3)
    with log.commit():
        log.rewind("h", "a", behind=1)
    assert take(log, "h", ["a"]) == [(2, 1), (3, 1)]
    with log.commit():
        log.rewind("h", "a", since_ns=0)
    assert len(take(log, "h", ["a"])) == 3
    with log.commit():
        log.rewind("h", "a", since_ns=1 << 62)
    assert take(log, "h", ["a"]) == []


def test_only_what_everybody_has_settled_is_removed(opened: Opened) -> None:
    log = opened.log
    publish(log, *["a"] * 6, "unheard")
    for consumer in ("fast", "slow"):
        subscribe(log, consumer, "a")
        take(log, consumer, ["a"])
    acknowledge(log, "fast", "a", 1, 2, 3, 4, 5, 6)
    acknowledge(log, "slow", "a", 1, 2, 3, 4)
    with log.commit():
        assert log.trim(keep=5) == 2
        assert log.trim(keep=0) == 2
    assert publish(log, "a") == 8, "an offset is never used again"
    assert opened.asked("SELECT id FROM events ORDER BY id") == [(5,), (6,), (7,), (8,)]


def test_a_log_that_nobody_reads_refuses_what_is_too_much(tmp_path: Path) -> None:
    with closing(SqliteLog(tmp_path / "small.sqlite", most_events=3)) as log:
        publish(log, "a", "a")
        with pytest.raises(LogFull, match="3 events"):
            publish(log, "a", "a")
        assert publish(log, "a") == 3


def test_a_commit_that_fails_leaves_nothing(opened: Opened) -> None:
    with pytest.raises(TypeError):
        publish_half(opened.log)
    assert subscribe(opened.again(), "h", "a") == 0


def test_every_commit_reaches_the_disk(opened: Opened) -> None:
    assert opened.log._sql.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert opened.log._sql.execute("PRAGMA synchronous").fetchone() == (2,)


def test_a_commit_that_a_power_cut_may_undo_does_not_wait_for_the_disk_and_the_next_one_does(opened: Opened) -> None:
    levels = []
    for survives_power_cut in (False, False, True):
        with opened.log.commit(survives_power_cut=survives_power_cut):
            levels.append(opened.log._sql.execute("PRAGMA synchronous").fetchone()[0])
    assert levels == [1, 1, 2]


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b"SQLite format 3\0" + b"\0" * 4000])
def test_a_file_that_is_no_log_is_refused_in_one_sentence(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "other"
    path.write_bytes(content)
    with pytest.raises(UserError):
        SqliteLog(path)
    assert path.read_bytes() == content


def test_somebody_elses_database_is_refused_and_untouched(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE events (mine TEXT)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(UserError, match="not a log"):
        SqliteLog(path)
    assert path.read_bytes() == before
