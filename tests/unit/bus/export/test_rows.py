"""What a person gets who exports the rows of a table."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import duckdb
import numpy as np
import pytest

from bus.errors import UserError
from bus.export import rows
from bus.trace import Trace
from buslens.recorder import Recorder
from tests.helpers.make_trace import make_trace


def test_the_rows_come_in_the_order_of_the_table_in_every_format(tmp_path: Path) -> None:
    trace = make_trace(10)
    ids = trace.calls.id[[7, 3, 5]]
    for suffix in rows.FORMATS:
        rows.write(trace, tmp_path / f"out{suffix}", "calls", ids)
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        from_csv = [int(row["id"]) for row in csv.DictReader(file)]
    from_json = [json.loads(line)["id"] for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    place = str(tmp_path / "out.parquet")
    from_parquet = [row[0] for row in duckdb.sql(f"SELECT id FROM read_parquet('{place}')").fetchall()]
    assert from_csv == from_json == from_parquet == ids.tolist()


def test_a_name_that_a_spreadsheet_would_run_is_text_and_a_number_stays_one(tmp_path: Path) -> None:
    recorder = Recorder(clock_ns=lambda: -5)
    recorder.dispatch(recorder.next_id(), 0, recorder.event("=1+1"), recorder.lane("main"), 0, None, False)
    trace = Trace()
    trace.feed(recorder.take())
    rows.write(trace, tmp_path / "a.csv", "dispatches", trace.dispatches.id)
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["event"], row["emitted_ns"]) == ("'=1+1", "-5")


def test_no_rows_make_a_file_with_titles_alone(tmp_path: Path) -> None:
    trace = make_trace(2)
    rows.write(trace, tmp_path / "none.csv", "calls", np.empty(0, np.uint64))
    assert (tmp_path / "none.csv").read_text("utf-8").startswith("id,")
    assert len((tmp_path / "none.csv").read_text("utf-8").splitlines()) == 1


def test_another_ending_says_which_there_are(tmp_path: Path) -> None:
    trace = make_trace(2)
    with pytest.raises(UserError, match=r"\.csv, \.jsonl, \.parquet"):
        rows.write(trace, tmp_path / "rows.xlsx", "calls", trace.calls.id)
