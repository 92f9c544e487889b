"""Every export says on which bus, what became of an event, and which handlers were never called for it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import duckdb
import pytest

from bus.export import chrome, jsonl, mermaid, parquet
from bus.export import csv as spreadsheet
from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.records import Outcome


@pytest.fixture
def trace() -> Trace:
    """`charge` raises on the bus `orders`; `audit` behind it is never called. Another bus is there too."""
    record = Recorder(clock_ns=lambda: 0)
    orders = record.bus("orders", "shop.Bus", "/srv/shop.py", 7, "created")
    event = record.event("placed", orders)
    record.event("placed", record.bus("mail"))
    charge, audit = record.handler("charge", "/srv/pay.py", 12), record.handler("audit", "/srv/log.py", 3)
    dispatch, call = record.next_id(), record.next_id()
    record.dispatch(dispatch, 0, event, record.lane("main"), 2, None, False)
    record.call_started(call, dispatch, charge, record.lane("main"))
    record.call_ended(call, Outcome.FAILED, ValueError("declined"))
    record.skipped(dispatch, audit, call)
    found = Trace()
    found.feed(record.take())
    return found


def test_json_lines(trace: Trace) -> None:
    said = [json.loads(line) for line in jsonl.lines(trace)]
    by_kind = {each["record"]: each for each in said}
    place = {"file": "/srv/shop.py", "line": 7, "made": "created"}
    assert said[1] == {"record": "bus", "bus": "orders", "class": "shop.Bus", **place}
    assert (by_kind["dispatch"]["bus"], by_kind["dispatch"]["fate"]) == ("orders", "lost")
    skipped = by_kind["skipped"]
    assert (skipped["handler"], skipped["file"], skipped["line"]) == ("audit", "/srv/log.py", 3)
    assert skipped["because_call"] == by_kind["call"]["id"]


def test_csv_and_parquet(trace: Trace, tmp_path: Path) -> None:
    (row,) = csv.DictReader(spreadsheet.lines(trace))
    assert (row["bus"], row["fate"], row["skipped"]) == ("orders", "lost", "audit")
    path = tmp_path / "orders.parquet"
    parquet.write(trace, path)
    assert duckdb.read_parquet(str(path)).select("bus", "fate", "skipped", "line").fetchall() == [
        ("orders", "lost", 1, 12)
    ]


def test_chrome_and_mermaid(trace: Trace) -> None:
    events = json.loads("".join(chrome.lines(trace)))["traceEvents"]
    (said,) = [each["args"] for each in events if each.get("cat") == "emit" and "args" in each]
    assert (said["bus"], said["fate"], said["skipped"]) == ("orders", "lost", "audit")
    diagram = "".join(mermaid.lines(trace))
    assert "placed on orders" in diagram
    assert "never called#58; audit" in diagram
