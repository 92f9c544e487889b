"""CSV and JSON lines as arrivals: what becomes of rows, and where a mistake is."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.arrivals.reading import ArrivalColumns, scenario_from_csv, scenario_from_json_lines
from bus.arrivals.scripted import VALUES_OF_STEP
from bus.errors import UserError
from bus.scenario import loads, tree
from bus.trace import Trace
from tests.helpers.told import events, payloads

PLACED = ArrivalColumns(event="order.placed", time_column="ts")
BY_COLUMN = ArrivalColumns(event_column="type")
ORDERS = """ts,id,total,vip,note
10.5,7,1.5,true,first
10,8,2,false,"two
lines"
12.25,9,,true,
"""


def test_rows_are_emitted_at_their_times_with_the_types_that_they_look_like(run: Callable[[str], Trace]) -> None:
    trace = run(scenario_from_csv(ORDERS, "orders.csv", PLACED).text)
    assert [round(int(at) / 1e9, 3) for at in trace.dispatches.emitted_ns - trace.dispatches.emitted_ns[0]] == [
        0, 0.5, 2.25,
    ]  # fmt: skip
    assert payloads(trace) == [
        {"id": 8, "total": 2.0, "vip": False, "note": "two\nlines"},
        {"id": 7, "total": 1.5, "vip": True, "note": "first"},
        {"id": 9, "vip": True},
    ]


def test_a_column_may_say_which_event_a_row_is(run: Callable[[str], Trace]) -> None:
    trace = run(scenario_from_csv("type;id\na;1\nb;2\n", "x", BY_COLUMN).text)
    assert events(trace) == ["a", "b"]


def test_json_lines_keep_their_values(run: Callable[[str], Trace]) -> None:
    text = '{"ts": "2026-11-29T12:00:00Z", "id": "7", "of": [1]}\n\n{"ts": "2026-11-29T12:00:01Z", "id": 8}\n'
    trace = run(scenario_from_json_lines(text, "x", PLACED).text)
    assert payloads(trace) == [{"id": "7", "of": [1]}, {"id": 8}]
    assert int(trace.dispatches.emitted_ns[1] - trace.dispatches.emitted_ns[0]) == 10**9


def test_a_line_of_json_ends_where_the_file_says_so(run: Callable[[str], Trace]) -> None:
    lines = '{"a": "x\u2028y"}\r\n{"a": "b\x85c"}\r\n'
    assert payloads(run(scenario_from_json_lines(lines, "x", ArrivalColumns(event="a")).text)) == [
        {"a": "x\u2028y"}, {"a": "b\x85c"},
    ]  # fmt: skip


def test_a_schema_says_what_cells_are(run: Callable[[str], Trace]) -> None:
    schema = {"type": "object", "properties": {"id": {"type": "string"}, "total": {"type": "integer"}}}
    columns = ArrivalColumns(event="a", schema=schema)
    made = scenario_from_csv("id,total\n7,2\n", "x", columns)
    assert loads(made.text).scenario.events["a"].schema_ == schema
    assert payloads(run(made.text)) == [{"id": "7", "total": 2}]
    with pytest.raises(UserError, match=r"x:3: column total: expected a whole number, found \"2.5\""):
        scenario_from_csv("id,total\n7,2\n8,2.5\n", "x", columns)


@pytest.mark.parametrize(
    ("text", "columns", "told"),
    [
        ("", PLACED, "x: the file is empty"),
        ("a,b\n1,2\n", PLACED, "x:1: there is no column ts (there are a, b)"),
        ("ts,\n1,2\n", PLACED, "x:1: column 2 has no name"),
        ("ts,ts\n1,2\n", PLACED, "x:1: two columns are called ts"),
        ("ts,a\n1,2\n3\n", PLACED, "x:3: expected 2 columns as in the first line, found 1"),
        ('ts,a\n1,"b\nc"\nsoon,2\n', PLACED, "x:4: column ts: expected seconds or a time such as"),
        ('ts,a\n1,"b" c\n', PLACED, "x:2: this is not CSV"),
        ("type,a\n,2\n", BY_COLUMN, 'x:2: column type: expected the name of an event, found ""'),
        (",".join(map(str, range(600))), PLACED, "x:1: there are 600 columns, at most 500 are read"),
    ],
)
def test_what_is_wrong_in_csv_is_told_with_its_line(text: str, columns: ArrivalColumns, told: str) -> None:
    with pytest.raises(UserError) as caught:
        scenario_from_csv(text, "x", columns)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"ts": 1}\n{"ts": }', "x:2:8: this is not JSON"),
        ("[1]", "x:1:1: expected a JSON object on each line"),
        ('{"id": 1}', "x:1:1: this has no ts"),
        ('{"ts": true}', "x:1: column ts: expected seconds"),
        ("[" * 100_000, "x:1:1: this is not JSON"),
        ('{"ts": 1, "n": 1e999}', "x:1:1: this is not JSON"),
    ],
)
def test_what_is_wrong_in_json_lines_is_told_with_its_place(text: str, told: str) -> None:
    with pytest.raises(UserError) as caught:
        scenario_from_json_lines(text, "x", PLACED)
    assert told in str(caught.value)


def test_more_rows_than_a_script_has_steps_are_cut_and_said() -> None:
    made = scenario_from_csv("ts,a\n" + "1,2\n" * 10_001, "x", PLACED)
    assert any("the first 10000 rows are taken" in note for note in made.notes)
    steps = made.text.count("- emit:")
    assert 4_000 < steps < tree.MAX_VALUES / (VALUES_OF_STEP + 3), "a scenario of more values is not opened"


@given(st.text('ab1,;\n\t"\r ', max_size=40))
def test_any_text_is_a_scenario_or_one_sentence(text: str) -> None:
    for read in (scenario_from_csv, scenario_from_json_lines):
        try:
            made: Any = read(text, "x", ArrivalColumns(event="a"))
        except UserError:
            continue
        loads(made.text)


@given(st.dictionaries(st.text(max_size=5), st.none() | st.integers() | st.text(max_size=5), max_size=3))
def test_any_object_is_a_payload_or_said_to_be_left_out(payload: dict[str, Any]) -> None:
    made = scenario_from_json_lines(json.dumps(payload), "x", ArrivalColumns(event="a"))
    (step,) = loads(made.text).scenario.script
    assert step.with_ is not None or "is left out" in "".join(made.notes)
