"""What a person gets who opens a CSV export in a spreadsheet."""

from __future__ import annotations

import codecs
import csv as reader
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bus.export import csv
from bus.trace import Trace
from buslens.records import Outcome
from tests.helpers.make_trace import make_trace

HOSTILE = "=cmd|'/c calc'!A1\r\n\x1b[31m,\"🙂"


def rows(trace: Trace, folder: Path) -> list[dict[str, str]]:
    path = folder / "out.csv"
    csv.write(trace, path)
    with path.open(newline="", encoding="utf-8") as file:
        return list(reader.DictReader(file))


def test_one_row_for_each_call_and_each_dispatch_without_one(tmp_path: Path) -> None:
    trace = make_trace(20, failures=0.3)
    found = rows(trace, tmp_path)
    uncalled = set(trace.dispatches.id.tolist()) - set(trace.calls.dispatch.tolist())
    assert len(found) == len(trace.calls) + len(uncalled)
    assert [int(row["call"]) for row in found if row["call"]] == trace.calls.id.tolist()
    assert {int(row["dispatch"]) for row in found if not row["call"]} == uncalled


def test_times_are_exact(tmp_path: Path) -> None:
    trace = make_trace(5)
    row = next(row for row in rows(trace, tmp_path) if row["call"])
    assert Decimal(row["queue_delay_ms"]) * 10**6 == int(trace.calls.started_ns[0] - trace.calls.emitted_ns[0])
    assert Decimal(row["duration_ms"]) * 10**6 == int(trace.calls.ended_ns[0] - trace.calls.started_ns[0])
    assert Decimal(row["started_s"]) * 10**9 == int(trace.calls.started_ns[0] - trace.span_ns[0])


def test_failures_say_what_and_running_calls_have_no_end(tmp_path: Path) -> None:
    trace = make_trace(30, failures=0.5, running=2)
    found = rows(trace, tmp_path)
    failed = [row for row in found if row["outcome"] == "failed"]
    assert len(failed) == int((trace.calls.outcome == Outcome.FAILED).sum())
    assert {row["error"] for row in failed} == {"tests.helpers.make_trace.CardDeclined"}
    running = [row for row in found if row["outcome"] == "running"]
    assert [(row["ended_s"], row["duration_ms"]) for row in running] == [("", ""), ("", "")]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1+1", "-1\n", " -1", "-A1", "@SUM(A1)", "  =1", "\t=1", "\r=1", "＝1"]
)
def test_no_cell_is_a_formula(text: str) -> None:
    assert csv.safe(text).startswith("'")


@pytest.mark.parametrize("text", ["-5", "-0.5", "-1e-9", "5"])
def test_a_text_that_is_a_number_stays_one(text: str) -> None:
    assert csv.safe(text) == text


@pytest.mark.parametrize("number", [-5, -0.5, 12, 1e30, -1e-9])
def test_a_number_stays_a_number(run: Any, number: float, tmp_path: Path) -> None:
    (row,) = rows(run(f"buslens: 1\nevents: {{a: {{}}}}\nscript: [{{emit: a, with: {number}}}]"), tmp_path)
    assert float(row["payload"]) == number


def test_for_excel_the_file_begins_with_its_mark_and_says_the_same(tmp_path: Path) -> None:
    trace = make_trace(3, names="Zoë")
    csv.write(trace, tmp_path / "plain.csv")
    csv.write_for_excel(trace, tmp_path / "excel.csv")
    plain, excel = ((tmp_path / name).read_bytes() for name in ("plain.csv", "excel.csv"))
    assert excel == codecs.BOM_UTF8 + plain


def test_hostile_names_stay_in_their_cells(run: Any, tmp_path: Path) -> None:
    found = rows(make_trace(5, names=HOSTILE), tmp_path)
    text = (tmp_path / "out.csv").read_text(encoding="utf-8")
    assert "\x1b" not in text
    assert all(row["event"] and None not in row and None not in row.values() for row in found)


def test_an_empty_trace_is_a_heading(tmp_path: Path) -> None:
    assert rows(Trace(), tmp_path) == []
    assert (tmp_path / "out.csv").read_text().strip() == ",".join(csv.COLUMNS)
