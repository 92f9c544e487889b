"""What a person gets who reads a JSON lines export with jq or a script."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bus.export import jsonl
from bus.trace import Trace
from tests.helpers.make_trace import make_trace


def records(trace: Trace, folder: Path) -> list[dict[str, Any]]:
    path = folder / "out.jsonl"
    jsonl.write(trace, path)
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_capture_then_every_dispatch_and_call(tmp_path: Path) -> None:
    trace = make_trace(20, failures=0.3)
    head, *rest = records(trace, tmp_path)
    assert (head["record"], head["process"], head["records_dropped"], head["damage"]) == ("capture", "shop.py", 0, "")
    assert [each["id"] for each in rest if each["record"] == "dispatch"] == trace.dispatches.id.tolist()
    assert [each["id"] for each in rest if each["record"] == "call"] == trace.calls.id.tolist()


def test_payloads_errors_and_causes_are_whole(run: Any, tmp_path: Path) -> None:
    trace = run(
        """
        events: {a: {}, b: {}}
        handlers:
          first: {on: a, do: [{emit: b, with: {n: "$event.payload.n + 1"}}]}
          second: {on: b, do: [{fail: {error: Broken, message: "no\\nluck"}}]}
        script: [{emit: a, with: {n: 1}}, {mark: done}]
        """.replace("\n        ", "\n"),
        engine="pyee-asyncio",
    )
    found = records(trace, tmp_path)
    dispatches = {each["event"]: each for each in found if each["record"] == "dispatch"}
    calls = {each["handler"]: each for each in found if each["record"] == "call"}
    assert dispatches["a"]["payload"] == {"n": 1}
    assert dispatches["b"]["payload"] == {"n": 2}
    assert dispatches["b"]["parent_call"] == calls["first"]["id"]
    assert dispatches["b"]["root"] == dispatches["a"]["id"]
    assert calls["second"]["error"]["type"] == "Broken"
    assert calls["second"]["error"]["message"] == "no\nluck"
    assert [each["text"] for each in found if each["record"] == "mark"] == ["done"]


def test_running_calls_have_no_end(tmp_path: Path) -> None:
    ends = [each["ended_ns"] for each in records(make_trace(1, running=2), tmp_path) if each["record"] == "call"]
    assert ends[-2:] == [None, None]


def test_the_file_can_be_printed_on_a_terminal(tmp_path: Path) -> None:
    records(make_trace(3, names="\x1b[31m\x7f\x9b\u202e"), tmp_path)
    text = (tmp_path / "out.jsonl").read_text(encoding="utf-8")
    assert all(letter == "\n" or letter.isprintable() for letter in text)


def test_an_empty_trace_is_one_line(tmp_path: Path) -> None:
    assert [each["record"] for each in records(Trace(), tmp_path)] == ["capture"]
