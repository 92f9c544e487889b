"""The answer of a query in a file: whole, typed, with each column once, and nothing that a spreadsheet computes."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import duckdb
import pytest

from bus.errors import UserError
from bus.export import answer
from bus.sql.query import Query, QueryResult
from tests.helpers.make_trace import make_trace


def asked(text: str) -> QueryResult:
    return Query(make_trace(5), text).run()


MIXED = (
    "SELECT 1 AS n, NULL::BIGINT AS n, 1.5::DOUBLE AS share, '=1+1' AS text UNION ALL SELECT 2, 7, NULL, 'b' ORDER BY 1"
)


def test_csv_has_no_formulas(tmp_path: Path) -> None:
    answer.write(asked(MIXED), tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text(encoding="utf-8").splitlines() == ["n,n,share,text", "1,,1.5,'=1+1", "2,7,,b"]


ODD = (
    "SELECT 'nan'::DOUBLE AS n, 1.5 AS d, [1, 2] AS l, {'a': '-inf'::DOUBLE} AS s, 'ab'::BLOB AS b, "
    "DATE '2026-11-28' AS t, 12345678901234567890123456789.25 AS big, NULL AS nothing"
)


def test_what_json_lacks_is_a_text_and_lists_are_json_everywhere(tmp_path: Path) -> None:
    for name in ("a.json", "a.csv"):
        answer.write(asked(ODD), tmp_path / name)
    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    (row,) = json.loads(text, parse_constant=lambda found: pytest.fail(f"{found} is not JSON"))
    assert row == {
        "n": "nan", "d": 1.5, "l": [1, 2], "s": {"a": "-inf"}, "b": "6162", "t": "2026-11-28",
        "big": "12345678901234567890123456789.25", "nothing": None,
    }  # fmt: skip
    (cells,) = list(csv.reader((tmp_path / "a.csv").read_text(encoding="utf-8").splitlines()))[1:]
    assert cells == [
        "nan", "1.5", "[1, 2]", '{"a": "-inf"}', "6162", "2026-11-28", "12345678901234567890123456789.25", "",
    ]  # fmt: skip


def test_json_and_parquet_keep_types_and_call_no_two_columns_the_same(tmp_path: Path) -> None:
    for name in ("a.json", "a.parquet"):
        answer.write(asked(MIXED), tmp_path / name)
    first, second = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert first == {"n": 1, "n_2": None, "share": 1.5, "text": "=1+1"}
    assert second == {"n": 2, "n_2": 7, "share": None, "text": "b"}
    found = duckdb.read_parquet(str(tmp_path / "a.parquet"))
    assert found.fetchall() == [(1, None, 1.5, "=1+1"), (2, 7, None, "b")]
    assert [str(kind) for kind in found.types] == ["INTEGER", "BIGINT", "DOUBLE", "VARCHAR"]


def test_an_answer_without_rows_is_a_file_too(tmp_path: Path) -> None:
    answer.write(asked("SELECT id, payload FROM dispatches WHERE false"), tmp_path / "a.parquet")
    assert duckdb.read_parquet(str(tmp_path / "a.parquet")).columns == ["id", "payload"]


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"cannot be written as \.xml"):
        answer.write(asked("SELECT 1"), tmp_path / "a.xml")
