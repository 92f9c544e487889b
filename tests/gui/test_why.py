"""Why, in the window: from what is selected to the answer, and from each sentence to what it rests on."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QContextMenuEvent, QImage, QPainter

from bus.analysis.why import PartKind, PathPart, Subject
from bus.capture import capture
from tests.helpers.large import count_as_large
from tests.helpers.planted import Story
from ui.timeline.lane_menu import LaneMenu
from ui.timeline.lettering import Lettering
from ui.timeline.path_looks import paint_piece, words

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


def path_of(window: Any) -> list[tuple[str, str, int]]:
    """Kind, words and call of each piece of the lane of the critical path."""
    return [(str(each.part.kind), each.part.text, each.call) for each in window.timeline.picture.path]


def on_path(window: Any, share: float) -> QPoint:
    """A place in the lane of the critical path: this share of its length."""
    place, pieces = window.timeline.place, window.timeline.picture.path
    x = pieces[0].left + share * (pieces[-1].right - pieces[0].left)
    return QPoint(round(place.left + x), place.path_top + place.path_height // 2)


def test_the_critical_path_is_a_lane_of_the_timeline_whose_pieces_lead_to_their_calls(
    shop: Any, qtbot: Any, ids: dict[str, int]
) -> None:
    timeline = shop.timeline
    shop.selection.select("call", ids["pay"])
    before = timeline.place.lanes_top
    assert not timeline.place.path_height
    timeline.setFocus()
    qtbot.keyClick(timeline, Qt.Key.Key_Y, Qt.KeyboardModifier.ShiftModifier)
    assert timeline.place.lanes_top > before
    assert ("blocked", "behind report", ids["report"]) in path_of(shop)
    assert path_of(shop)[-1] == ("own time", "pay itself", ids["pay"])
    pieces = timeline.picture.path
    assert pieces[0].left >= 0
    assert pieces[-1].right <= timeline.viewport.width
    assert all(left.right >= right.left for left, right in pairwise(pieces)), "no gap between them"
    timeline.look_at(QPointF(on_path(shop, 0.5)), QPoint())
    assert shop.status.hover.text() == "40 ms blocked: behind report"
    qtbot.mouseClick(timeline, Qt.MouseButton.LeftButton, pos=on_path(shop, 0.5))
    assert (shop.selection.kind, shop.selection.id) == ("call", ids["report"])
    assert timeline.place.path_height, "it stays while its pieces are looked at"


def test_the_lane_of_the_critical_path_goes_with_the_selection(shop: Any, qtbot: Any, ids: dict[str, int]) -> None:
    timeline, ask = shop.timeline, shop.wiring.actions["why.late"]
    shop.selection.select("call", ids["pay"])
    for goes in (
        lambda: shop.selection.select("call", ids["stuck"]),
        shop.selection.clear,
        lambda: click(qtbot, shop.tables.why.questions, 0),
        shop.wiring.actions["capture.clear"].trigger,
    ):
        shop.selection.select("call", ids["pay"])
        ask.trigger()
        assert timeline.place.path_height
        goes()
        qtbot.waitUntil(lambda: not timeline.place.path_height, timeout=PATIENCE_MS)


def test_what_is_inferred_or_unknown_of_a_path_is_marked_without_colour(shop: Any, ids: dict[str, int]) -> None:
    path = partial(PathPart, text="some", start_ns=0, end_ns=1_000_000)
    known, inferred, unknown = (
        pixels_of(path(kind), shop.themes.theme) for kind in (PartKind.OWN, PartKind.AWAITS, PartKind.UNKNOWN)
    )
    lowest = slice(-4, None)
    assert all(len(set(row)) == 1 for row in known[lowest]), "nothing stands at its lower edge"
    assert any(len(set(row)) > 1 for row in inferred[lowest]), "dots"
    assert all(len(set(row)) > 1 for row in unknown[lowest]), "hatched"
    assert words(path(PartKind.AWAITS)).endswith("(inferred)")
    assert words(path(PartKind.UNKNOWN)) == "1 ms unknown: some"


def pixels_of(part: PathPart, theme: Any) -> list[list[int]]:
    """A piece as it is painted, without its left edge: rows of colours."""
    image = QImage(60, 20, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    paint_piece(painter, theme, Lettering(painter.font()), QRectF(0, 0, 60, 20), part)
    painter.end()
    return [[image.pixel(x, y) for x in range(4, 58)] for y in range(20)]


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


def test_a_question_over_a_large_trace_can_be_cancelled_and_asked_again(
    shop: Any, qtbot: Any, ids: dict[str, int]
) -> None:
    why = shop.tables.why
    count_as_large(why, 0)
    assert not why.cancel.isVisible()
    shop.tables.ask_why(Subject("call", ids["pay"]))
    assert why.cancel.isVisible()
    qtbot.mouseClick(why.cancel, Qt.MouseButton.LeftButton)
    assert not why.cancel.isVisible()
    qtbot.waitUntil(lambda: not why.busy, timeout=PATIENCE_MS)
    assert why.shown is None
    assert why.hint.accessibleName() == "Cancelled"
    shop.tables.ask_why(Subject("call", ids["pay"]))
    qtbot.waitUntil(lambda: why.shown is not None, timeout=PATIENCE_MS)
    assert not why.cancel.isVisible()


def test_of_two_questions_the_newer_is_answered_and_the_older_ended(shop: Any, qtbot: Any, ids: dict[str, int]) -> None:
    why = shop.tables.why
    count_as_large(why, 0)
    why.ask(Subject("call", ids["pay"]))
    why.ask(Subject("call", ids["stuck"]))
    qtbot.waitUntil(lambda: why.shown is not None, timeout=PATIENCE_MS)
    assert why.shown.subject.id == ids["stuck"]


def test_an_empty_list_of_what_is_pending_has_nothing_to_scroll(window: Any, qtbot: Any) -> None:
    window.resize(700, 500)
    tab = window.tables.pending
    window.tables.tabs.setCurrentWidget(tab)
    qtbot.waitUntil(tab.view.isVisible, timeout=PATIENCE_MS)
    tab.refresh_now()
    assert not tab.view.horizontalScrollBar().isVisible()
