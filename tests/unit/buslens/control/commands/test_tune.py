"""`tune` refuses what it does not know, before it changes anything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyee.base import EventEmitter

from buslens.control.client import NoAnswer
from tests.helpers.controlled import Running, running


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path / "session") as made:
        yield made


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"payloads": "keys", "only": ["zeromq"]}, "no bus is called 'zeromq' now"),
        ({"payloads": "keys", "except": "pyee"}, "except is a list"),
        ({"payloads": "keys", "only": [5]}, "only is a list of texts"),
        ({"payloads": "keys", "redact": False}, "tune knows no 'redact'"),
        ({"payloads": "everything"}, "off, keys or full"),
    ],
)
def test_what_is_wrong_changes_nothing(process: Running, fields: dict[str, Any], why: str) -> None:
    emitter = EventEmitter()
    emitter.on("x", print)
    with pytest.raises(NoAnswer, match=why):
        process.ask("tune", **fields)
    told = process.ask("look")
    assert told["payloads"] == "full"
    assert process.listed(emitter)["recorded"]


def test_what_is_not_named_stays(process: Running) -> None:
    emitter = EventEmitter()
    emitter.on("x", print)
    process.ask("tune", only=["blinker"])
    told = process.ask("tune", payloads="off")
    assert (told["payloads"], told["only"]) == ("off", ["blinker"])
    told = process.ask("tune", **{"except": ["pyee"]})
    assert (told["payloads"], told["only"], told["except"]) == ("off", None, ["pyee"])
