"""`buslens compare`, as a person in a terminal meets it."""

from __future__ import annotations

import json

from tests.helpers.program import Program


def test_a_table_with_a_line_for_each_engine(buslens: Program) -> None:
    lines = buslens("compare", "lost-events", "--engines", "pyee,sqlite", "--speed", "max").out.splitlines()
    cells = {line.split()[0]: line.split()[1:] for line in lines if line.split()}
    assert int(cells["pyee"][2]) > 0
    assert cells["sqlite"][2] == "0"
    assert cells["sqlite"][3] == cells["pyee"][2], "what the one lost, the other keeps"


def test_the_crash_sweep_is_a_matrix(buslens: Program) -> None:
    said = buslens("compare", "user-created", "--engines", "pyee, sqlite", "--crash", "--speed", "max").out
    rows = {line.split()[0]: line for line in said.splitlines() if line.split()}
    assert rows["never"].count("all once") == 2
    assert "1 lost, 0 twice" in rows["handling"]
    assert "0 lost, 1 twice" in rows["handled"]


def test_the_same_as_json(buslens: Program) -> None:
    found = json.loads(buslens("compare", "checkout", "--engines", "pyee", "--speed", "max", "--json").out)
    assert found[0]["engine"] == "pyee"
    assert found[0]["emitted"] == 272
    assert found[0]["latency_ns"]["p99"] >= found[0]["latency_ns"]["p50"] > 0


def test_mistakes_are_one_line(buslens: Program) -> None:
    assert "did you mean sqlite" in buslens("compare", "checkout", "--engines", "sqlit").complaint
