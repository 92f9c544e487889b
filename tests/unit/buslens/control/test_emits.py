"""An event gets into an object of each library as the program would put it there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from buslens.control.client import NoAnswer
from buslens.control.emits import WAYS
from tests.helpers.controlled import running


def test_blinker_and_django_are_sent_by_their_own_names(tmp_path: Path) -> None:
    blinker = pytest.importorskip("blinker")
    with running(tmp_path / "session", "blinker") as process:
        named = blinker.Namespace().signal("ordered")
        seen: list[Any] = []

        def receiver(sender: Any, **kwargs: Any) -> None:
            seen.append((sender, kwargs))

        named.connect(receiver)
        bus = process.bus(named).name
        told = process.ask("emit", bus=bus, event="ordered", args=["web"], kwargs={"id": 7}, on="thread")
        assert told["said"] == f"ordered on {bus} was emitted on a thread of buslens"
        assert seen == [("web", {"id": 7})]
        for wrong in ({"event": "other"}, {"event": "ordered", "args": [1, 2]}):
            with pytest.raises(NoAnswer, match=r"its event is 'ordered'|one positional argument"):
                process.ask("emit", bus=bus, on="thread", **wrong)


def test_django_signals_are_sent_without_a_sender(tmp_path: Path) -> None:
    dispatch = pytest.importorskip("django.dispatch")
    with running(tmp_path / "session", "django") as process:
        signal, seen = dispatch.Signal(), []

        def receiver(sender: Any, signal: Any, **named: Any) -> None:
            seen.append((sender, named))

        signal.connect(receiver)
        bus = process.listed(signal)
        process.ask("emit", bus=bus["bus"], event=bus["events"][0], kwargs={"id": 7}, on="thread")
        assert seen == [(None, {"id": 7})]
        with pytest.raises(NoAnswer, match="without a sender"):
            process.ask("emit", bus=bus["bus"], event=bus["events"][0], args=[1])


def test_other_libraries_cannot_and_say_so(tmp_path: Path) -> None:
    psygnal = pytest.importorskip("psygnal")

    class Shop:
        ordered = psygnal.Signal(int)

    with running(tmp_path / "session", "psygnal") as process:
        shop = Shop()
        shop.ordered.connect(lambda _: None)
        shop.ordered.emit(1)
        bus = process.listed(shop.ordered)
        assert bus["emits"] == ""
        assert bus["how"] == f"nothing can be emitted by hand into psygnal: only into {', '.join(sorted(WAYS))}"
        with pytest.raises(NoAnswer, match="nothing can be emitted by hand into psygnal"):
            process.ask("emit", bus=bus["bus"], event="ordered")
