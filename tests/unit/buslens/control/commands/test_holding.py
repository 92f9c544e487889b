"""`holding`: only for who holds; a wrong point or decision changes nothing, and is said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from buslens.control.client import NoAnswer
from tests.helpers.controlled import Running, running
from tests.helpers.holding import Holder


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path / "session") as made:
        yield made


@pytest.fixture
def holder(process: Running) -> Iterator[Holder]:
    made = Holder(process)
    yield made
    made.close()


def test_whoever_does_not_hold_is_refused(process: Running) -> None:
    with pytest.raises(NoAnswer, match="nothing is held here for you"):
        process.ask("holding", holder="nobody")


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"points": [{}]}, "at an event, a handler"),
        ({"points": [{"event": 3}]}, "are texts"),
        ({"points": [{"event": "a", "if": "1"}]}, "has no 'if'"),
        ({"points": [{"event": "a", "where": [["n", "=~", 1]]}]}, "compares nothing"),
        ({"points": [{"event": "a"}] * 201}, "at most 200"),
        ({"points": ["a"]}, "is an object"),
        ({"what": 1}, "knows no 'what'"),
    ],
)
def test_what_is_wrong_is_refused(holder: Holder, fields: dict[str, Any], why: str) -> None:
    holder.points({"event": "a"})
    with pytest.raises(NoAnswer, match=why):
        holder.ask(**fields)
    assert holder.ask()["hits"] == [0]


def test_what_cannot_be_decided_is_said_and_holding_goes_on(holder: Holder) -> None:
    assert "let is go or drop" in holder.ask(let="edit", number=1)["let_why_not"]
    assert "one delivery" in holder.ask(let="go", number=-1, args=[1])["let_why_not"]
    assert holder.ask(let="go", number=7)["let"] == 0
    assert holder.ask()["held"] == []
