"""`buslens import`, and a scenario as AsyncAPI."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.start import start
from bus.scenario import load
from tests.unit.bus.asyncapi.documents import THIRD


def test_an_asyncapi_document_becomes_a_scenario_and_comes_back(tmp_path: Path) -> None:
    (tmp_path / "shop.asyncapi.yaml").write_text(THIRD, encoding="utf-8")
    assert start(["import", str(tmp_path / "shop.asyncapi.yaml"), "-o", str(tmp_path / "shop.yaml")]) == 0
    assert load(tmp_path / "shop.yaml").scenario.name == "Shop"
    assert start(["export", str(tmp_path / "shop.yaml"), "--to", "asyncapi", "-o", str(tmp_path / "again.json")]) == 0
    assert json.loads((tmp_path / "again.json").read_text(encoding="utf-8"))["asyncapi"] == "3.0.0"


def test_cloudevents_are_known_by_their_content(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    event = {"specversion": "1.0", "id": "1", "source": "s", "type": "order.placed", "data_base64": "AA=="}
    (tmp_path / "events.json").write_text(json.dumps([event]), encoding="utf-8")
    assert start(["import", str(tmp_path / "events.json")]) == 0
    captured = capsys.readouterr()
    assert "- emit: order.placed" in captured.out
    assert "carries bytes" in captured.err


def test_a_table_becomes_a_scenario_where_one_says_which_event_its_rows_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, schema, output = tmp_path / "orders.csv", tmp_path / "schema.json", tmp_path / "orders.yaml"
    table.write_text("ts,id\n1,7\n2.5,8\n", encoding="utf-8")
    schema.write_text(json.dumps({"type": "object", "properties": {"id": {"type": "string"}}}), encoding="utf-8")
    assert start(["import", str(table), "-o", str(output)]) != 0
    assert "which event each row is, is not said (say --event NAME" in capsys.readouterr().err
    asked = ["--event", "order.placed", "--time-column", "ts", "--schema", str(schema)]
    assert start(["import", str(table), *asked, "-o", str(output)]) == 0
    assert [(step.emit, step.at, step.with_) for step in load(output).scenario.script] == [
        ("order.placed", "0s", {"id": "7"}),
        ("order.placed", "1500ms", {"id": "8"}),
    ]
    assert start(["import", str(table), "--time-column", "ts", "-o", str(output)]) != 0
    assert "go with --event" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "told"), [(b"\xff\xfe", "is not UTF-8"), (b"buslens: 1", "not an AsyncAPI document")]
)
def test_what_cannot_be_read_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, told: str
) -> None:
    (tmp_path / "x").write_bytes(content)
    assert start(["import", str(tmp_path / "x")]) == 2
    assert told in capsys.readouterr().err
    assert start(["import", str(tmp_path / "gone")]) == 2
