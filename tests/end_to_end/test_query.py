"""`buslens query`, as a person in a terminal meets it."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest

from tests.helpers.program import Program

FAILED = "SELECT handler, count(*) AS failed FROM calls WHERE outcome = 'failed' GROUP BY handler"


@pytest.fixture
def recorded(buslens: Program) -> str:
    assert buslens("run", "checkout", "-o", "checkout.buslens").code == 0
    return "checkout.buslens"


def test_an_answer_as_table_csv_and_json(buslens: Program, recorded: str) -> None:
    lines = buslens("query", recorded, FAILED).out.split()
    assert lines == ["handler", "failed", "charge_card", "7"]
    assert list(csv.reader(buslens("query", recorded, FAILED, "--to", "csv").out.splitlines())) == [
        ["handler", "failed"],
        ["charge_card", "7"],
    ]
    assert json.loads(buslens("query", recorded, FAILED, "--to", "json").out) == [
        {"handler": "charge_card", "failed": 7}
    ]


def test_json_loses_no_column_and_is_json(buslens: Program, recorded: str) -> None:
    select = (
        "SELECT d.id, c.id, 'nan'::DOUBLE AS n, 1.5 AS d FROM dispatches d JOIN calls c ON c.dispatch = d.id LIMIT 1"
    )
    row = json.loads(buslens("query", recorded, select, "--to", "json").out)[0]
    assert list(row) == ["id", "id_2", "n", "d"]
    assert (row["n"], row["d"]) == ("nan", 1.5)
    assert row["id"] != row["id_2"]


def test_mistakes_are_one_line(buslens: Program, recorded: str, tmp_path: Path) -> None:
    assert "a query is one SELECT" in buslens("query", recorded, "DROP VIEW calls").complaint
    assert "no files" in buslens("query", recorded, "SELECT * FROM read_csv('/etc/passwd')").complaint
    assert "nosuch" in buslens("query", recorded, "SELECT nosuch FROM calls").complaint
    assert "there is no format xml" in buslens("query", recorded, FAILED, "--to", "xml").complaint
    endless = "SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b"
    assert "stopped after 0.5 s" in buslens("query", recorded, endless, "--limit", "0.5").complaint


def test_a_number_in_a_pipe_is_never_broken(buslens: Program, recorded: str) -> None:
    said = buslens("query", recorded, "SELECT *, 123456789012345678 AS long FROM calls LIMIT 2").out.splitlines()
    assert len(said) == 3, "a row is a line"
    assert all(line.split()[-1] == "123456789012345678" for line in said[1:])


def test_payloads_errors_and_fates_can_be_asked_for(buslens: Program, recorded: str) -> None:
    lost = "SELECT count(*) AS n FROM dispatches WHERE fate = 'lost' AND payload->>'id' IS NOT NULL"
    assert json.loads(buslens("query", recorded, lost, "--to", "json").out)[0]["n"] > 0
    why = "SELECT DISTINCT error_type FROM calls WHERE error_type IS NOT NULL"
    assert json.loads(buslens("query", recorded, why, "--to", "json").out) == [{"error_type": "CardDeclined"}]


def test_a_query_with_letters_that_the_locale_lacks_is_what_the_terminal_sent(buslens: Program, recorded: str) -> None:
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    said = buslens("query", recorded, "SELECT 'é😀' AS x", "--to", "json", **plain)
    assert json.loads(said.out) == [{"x": "é😀"}]


def test_a_query_that_is_no_text_is_refused_in_one_sentence(buslens: Program, recorded: str) -> None:
    complaint = buslens("query", recorded, os.fsdecode(b"SELECT '\xff' AS x")).complaint
    assert complaint == "buslens: the query holds letters that are not UTF-8"
