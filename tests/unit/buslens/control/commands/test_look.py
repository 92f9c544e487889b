"""`look` says which buses there are, and when an emit by hand would be done."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyee.asyncio import AsyncIOEventEmitter
from pyee.base import EventEmitter

from buslens.control.commands.look import MOST_LISTED, look
from tests.helpers.controlled import running


async def test_each_bus_is_told_with_its_moment(tmp_path: Path) -> None:
    with running(tmp_path / "session") as process:
        plain, looped = EventEmitter(), AsyncIOEventEmitter()
        for emitter in (plain, looped):
            emitter.on("ordered", print)
        process.control.program.moments._loops.clear()  # as if the first had been used before any loop ran
        told = look(process.control.program, None, lambda: None)  # type: ignore[arg-type]
        names = [process.bus(emitter).name for emitter in (plain, looped)]
        first, second = (next(bus for bus in told["buses"] if bus["bus"] == name) for name in names)
        assert (first["emits"], second["emits"]) == ("next", "loop")
        assert first["how"].startswith("right after the program's next emit on this bus")
        assert second["how"].startswith("in the event loop of its bus")
        kept = {name: told[name] for name in ("payloads", "most", "only", "except")}
        assert kept == {"payloads": "full", "most": "full", "only": None, "except": []}


def test_of_very_many_the_first_are_listed_and_the_rest_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST_LISTED >= 100
    monkeypatch.setitem(look.__globals__, "MOST_LISTED", 2)
    with running(tmp_path / "session") as process:
        emitters = [EventEmitter() for _ in range(5)]
        for emitter in emitters:
            emitter.on("x", print)
        told = process.ask("look")
        assert len(told["buses"]) == 2
        assert told["more"] >= 3
