"""The adapter that docs/adapters.md shows is one: short, and transparent by the kit that the page shows too."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import buslens
from buslens import adapters
from buslens.adapters import Adapter
from buslens.records import Outcome
from tests.helpers.pages import ROOT, pages
from tests.unit.buslens.facts import Facts

(PAGE,) = [page for page in pages() if page.path == ROOT / "docs" / "adapters.md"]
LIBRARY, ADAPTER, PROOF = [block.text for block in PAGE.blocks if block.language == "python"]


@pytest.fixture(autouse=True)
def tinybus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The library of the page, with its adapter in the list."""
    (tmp_path / "tinybus.py").write_text(LIBRARY, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    import tinybus  # type: ignore[import-not-found]

    name = "buslens.adapters.tinybus"
    module = ModuleType(name)
    place = Path(adapters.__file__).with_name("tinybus.py")
    exec(compile(ADAPTER, str(place), "exec"), vars(module))  # the page's own
    monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setattr(adapters, "ADAPTERS", (*adapters.ADAPTERS, Adapter("tinybus", "buses", "1.0")))
    yield tinybus
    sys.modules.pop("tinybus", None)
    adapters._hooks_of.cache_clear()


def reserve(order: int) -> None: ...


def decline(order: int) -> None:
    raise ValueError("declined")


def test_it_is_short() -> None:
    lines = [line for line in ADAPTER.splitlines() if line.strip() and not line.startswith(("from ", "import ", '"""'))]
    assert len(lines) <= 55


def test_the_proof_of_the_page_holds() -> None:
    exec(compile(PROOF, "docs/adapters.md", "exec"), {"__name__": "proof"})


def test_an_emit_its_calls_and_its_subscriptions_are_recorded(tinybus: Any) -> None:
    bus = tinybus.Bus()
    bus.on("placed", reserve)
    probe = buslens.attach(bus)
    bus.on("placed", decline)
    bus.on("placed", reserve)
    with pytest.raises(ValueError, match="declined"):
        bus.emit("placed", 7)
    bus.off("placed", decline)
    facts = Facts(probe.recorder)
    dispatch = facts.one("placed")
    assert [(call.handler, call.outcome) for call in dispatch.calls] == [
        ("reserve", Outcome.OK),
        ("decline", Outcome.FAILED),
    ]
    assert [handler for _, handler, _ in facts.added] == ["reserve", "decline"]
    assert [handler for _, handler, _ in facts.removed] == ["decline"]
    assert facts.said_added[1]["file"] == __file__
