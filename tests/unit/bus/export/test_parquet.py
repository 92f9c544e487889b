"""The Parquet file, read by another reader of it: as many rows as calls, the same values."""

from __future__ import annotations

import threading
from pathlib import Path

import duckdb
import pytest

from bus.errors import UserError
from bus.export import parquet
from tests.helpers.make_trace import make_trace


def asked(path: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(":memory:") as connection:
        return connection.execute(query.format(file=f"'{path}'")).fetchall()


def test_a_row_for_each_call_and_each_dispatch_without_one(tmp_path: Path) -> None:
    trace, path = make_trace(30, running=2), tmp_path / "it's a shop.parquet"
    parquet.write(trace, path)
    file = tmp_path / "shop.parquet"
    path.rename(file)
    assert asked(file, "SELECT count(call), count(DISTINCT dispatch) FROM {file}") == [
        (len(trace.calls), len(trace.dispatches))
    ]
    found = dict(asked(file, "SELECT call, started_ns FROM {file} WHERE call IS NOT NULL"))  # type: ignore[arg-type]
    assert found == {
        int(ident): int(start) for ident, start in zip(trace.calls.id, trace.calls.started_ns, strict=True)
    }
    assert asked(file, "SELECT count(*) FROM {file} WHERE outcome = 'running' AND ended_ns IS NULL") == [(2,)]
    lost = asked(file, "SELECT count(*) FROM {file} WHERE dispatch_outcome = 'lost' AND call IS NULL")
    assert lost[0][0] == int((trace.dispatches.outcome == 5).sum()) > 0


def test_an_empty_trace_has_its_columns(tmp_path: Path) -> None:
    parquet.write(make_trace(0), tmp_path / "empty.parquet")
    columns = asked(tmp_path / "empty.parquet", "SELECT column_name FROM (DESCRIBE SELECT * FROM {file})")
    assert ("duration_ms",) in columns


def test_who_waits_may_end_it_and_nothing_is_left(tmp_path: Path) -> None:
    class StoppedError(Exception):
        pass

    endless = "SELECT count(*) AS n FROM range(10000000) a, range(10000000) b WHERE a.range * b.range % 7 = 3"
    asked_twice = []

    def progress(share: float) -> None:
        asked_twice.append(share)
        if len(asked_twice) > 1:  # the work has begun
            raise StoppedError

    with pytest.raises(StoppedError):
        parquet.write(make_trace(3), tmp_path / "long.parquet", progress=progress, rows=endless)
    assert list(tmp_path.iterdir()) == []
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("buslens-parquet")]


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be written"):
        parquet.write(make_trace(3), tmp_path / "nowhere" / "x.parquet")
