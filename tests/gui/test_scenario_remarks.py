"""What a person sees of mistakes that stop a run later, and of what may be meant otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

SHOP = """buslens: 1
events:
  order.placed: {schema: {type: object, properties: {id: {type: integer}}}, sample: {id: one}}
  parcel: {sample: {zip: 01234}}
handlers:
  reserve: {on: order.placed, do: [{wait: 1ms}]}
script: [{emit: order.placed, with: {id: 1}}]
"""


def opened(window: Any, tmp_path: Path, text: str) -> Any:
    path = tmp_path / "shop.yaml"
    path.write_text(text, encoding="utf-8")
    window.open(path)
    return window.scenario.remarks


def test_remarks_are_said_softly_and_lead_to_their_line(window: Any, qtbot: Any, tmp_path: Path) -> None:
    remarks = opened(window, tmp_path, SHOP)
    qtbot.waitUntil(remarks.isVisible)
    assert remarks.link.text() == "1 mistake and 1 warning"
    assert not window.errors.isVisible(), "it opens all the same"
    remarks.fill_menu()
    first = remarks.menu.actions()[0]
    assert first.text().startswith("line 3: the sample of order.placed breaks its own schema")
    first.trigger()
    assert window.scenario.tree.key == ("event", "order.placed")


def test_a_scenario_with_nothing_to_say_has_no_line(window: Any, qtbot: Any, tmp_path: Path) -> None:
    remarks = opened(window, tmp_path, SHOP)
    qtbot.waitUntil(remarks.isVisible)
    fine = SHOP.replace("one", "1").replace("01234", "'01234'")
    remarks = opened(window, tmp_path, fine)
    qtbot.waitUntil(lambda: not remarks.isVisible())
    assert remarks.found.mistakes == remarks.found.warnings == ()
