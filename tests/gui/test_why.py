"""Why, in the window: from what is selected to the answer, and from each sentence to what it rests on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent

from bus.analysis.why import Subject
from bus.capture import capture
from tests.helpers.large import count_as_large
from tests.helpers.planted import Story
from ui.timeline.lane_menu import LaneMenu

PATIENCE_MS = 60_000


@pytest.fixture
def ids() -> dict[str, int]:
    return {}


@pytest.fixture
def shop(window: Any, qtbot: Any, tmp_path: Path, ids: dict[str, int]) -> Any:
    """The window with a capture: pay fails behind a slow report, mail is skipped, a call never ends."""
    story = Story()
    for each in ("report", "pay", "mail"):
        story.on(each, "order")
    ids["order"] = story.emit("order", 3)
    ids["report"] = story.call(ids["order"], "report", "order", ms=40)
    ids["pay"] = story.call(ids["order"], "pay", "order", ms=5, error=ValueError("declined"))
    story.recorder.skipped(ids["order"], story.handler("mail", "order"), ids["pay"], "")
    ids["lost"] = story.emit("ordre", cause=ids["pay"])
    ids["stuck"] = story.begin(story.emit("tick", 1), "beat", "tick")
    story.wait(30)
    story.heard("order", "report")
    capture.save(story.trace(), tmp_path / "shop.buslens")
    window.open(tmp_path / "shop.buslens")
    qtbot.waitUntil(
        lambda: window.session.loading is None and len(window.session.trace.calls) == 4, timeout=PATIENCE_MS
    )
    return window


def questions(window: Any) -> list[str]:
    listed = window.tables.why.questions
    return [listed.item(place).text() for place in range(listed.count())]


def sentences(window: Any) -> list[str]:
    listed = window.tables.why.reasons
    return [listed.item(place).text() for place in range(listed.count())]


def click(qtbot: Any, listed: Any, place: int) -> None:
    item = listed.item(place)
    listed.scrollToItem(item)
    qtbot.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=listed.visualItemRect(item).center())


def test_from_a_failed_call_to_what_led_to_it_in_three_clicks(shop: Any, qtbot: Any, ids: dict[str, int]) -> None:
    why = shop.tables.why
    shop.selection.select("call", ids["pay"])
    shop.wiring.actions["why.ask"].trigger()
    assert why.isVisible()
    assert questions(shop)[:3] == ["Why did pay fail?", "Why did pay run?", "Why did pay end so late?"]
    assert why.short.text().startswith("pay failed because ValueError: declined was raised")
    click(qtbot, why.questions, 2)
    assert why.short.text().startswith("45 ms in all: 40 ms (89 %) behind report")
    assert sum(part.length_ns for part, _ in why.path.parts) >= 45_000_000
    click(qtbot, why.reasons, 0)
    assert (shop.selection.kind, shop.selection.id) == ("call", ids["report"])
    assert why.short.text().startswith("45 ms in all")  # the answer stays while its links are followed


def test_a_piece_of_the_critical_path_leads_to_its_call(shop: Any, qtbot: Any, ids: dict[str, int]) -> None:
    why = shop.tables.why
    shop.tables.ask_why(Subject("call", ids["pay"]))
    click(qtbot, why.questions, 2)
    qtbot.mouseClick(why.path, Qt.MouseButton.LeftButton, pos=QPoint(why.path.width() // 2, 5))
    assert shop.selection.id == ids["report"]
    found = why.path.part_at(1)
    assert found is not None


def test_a_handler_that_did_not_run_is_asked_about_by_name(shop: Any, qtbot: Any, ids: dict[str, int]) -> None:
    shop.tables.ask_why(Subject("dispatch", ids["order"]))
    asked = questions(shop)
    assert "Why did mail not run for order?" in asked
    click(qtbot, shop.tables.why.questions, asked.index("Why did mail not run for order?"))
    assert sentences(shop)[0] == (
        f"1.  mail was skipped because pay (call #{ids['pay']}), which came before it, raised ValueError: declined."
    )


def test_a_right_click_offers_only_what_can_be_answered_there(shop: Any, qtbot: Any, ids: dict[str, int]) -> None:
    timeline = shop.timeline
    shop.selection.select("call", ids["stuck"])
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(5, 5), timeline.mapToGlobal(QPoint(5, 5)))
    timeline.input.context(event)
    menu = timeline.findChild(LaneMenu)
    assert menu is not None
    assert menu.actions()[0].text() == "Why?"
    offered = [action.text() for action in timeline.input.why.actions()]
    assert offered[0] == "What does beat wait for?"
    assert not any("fail" in each for each in offered)
    timeline.input.why.actions()[0].trigger()
    menu.close()
    assert shop.tables.why.isVisible()
    assert "is not known to wait for anything on the bus" in sentences(shop)[0]


def test_an_empty_place_of_a_lane_asks_why_its_handler_did_not_run(shop: Any, qtbot: Any) -> None:
    timeline = shop.timeline
    qtbot.waitUntil(lambda: len(timeline.scene.lanes) > 0, timeout=PATIENCE_MS)
    lane = next(lane for lane in timeline.scene.lanes if lane.title == "mail")
    at = QPoint(timeline.place.left + 40, timeline.place.lanes_top + lane.top - timeline.scene.bar.value() + 6)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, timeline.mapToGlobal(at))
    timeline.input.context(event)
    offered = [action.text() for action in timeline.input.why.actions()]
    timeline.findChild(LaneMenu).close()
    assert any(each.startswith("Why did mail not run at ") for each in offered)
    assert any(each.startswith("What did mail listen to at ") for each in offered)


def test_the_cone_is_a_filter_that_the_same_key_takes_away(shop: Any, ids: dict[str, int]) -> None:
    shop.selection.select("dispatch", ids["lost"])
    shop.wiring.actions["flow.cone"].trigger()
    assert shop.filter_state.text == f"cone:{ids['lost']}"
    assert shop.tables.calls.shown == 1
    assert shop.tables.dispatches.shown == 2
    shop.wiring.actions["flow.cone"].trigger()
    assert shop.filter_state.text == ""


def test_pending_lists_what_has_not_ended_and_says_so_where_nothing_is(
    shop: Any, qtbot: Any, ids: dict[str, int]
) -> None:
    tab = shop.tables.pending
    shop.tables.tabs.setCurrentWidget(tab)
    assert tab.title == "Pending 1"
    texts = [column.text(0) for column in tab.model.columns]
    assert texts[2] == f"beat (call #{ids['stuck']})"
    assert "is not known to wait for anything on the bus" in texts[3]
    place = tab.view.visualRect(tab.model.index(0, 2)).center()
    qtbot.mouseClick(tab.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert (shop.selection.kind, shop.selection.id) == ("call", ids["stuck"])
    shop.wiring.actions["capture.clear"].trigger()
    qtbot.waitUntil(lambda: tab.model.rowCount() == 0, timeout=PATIENCE_MS)
    assert tab.view.hint.startswith("Nothing is pending")


def test_a_large_trace_is_looked_through_beside_the_window(shop: Any, qtbot: Any, ids: dict[str, int]) -> None:
    count_as_large(shop.tables.why, 0)
    count_as_large(shop.tables.pending, 0)
    shop.tables.ask_why(Subject("call", ids["pay"]))
    assert shop.tables.why.shown is None
    qtbot.waitUntil(lambda: shop.tables.why.shown is not None, timeout=PATIENCE_MS)
    assert questions(shop)[0] == "Why did pay fail?"
    shop.tables.tabs.setCurrentWidget(shop.tables.pending)
    qtbot.waitUntil(lambda: shop.tables.pending.title == "Pending 1", timeout=PATIENCE_MS)


def test_an_answer_about_a_trace_that_was_replaced_is_dropped(shop: Any, qtbot: Any, ids: dict[str, int]) -> None:
    why = shop.tables.why
    count_as_large(why, 0)
    shop.tables.ask_why(Subject("call", ids["pay"]))
    shop.wiring.actions["capture.clear"].trigger()
    qtbot.waitUntil(lambda: not why.busy, timeout=PATIENCE_MS)
    assert why.shown is None
