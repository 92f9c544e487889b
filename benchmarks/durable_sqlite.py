"""What the durable log in SQLite carries: events of 1 KB, every commit on the disk (WAL, `synchronous=FULL`).

*bare* is Python's sqlite3 module doing the same inserts and updates by hand. *log* is `SqliteLog`, which the engine
uses, in turns with it. *engine* is a whole scenario through `Session`: emit, commit, delivery, call, acknowledgement,
and all their records taken in; commits of acknowledgements alone do not wait for the disk. The disk is that of the
temporary folder.
"""

from __future__ import annotations

import math
import sqlite3
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import Any

from bus.engines.sqlite.log import SqliteLog
from bus.session import Session
from bus.settings import Settings
from bus.trace import Trace
from buslens.records import Kind, Outcome

BODY = b'"' + b"x" * 1022 + b'"'
BATCH = 500
SECONDS = 4.0
EVENTS = 10_000
SCENARIO = """buslens: 1
events: {{a: {{}}}}
handlers: {{h: {{on: a}}}}
script: [{{emit: a, with: {body}, times: {times}{every}}}]
"""


def measure() -> list[dict[str, Any]]:
    """One row for each way to use it, events a second."""
    with tempfile.TemporaryDirectory() as folder:
        files = (Path(folder) / f"{number}.sqlite" for number in range(100))
        rows = [
            row(f"published, {BATCH} a commit", 10_000, files, BATCH),
            row("published, each with its own commit", 500, files, 1),
            row(f"published, delivered, acknowledged, {BATCH} a commit", None, files, BATCH, consume=True),
        ]
    whole, _ = run(EVENTS, "")
    rows.append({"events/s": "emitted in a burst to acknowledged, one handler", "engine": whole})
    _, trace = run(400, ", every: 5ms", speed=1.0)
    rows.append({"events/s": "one at a time: confirmed after, ms (p50)", "engine": between(trace, Kind.CONFIRMED)})
    rows.append({"events/s": "one at a time: delivered after, ms (p50)", "engine": between(trace, Kind.DELIVERED)})
    return rows


def row(what: str, target: int | None, files: Iterator[Path], batch: int, *, consume: bool = False) -> dict[str, Any]:
    """Both ways take turns, so that the disk's moods meet both alike."""
    ways = [bare(next(files), batch, consume=consume), log(next(files), batch, consume=consume)]
    took, began = [0.0, 0.0], time.perf_counter()
    turns = 0
    for way in ways:
        next(way)
    while time.perf_counter() - began < SECONDS:
        turns += 1
        for number, way in enumerate(ways):
            start = time.perf_counter()
            next(way)
            took[number] += time.perf_counter() - start
    for way in ways:
        way.close()
    by_hand, ours = (turns * batch / seconds for seconds in took)
    return {"events/s": what, "target": target or "", "bare": by_hand, "log": ours, "log / bare": ours / by_hand}


def bare(path: Path, batch: int, *, consume: bool = False) -> Generator[int, None, None]:
    """What a person would write with the standard library."""
    with closing(sqlite3.connect(path, isolation_level=None)) as sql:
        sql.execute("PRAGMA journal_mode = WAL")
        sql.execute("PRAGMA synchronous = FULL")
        sql.execute("CREATE TABLE e (id INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT, attributes TEXT, body BLOB)")
        sql.execute("CREATE INDEX i ON e (event, id)")
        sql.execute("CREATE TABLE c (consumer TEXT PRIMARY KEY, settled INTEGER)")
        sql.execute("INSERT INTO c VALUES ('h', 0)")
        settled = 0
        while True:
            sql.execute("BEGIN IMMEDIATE")
            sql.executemany("INSERT INTO e (event, attributes, body) VALUES ('a', '{}', ?)", [(BODY,)] * batch)
            if consume:
                taken = sql.execute(
                    "SELECT id, attributes, body FROM e WHERE event = 'a' AND id > ? ORDER BY id LIMIT ?",
                    (settled, batch),
                ).fetchall()
                for ident, _, _ in taken:
                    settled = ident
                    sql.execute("UPDATE c SET settled = ? WHERE consumer = 'h'", (settled,))
            sql.execute("COMMIT")
            yield batch


def log(path: Path, batch: int, *, consume: bool = False) -> Generator[int, None, None]:
    """The same through our log."""
    entries = [("a", {}, BODY)] * batch
    with closing(SqliteLog(path)) as made:
        with made.commit():
            made.subscribe("h", "a")
        while True:
            with made.commit():
                made.append(entries)
                if consume:
                    for one in made.take("h", ["a"], batch):
                        made.acknowledge("h", "a", one.id)
            yield batch


def run(times: int, every: str, speed: float = math.inf) -> tuple[float, Trace]:
    """Events a second of a whole run, and its trace."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.yaml"
        path.write_text(SCENARIO.format(body=BODY.decode(), times=times, every=every), encoding="utf-8")
        session = Session(Settings(), trusted=bool)
        session.open_scenario(path)
        began = time.perf_counter()
        session.start(engine="sqlite", speed=speed)
        assert session.wait(600)
        took = time.perf_counter() - began
        trace = session.trace
        assert (trace.calls.outcome == Outcome.OK).sum() == times
        session.close()
    return times / took, trace


def between(trace: Trace, kind: Kind) -> float:
    """Milliseconds from the emit to what the broker said, in the middle."""
    told = trace.deliveries
    chosen = told.view("kind") == kind
    rows = trace.dispatches.rows_of(told.view("dispatch")[chosen])
    return float(median((told.view("time_ns")[chosen] - trace.dispatches.emitted_ns[rows]) / 1e6))


if __name__ == "__main__":
    for one in measure():
        print(one)
