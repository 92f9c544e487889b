"""What the window asks a program for; what that answers is taken as text and numbers, whatever it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyee.base import EventEmitter

from bus.errors import UserError
from bus.programs import reaching
from bus.programs.reaching import HandEmitOrder, emit, look, tune
from tests.helpers.controlled import Running, running


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path / "session") as made:
        yield made


def test_it_is_looked_at_emitted_into_and_tuned(process: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    emitter, seen = EventEmitter(), []
    emitter.on("ordered", lambda *args, **kwargs: seen.append((args, kwargs)))
    stream, name = Path(process.stream), process.bus(emitter).name
    (bus,) = [each for each in look(stream, 0).buses if each.name == name]
    assert (bus.library, bus.events, bus.is_recorded, bus.can_emit) == ("pyee", ("ordered",), True, True)
    order = HandEmitOrder(name, "ordered", (7,), {"by": "hand"}, on_thread=True)
    assert emit(stream, 0, order) == f"ordered on {name} was emitted on a thread of buslens"
    assert seen == [((7,), {"by": "hand"})]
    assert any("from the window of Buslens" in mark for mark in process.marks)
    assert f"{name} is not recorded" in tune(stream, 0, "keys", [name])
    assert look(stream, 0).payloads == "keys"
    assert f"{name} is recorded again" in tune(stream, 0, "full", [])


def test_why_nothing_came_of_it_is_one_sentence(process: Running, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no bus is called 'x'|has no bus now"):
        emit(Path(process.stream), 0, HandEmitOrder("x", "ordered"))
    (tmp_path / "other").mkdir(mode=0o700)
    with pytest.raises(UserError, match="started without --control"):
        look(tmp_path / "other", 0)


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"buses": 5, "payloads": [], "most": "everything", "more": "x"},
        {"buses": [1, {"bus": 5, "events": "x", "emits": None}, {"events": [1, "y" * 9999]}]},
    ],
)
def test_an_answer_that_is_nonsense_is_nothing(told: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reaching, "_asked", lambda *_, **__: told)
    found = look(Path(), 0)
    assert (found.payloads, found.most_payloads, found.more) == ("off", "off", 0)
    assert all(len(event) <= 500 for bus in found.buses for event in bus.events)
