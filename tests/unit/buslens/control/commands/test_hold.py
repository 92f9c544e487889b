"""`hold`: answered when it is over; refused where another one holds already, or where nobody says who asks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from buslens.control.client import NoAnswer
from tests.helpers.controlled import Running, running


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path / "session") as made:
        yield made


def test_it_is_not_answered_before_it_is_over_and_then_says_so(process: Running) -> None:
    process.control.program.breaks.silent_ns = 1
    raw = process.raw()
    assert "hold" in raw.line()["commands"]
    raw.send(json.dumps({"id": 1, "do": "hold", "holder": "w"}).encode() + b"\n")
    assert raw.line() == {"id": 1, "ok": True, "said": "nothing is held any more; 0 deliveries go on"}
    raw.close()


@pytest.mark.parametrize(
    ("fields", "why"), [({}, "needs a holder"), ({"holder": 3}, "is a text"), ({"holder": "w", "x": 1}, "knows no 'x'")]
)
def test_what_is_wrong_is_refused(process: Running, fields: dict[str, object], why: str) -> None:
    with pytest.raises(NoAnswer, match=why):
        process.ask("hold", **fields)
