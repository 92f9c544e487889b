"""A capture as CloudEvents 1.0."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from bus.export import cloudevents
from tests.helpers.make_trace import make_trace

ATTRIBUTE = re.compile(r"[a-z0-9]{1,20}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z")


def test_every_dispatch_is_an_event_with_what_the_specification_asks_for(tmp_path: Path) -> None:
    trace = make_trace(5)
    cloudevents.write(trace, tmp_path / "a.json")
    batch = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert len(batch) == len(trace.dispatches)
    assert len({(each["source"], each["id"]) for each in batch}) == len(batch)
    for row, each in enumerate(batch):
        assert each["specversion"] == "1.0"
        assert all(isinstance(each[key], str) and each[key] for key in ("id", "source", "type"))
        assert all(ATTRIBUTE.fullmatch(key) for key in each)
        assert TIME.fullmatch(each["time"])
        assert each.get("data") == trace.payload(row).value
        assert ("data" in each) == ("datacontenttype" in each)


def test_an_empty_capture_is_an_empty_batch(tmp_path: Path) -> None:
    cloudevents.write(make_trace(0), tmp_path / "a.json")
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8")) == []


def test_a_time_that_no_calendar_has_is_no_crash() -> None:
    assert cloudevents._time(10**30) == "1970-01-01T00:00:00.000000000Z"
    assert cloudevents._time(1_795_000_000_123_456_789) == "2026-11-18T11:06:40.123456789Z"


def test_an_event_of_a_simulated_run_has_no_time(run: Any) -> None:
    trace = run("events: {a: {}}\nscript: [{emit: a}]")
    assert "time" not in cloudevents.event_of(trace, 0)
