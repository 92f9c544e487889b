"""What a person sees who opens a capture without a scenario: the capture, and no empty panels beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.helpers.make_trace import shop_bytes


def test_a_capture_has_the_room_of_the_panels_that_need_a_scenario(window: Any, tmp_path: Path) -> None:
    capture = tmp_path / "shop.buslens"
    capture.write_bytes(shop_bytes(3))
    window.open(capture)
    assert not window.panels.shown & {"scenario", "emit"}
    scenario = tmp_path / "ping.yaml"
    scenario.write_text("buslens: 1\nevents: {ping: {}}\n", encoding="utf-8")
    window.open(scenario)
    assert window.panels.shown >= {"scenario", "emit"}


def test_a_panel_that_was_closed_stays_closed_and_one_that_was_brought_back_stays(window: Any, tmp_path: Path) -> None:
    capture = tmp_path / "shop.buslens"
    capture.write_bytes(shop_bytes(3))
    window.panels.toggle("emit")
    window.open(capture)
    window.panels.show("scenario")
    window.open(capture)
    assert "scenario" in window.panels.shown
    window.wiring.remember()
    assert "emit" not in window.panels.shown
