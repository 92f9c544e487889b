"""An append-only log of events in one SQLite file, with a cursor for each consumer and event.

Durability: journal in WAL mode with `synchronous=FULL`, so a commit returns when the operating system says that its
bytes are on the disk. What was committed survives kill -9 at any moment, and a power cut as far as the disk keeps its
word; what was not is gone as a whole. A commit that moves cursors alone need not wait for the disk
(`synchronous=NORMAL`): kill -9 takes nothing of it, a power cut lets events be handed out once more.
https://www.sqlite.org/pragma.html#pragma_synchronous

One process and one thread at a time. After an exception the object is of no use: open the file again.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from heapq import heappop, heappush
from pathlib import Path

from bus.contract.delivery import Attributes
from bus.errors import Place, UserError
from bus.system_errors import cannot_make

MOST_EVENTS = 2_000_000
"""Beyond, events are refused: a log that nobody reads must not fill the disk."""

KEPT_FOR_REPLAY = 100_000
"""Events that every consumer has settled and that are kept all the same, the newest ones."""

APPLICATION_ID = 0x6275736C  # "busl"
VERSION = 1
_SCHEMA = f"""
CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, time_ns INTEGER NOT NULL,
    attributes TEXT NOT NULL, body BLOB NOT NULL);
CREATE INDEX events_by_name ON events (event, id);
CREATE TABLE cursors (
    consumer TEXT NOT NULL, event TEXT NOT NULL, settled INTEGER NOT NULL, reached INTEGER NOT NULL,
    PRIMARY KEY (consumer, event)) WITHOUT ROWID;
CREATE TABLE marks (
    consumer TEXT NOT NULL, id INTEGER NOT NULL, attempts INTEGER NOT NULL, settled INTEGER NOT NULL,
    PRIMARY KEY (consumer, id)) WITHOUT ROWID;
CREATE TABLE dead_letters (
    consumer TEXT NOT NULL, id INTEGER NOT NULL, attempts INTEGER NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY (consumer, id)) WITHOUT ROWID;
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {VERSION};
"""
# cursors.settled: all ids up to it are settled. cursors.reached: all ids up to it were handed out.
# marks: what is special about an id above `settled`: attempts so far, or that it is settled before earlier ones.

Entry = tuple[str, Attributes, bytes]
"""Event, attributes, body."""


class LogFull(Exception):
    """The log holds as many events as it may."""


@dataclass(frozen=True, slots=True)
class Logged:
    """One event of the log, as handed to a consumer."""

    id: int
    event: str
    attributes: Attributes
    body: bytes
    attempt: int


@dataclass(slots=True)
class _Cursor:
    settled: int
    reached: int
    returned: list[int] = field(default_factory=list)
    """Ids to be handed out again, as a heap."""

    open: set[int] = field(default_factory=set)
    """Handed out and not settled."""

    order: list[int] = field(default_factory=list)
    """Ids that were handed out, as a heap; those that are settled go when they come up."""

    def hand_out(self, ident: int) -> None:
        self.open.add(ident)
        heappush(self.order, ident)

    def first_unsettled(self) -> int:
        while self.order and self.order[0] not in self.open:
            heappop(self.order)
        first = self.order[0] if self.order else self.reached + 1
        return min(first, self.returned[0]) if self.returned else first


class SqliteLog:
    """One file."""

    def __init__(self, path: Path, *, most_events: int = MOST_EVENTS) -> None:
        self.path = path
        self._most_events = most_events
        self._cursors: dict[tuple[str, str], _Cursor] = {}
        self._attempts: dict[tuple[str, int], int] = {}
        """Of what was handed out before and is not settled."""

        self._marked: dict[tuple[str, int], str] = {}
        """Consumer and id of each row of `marks`, and its event."""

        self._dirty: set[tuple[str, str]] = set()
        """Cursors that moved since the commit began: written once, however often."""

        try:
            self._sql = sqlite3.connect(path, isolation_level=None)
        except sqlite3.Error as error:
            raise cannot_make(path, error) from None
        try:
            self._prepare()
        except sqlite3.Error as error:
            self._sql.close()
            raise cannot_make(path, error) from None
        self._events = int(self._sql.execute("SELECT count(*) FROM events").fetchone()[0])

    def _prepare(self) -> None:
        sql = self._sql
        found = sql.execute("PRAGMA application_id").fetchone()[0], sql.execute("PRAGMA user_version").fetchone()[0]
        is_new = found == (0, 0) and not sql.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if not is_new and found != (APPLICATION_ID, VERSION):
            sql.close()
            raise UserError("this is not a log of this version of Buslens", at=Place(str(self.path)))
        sql.execute("PRAGMA journal_mode = WAL")
        sql.execute("PRAGMA synchronous = FULL")
        self._is_synced = True
        sql.execute("PRAGMA busy_timeout = 5000")
        if is_new:
            sql.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} COMMIT;")

    def close(self) -> None:
        """Everything committed stays; nothing else does."""
        self._sql.close()

    @contextmanager
    def commit(self, *, survives_power_cut: bool = True) -> Iterator[None]:
        """All that happens inside becomes durable together when it ends: one commit. Not to be nested.

        survives_power_cut: False where one may undo it, though kill -9 may not, until a commit comes that survives.
        """
        if survives_power_cut != self._is_synced:
            self._is_synced = survives_power_cut
            self._sql.execute(f"PRAGMA synchronous = {'FULL' if survives_power_cut else 'NORMAL'}")
        self._sql.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._write_cursors()
        except BaseException:
            if self._sql.in_transaction:  # SQLite has done it already where the disk is full
                self._sql.execute("ROLLBACK")
            raise
        self._sql.execute("COMMIT")

    # Publishing

    def append(self, entries: Sequence[Entry]) -> int:
        """Add events to the end; the id of the last one. Inside of `commit`. Raises LogFull, having added nothing."""
        if self._events + len(entries) > self._most_events:
            raise LogFull(f"the log is full: it holds {self._most_events:,} events that were not read")
        now = time.time_ns()
        rows = [(event, now, json.dumps(attributes), body) for event, attributes, body in entries]
        self._sql.executemany("INSERT INTO events (event, time_ns, attributes, body) VALUES (?, ?, ?, ?)", rows)
        self._events += len(entries)
        return int(self._sql.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'").fetchone()[0])

    def trim(self, keep: int = KEPT_FOR_REPLAY) -> int:
        """Remove events that all their consumers have settled, but for the newest `keep`; how many went.

        What somebody has not settled stays, what nobody has heard yet, and dead letters.
        """
        self._write_cursors()
        done = self._sql.execute(
            "DELETE FROM events WHERE id <= (SELECT max(id) FROM events) - ?"
            " AND id <= (SELECT min(settled) FROM cursors WHERE cursors.event = events.event)"
            " AND id NOT IN (SELECT id FROM dead_letters)",
            (keep,),
        )
        self._events -= done.rowcount
        return done.rowcount

    # Consuming: all inside of `commit`

    def subscribe(self, consumer: str, event: str) -> int:
        """Begin, or go on, to hand out an event: from the beginning of the log, or behind what was settled before.

        How many are waiting. What was handed out before the process died counts as an attempt.
        """
        key = (consumer, event)
        if key not in self._cursors:
            self._cursors[key] = self._restored(consumer, event)
        cursor = self._cursors[key]
        behind = self._sql.execute("SELECT count(*) FROM events WHERE event = ? AND id > ?", (event, cursor.reached))
        return int(behind.fetchone()[0]) + len(cursor.returned)

    def take(self, consumer: str, events: Sequence[str], most: int) -> list[Logged]:
        """The next events for a consumer, in the order of the log; those that came back come first."""
        found: list[Logged] = []
        cursors = [(event, self._cursors[consumer, event]) for event in events]
        while len(found) < most:
            back = [(cursor.returned[0], event, cursor) for event, cursor in cursors if cursor.returned]
            if not back:
                break
            ident, _, cursor = min(back, key=lambda one: one[0])
            heappop(cursor.returned)
            found += self._read("id = ?", (ident,), 1)
            cursor.hand_out(ident)
        if len(found) < most:
            new = [
                one
                for event, cursor in cursors
                for one in self._read("event = ? AND id > ?", (event, cursor.reached), most - len(found))
            ]
            found += sorted(new, key=lambda one: one.id)[: most - len(found)]
        for one in found:
            cursor = self._cursors[consumer, one.event]
            if one.id > cursor.reached:
                cursor.hand_out(one.id)
                cursor.reached = one.id
                self._dirty.add((consumer, one.event))
        return [self._counted(consumer, one) for one in found]

    def acknowledge(self, consumer: str, event: str, ident: int) -> None:
        """It was handled. Nothing happens where it is settled already."""
        cursor = self._cursors[consumer, event]
        if ident not in cursor.open:
            return
        cursor.open.discard(ident)
        self._attempts.pop((consumer, ident), None)
        settled = cursor.first_unsettled() - 1
        if settled > cursor.settled:
            cursor.settled = settled
            self._dirty.add((consumer, event))
            self._unmark(consumer, event, 0, settled)
        if ident > cursor.settled:
            self._mark(consumer, event, ident, 0, settled=True)

    def release(self, consumer: str, event: str, ident: int, *, attempted: bool) -> None:
        """It is handed out again, before anything newer. attempted: as a further attempt."""
        cursor = self._cursors[consumer, event]
        if ident not in cursor.open:
            return
        cursor.open.discard(ident)
        heappush(cursor.returned, ident)
        attempts = self._attempts.get((consumer, ident), 0) + attempted
        if attempted:
            self._mark(consumer, event, ident, attempts, settled=False)
        self._attempts[consumer, ident] = attempts

    def dead_letter(self, consumer: str, event: str, ident: int, reason: str) -> None:
        """It is a dead letter of this consumer, and handed out no more."""
        attempts = self._attempts.get((consumer, ident), 0) + 1
        self._sql.execute(
            "INSERT OR REPLACE INTO dead_letters VALUES (?, ?, ?, ?)", (consumer, ident, attempts, reason)
        )
        self.acknowledge(consumer, event, ident)

    def rewind(self, consumer: str, event: str, *, behind: int = 0, since_ns: int | None = None) -> None:
        """Hand out again all events behind an id, or from a time (of the wall clock) on."""
        if since_ns is not None:
            row = self._sql.execute("SELECT min(id) FROM events WHERE event = ? AND time_ns >= ?", (event, since_ns))
            first = row.fetchone()[0]
            behind = self._last() if first is None else int(first) - 1
        self._cursors[consumer, event] = _Cursor(behind, behind)
        self._dirty.add((consumer, event))
        self._unmark(consumer, event, behind + 1, self._last())

    def dead_letters(self) -> list[tuple[str, int, int, str]]:
        """Consumer, id, attempts and reason of each."""
        return list(self._sql.execute("SELECT consumer, id, attempts, reason FROM dead_letters ORDER BY id"))

    # Inside

    def _restored(self, consumer: str, event: str) -> _Cursor:
        row = self._sql.execute(
            "SELECT settled, reached FROM cursors WHERE consumer = ? AND event = ?", (consumer, event)
        ).fetchone()
        cursor = _Cursor(*(row or (0, 0)))
        if row is None:
            self._dirty.add((consumer, event))
        doubtful = self._sql.execute(
            "SELECT events.id, coalesce(marks.attempts, 0), coalesce(marks.settled, 0) FROM events"
            " LEFT JOIN marks ON marks.consumer = ? AND marks.id = events.id"
            " WHERE event = ? AND events.id > ? AND events.id <= ?",
            (consumer, event, cursor.settled, cursor.reached),
        ).fetchall()
        for ident, attempts, settled in doubtful:
            if settled:
                self._marked[consumer, ident] = event
            else:
                heappush(cursor.returned, ident)
                self._attempts[consumer, ident] = attempts + 1
                self._mark(consumer, event, ident, attempts + 1, settled=False)
        return cursor

    def _read(self, where: str, values: tuple[object, ...], most: int) -> list[Logged]:
        rows = self._sql.execute(
            f"SELECT id, event, attributes, body FROM events WHERE {where} ORDER BY id LIMIT ?",  # noqa: S608  ours
            (*values, most),
        )
        return [Logged(ident, event, json.loads(attributes), body, 0) for ident, event, attributes, body in rows]

    def _counted(self, consumer: str, one: Logged) -> Logged:
        attempt = self._attempts.get((consumer, one.id), 0) + 1
        return Logged(one.id, one.event, one.attributes, one.body, attempt)

    def _write_cursors(self) -> None:
        rows = [(*key, self._cursors[key].settled, self._cursors[key].reached) for key in self._dirty]
        self._sql.executemany("INSERT OR REPLACE INTO cursors VALUES (?, ?, ?, ?)", rows)
        self._dirty.clear()

    def _mark(self, consumer: str, event: str, ident: int, attempts: int, *, settled: bool) -> None:
        self._marked[consumer, ident] = event
        self._sql.execute("INSERT OR REPLACE INTO marks VALUES (?, ?, ?, ?)", (consumer, ident, attempts, settled))

    def _unmark(self, consumer: str, event: str, first: int, last: int) -> None:
        marks = [mark for mark, of in self._marked.items() if of == event and mark[0] == consumer]
        for mark in marks:
            if first <= mark[1] <= last:
                del self._marked[mark]
                self._sql.execute("DELETE FROM marks WHERE consumer = ? AND id = ?", mark)

    def _last(self) -> int:
        return int(self._sql.execute("SELECT coalesce(max(id), 0) FROM events").fetchone()[0])
