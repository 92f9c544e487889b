"""`buslens map`: what it writes, where, and what it says to a mistake."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from app.start import start
from bus.capture import capture
from bus.export.maps import MAP_FORMATS
from tests.helpers.make_trace import make_trace


@pytest.fixture
def shop(tmp_path: Path) -> str:
    path = tmp_path / "shop.buslens"
    capture.save(make_trace(10), path)
    return str(path)


def test_it_prints_every_edge_when_nothing_else_is_asked(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert start(["map", shop]) == 0
    assert "MainThread → order.placed: 10 dispatches\n" in capsys.readouterr().out


def test_it_writes_a_file_in_the_format_that_is_asked_for(shop: str, tmp_path: Path) -> None:
    out = tmp_path / "map.svg"
    assert start(["map", shop, "--to", "svg", "-o", str(out)]) == 0
    assert ElementTree.parse(out).getroot().tag.endswith("svg")


def test_only_what_is_around_an_event(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert start(["map", shop, "--to", "json", "--around", "order.paid", "--depth", "1"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {node["text"] for node in told["nodes"]} == {"charge_card", "order.paid", "send_mail"}


def test_names_that_begin_alike_as_one(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert start(["map", shop, "--to", "json", "--group", "--no-idle"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [node["members"] for node in told["nodes"] if node["text"] == "order.*"] == [2]


def test_a_name_that_is_not_there_gets_one_that_is(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert start(["map", shop, "--around", "order.plced"]) != 0
    assert "nothing on the map is called order.plced (did you mean order.placed" in capsys.readouterr().err


def test_a_format_that_is_not_there_gets_those_that_are(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert start(["map", shop, "--to", "png"]) != 0
    err = capsys.readouterr().err
    assert "there is no format png for maps" in err
    assert all(each.id in err for each in MAP_FORMATS)
