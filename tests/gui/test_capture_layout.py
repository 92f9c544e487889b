"""What a person sees who opens a capture without a scenario: the capture, and no empty panels beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bus.scenario.samples import SAMPLES
from tests.helpers.make_trace import shop_bytes
from tests.helpers.patience import PATIENCE_S


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
    window.wiring.appearance.remember()
    assert "emit" not in window.panels.shown


def test_the_line_between_tree_and_form_stays_where_it_was_put(window: Any) -> None:
    window.scenario.set_split(0.6)
    window.wiring.appearance.remember()
    assert window.store.read().scenario_split == 0.6


def test_a_right_click_offers_to_emit_again_what_is_selected(window: Any) -> None:
    window.open(SAMPLES[0].path)
    window.session.emit("order.placed", {"id": 1, "total": 1.5, "express": False})
    assert window.session.wait(PATIENCE_S)
    window.bridge.touch()
    window.selection.select("dispatch", int(window.session.trace.dispatches.id[0]))
    again = {action.objectName(): action for action in window.timeline.input.for_selected}["dispatch.emit_again"]
    assert again.isEnabled()
    again.trigger()
    assert window.session.wait(PATIENCE_S)
    events = [window.session.trace.names.text(int(each)) for each in window.session.trace.dispatches.event]
    assert events.count("order.placed") == 2
