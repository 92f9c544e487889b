"""What a person gets who pastes a flow's diagram into a page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from bus.export import mermaid
from bus.trace import Trace
from tests.helpers.make_trace import make_trace

FLOW = """
events: {a: {}, b: {}, c: {}}
handlers:
  first: {on: a, do: [{emit: b}]}
  second: {on: b, do: [{emit: c}, {fail: {error: Broken, message: no luck}}]}
script: [{emit: a}, {emit: a}]
"""
LINE = re.compile(
    r"sequenceDiagram|    participant p\d+ as \S.*|    p\d+(->>|-\)|--x)p\d+: \S.*|    note over p\d+: \S.*"
)


def drawn(trace: Trace, folder: Path, selection: tuple[str, int] | None = None) -> list[str]:
    path = folder / "out.mmd"
    mermaid.write(trace, path, selection)
    return path.read_text(encoding="utf-8").splitlines()


def test_the_flow_of_the_selection_and_no_other(run: Any, tmp_path: Path) -> None:
    trace = run(FLOW, engine="pyee-asyncio")
    handler = [trace.names.text(int(name)) for name in trace.calls.handler]
    call = int(trace.calls.id[handler.index("second")])
    found = drawn(trace, tmp_path, ("call", call))
    assert [line.split(" as ")[1] for line in found if "participant" in line] == ["engine", "first", "second"]
    assert [line.strip() for line in found if "note" not in line and "participant" not in line] == [
        "sequenceDiagram",
        "p0-)p1: a",
        "p1-)p2: b",
        "p2--xp1: Broken#58; no luck",
    ]
    assert "    note over p2: c, lost#58; nobody listens" in found


def test_without_a_selection_it_draws_how_the_capture_begins(run: Any, tmp_path: Path) -> None:
    assert sum("-)p1: a" in line for line in drawn(run(FLOW, engine="pyee-asyncio"), tmp_path)) == 2


def test_a_long_capture_is_cut_and_says_so(tmp_path: Path) -> None:
    found = drawn(make_trace(500), tmp_path)
    assert len(found) < 600
    assert found[-1] == "    note over p0: more is left out"


@pytest.mark.parametrize("names", ["; end", "\nend\n", "#quot;<script>", "%%{init: {}}%%", "🙂\u202e", '"]) --> x'])
def test_names_cannot_break_out(names: str, tmp_path: Path) -> None:
    for line in drawn(make_trace(3, failures=1.0, names=names), tmp_path):
        assert LINE.fullmatch(line), line


def test_an_empty_trace_is_a_diagram_too(tmp_path: Path) -> None:
    assert all(LINE.fullmatch(line) for line in drawn(Trace(), tmp_path))
