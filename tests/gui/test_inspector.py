"""What a person gets who looks at one dispatch or call."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel

from buslens.records import Outcome
from tests.gui.shop_trace import Shop
from tests.helpers.planted import Story
from ui.panels.inspector.facts import describe
from ui.panels.inspector.links import RecordLinkButton
from ui.panels.inspector.panel import InspectorPanel
from ui.selection import Selection
from ui.theme import ThemeSource
from ui.widgets.json_tree import JsonTree


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def selection(qapp: Any) -> Selection:
    return Selection()


@pytest.fixture
def panel(qtbot: Any, shop: Shop, selection: Selection) -> InspectorPanel:
    panel = InspectorPanel(shop.session, selection, ThemeSource())
    qtbot.addWidget(panel)
    panel.resize(320, 760)
    panel.show()
    return panel


def timing(panel: InspectorPanel) -> dict[str, str]:
    assert panel.facts is not None
    return dict(panel.facts.timing)


def links(panel: InspectorPanel, part: Any) -> list[str]:
    """The names in a list of links, from top to bottom."""
    return [button.accessibleName() for button in part.findChildren(RecordLinkButton) if not button.isHidden()]


def rows(tree: JsonTree) -> list[tuple[str, str]]:
    """Name and value of each row that is open."""
    found, index = [], tree.nodes.index(0, 0)
    while index.isValid():
        found.append((str(index.data()), str(index.siblingAtColumn(1).data())))
        index = tree.indexBelow(index)
    return found


def test_nothing_selected_says_what_to_do(panel: InspectorPanel) -> None:
    assert panel.facts is None
    assert not panel.head.isVisible()
    assert any("Click an emit" in label.text() for label in panel.findChildren(QLabel) if label.isVisible())


def test_a_dispatch_shows_its_payload_as_an_open_tree(panel: InspectorPanel, shop: Shop, selection: Selection) -> None:
    root, _charge = shop.order(4)
    selection.select("dispatch", root)
    assert panel.head.name.text() == "order.placed"
    assert rows(panel.payload.tree) == [
        ("id", "4"),
        ("items", "[1 item]"),
        ("[0]", "{1 field}"),
        ("sku", '"A-1"'),
    ]


def test_a_dispatch_shows_its_latency_and_what_it_caused(
    panel: InspectorPanel, shop: Shop, selection: Selection
) -> None:
    root, _charge = shop.order(1, declined=True)
    selection.select("dispatch", root)
    assert timing(panel)["Latency"] == "8.00 ms"
    assert timing(panel)["Failed"] == "1 call"
    assert panel.head.outcome.text() == "failed"
    assert links(panel, panel.effects) == [
        "call reserve_stock  #2  5.00 ms",
        "dispatch order.paid  #3",
        "call charge_card  #4  failed, 2.00 ms",
    ]
    assert links(panel, panel.causes) == []


def test_a_call_shows_its_way_down_from_the_root(panel: InspectorPanel, shop: Shop, selection: Selection) -> None:
    root, charge = shop.order(1)
    selection.select("call", charge + 1)
    assert panel.head.name.text() == "send_mail"
    assert links(panel, panel.causes) == [
        f"dispatch order.placed  #{root}",
        "call reserve_stock  #2  5.00 ms",
        "dispatch order.paid  #3",
    ]
    assert (timing(panel)["Queue delay"], timing(panel)["Duration"]) == ("7.00 ms", "1.00 ms")


def test_a_click_on_a_cause_goes_there(panel: InspectorPanel, shop: Shop, selection: Selection, qtbot: Any) -> None:
    root, charge = shop.order(1)
    selection.select("call", charge)
    qtbot.mouseClick(panel.causes.findChildren(RecordLinkButton)[0], Qt.MouseButton.LeftButton)
    assert (selection.kind, selection.id) == ("dispatch", root)
    assert panel.head.name.text() == "order.placed"


def test_a_failed_call_shows_type_message_and_traceback_as_plain_text(
    panel: InspectorPanel, shop: Shop, selection: Selection
) -> None:
    _root, charge = shop.order(3, declined=True)
    selection.select("call", charge)
    assert panel.error.isVisible()
    assert panel.error.type.text() == "ValueError"
    assert panel.error.message.text() == "card of order 3 declined: <b>no money</b>"
    assert panel.error.message.textFormat() == Qt.TextFormat.PlainText
    assert "Traceback" in panel.error.traceback.toPlainText()
    selection.select("call", charge + 1)
    assert not panel.error.isVisible()


def test_the_line_that_raised_is_one_click_away(
    panel: InspectorPanel, shop: Shop, selection: Selection, qtbot: Any
) -> None:
    _root, charge = shop.order(3, declined=True)
    selection.select("call", charge)
    with qtbot.waitSignal(panel.source_wanted) as wanted:
        qtbot.mouseClick(panel.error.source, Qt.MouseButton.LeftButton)
    assert Path(wanted.args[0]).name == "shop_trace.py"


def test_the_handlers_own_line_is_offered_only_where_it_is_on_this_machine(
    panel: InspectorPanel, shop: Shop, selection: Selection
) -> None:
    _root, charge = shop.order(1)
    selection.select("call", 2)
    assert panel.head.source.text() == "shop_trace.py:30"
    assert panel.head.source.isEnabled()
    selection.select("call", charge)
    assert panel.head.source.text() == "shop.py:9"
    assert not panel.head.source.isEnabled()
    assert "not on this machine" in panel.head.source.toolTip()


def test_log_lines_of_a_call_are_shown(panel: InspectorPanel, shop: Shop, selection: Selection) -> None:
    shop.order(9)
    selection.select("call", 2)
    assert panel.facts is not None
    assert panel.facts.log == ("0.001 000  reserving 9",)


def test_a_lost_emit_says_that_nobody_listened(panel: InspectorPanel, shop: Shop, selection: Selection) -> None:
    selection.select("dispatch", shop.unheard())
    assert panel.head.outcome.text() == "lost"
    assert timing(panel)["Latency"] == "– (nobody listened)"
    assert "without a payload" in panel.payload.note.text()


def test_a_running_call_goes_on_while_it_is_looked_at(
    panel: InspectorPanel, shop: Shop, selection: Selection, qtbot: Any
) -> None:
    call = shop.running()
    selection.select("call", call)
    shop.now += 3_000_000
    shop.recorder.mark("a sign of life")
    shop.arrive()
    panel.refresh_records()
    qtbot.waitUntil(lambda: timing(panel)["Duration"] == "3.00 ms so far")
    shop.recorder.call_ended(call, Outcome.OK)
    shop.arrive()
    panel.refresh_records()
    qtbot.waitUntil(lambda: timing(panel)["Duration"] == "3.00 ms")


def test_more_effects_than_fit_are_counted(panel: InspectorPanel, shop: Shop, selection: Selection) -> None:
    record = shop.recorder
    root = record.next_id()
    record.dispatch(root, 0, shop.paid, shop.lane, 500, None, False)
    for _ in range(500):
        call = record.next_id()
        record.call_started(call, root, shop.mail, shop.lane)
        record.call_ended(call, Outcome.OK)
    shop.arrive()
    selection.select("dispatch", root)
    assert len(links(panel, panel.effects)) == 60
    assert any(label.text() == "… and 440 more" for label in panel.effects.findChildren(QLabel))


def test_a_payload_that_is_no_json_is_shown_as_text(panel: InspectorPanel, shop: Shop, selection: Selection) -> None:
    ident = shop.recorder.next_id()
    shop.recorder.dispatch(ident, 0, shop.paid, shop.lane, 0, object())
    shop.arrive()
    selection.select("dispatch", ident)
    shown = panel.payload.text.toPlainText() if panel.payload.text.isVisible() else str(rows(panel.payload.tree))
    assert "object" in shown


def test_a_deep_chain_of_causes_shows_its_lower_end(panel: InspectorPanel, shop: Shop, selection: Selection) -> None:
    record, call = shop.recorder, 0
    for _ in range(300):
        dispatch = record.next_id()
        record.dispatch(dispatch, call, shop.paid, shop.lane, 1, None, False)
        call = record.next_id()
        record.call_started(call, dispatch, shop.mail, shop.lane)
    shop.arrive()
    selection.select("call", call)
    assert panel.facts is not None
    assert panel.facts.causes_hidden
    assert panel.facts.causes[-1].id == dispatch


def test_value_and_path_of_a_payload_can_be_copied(qtbot: Any) -> None:
    tree = JsonTree(ThemeSource())
    qtbot.addWidget(tree)
    tree.set_value({"items": [{"sku": "A-1"}]})
    items = tree.nodes.index(0, 0)
    first = tree.nodes.index(0, 0, items)
    tree.setCurrentIndex(tree.nodes.index(0, 0, first))
    tree.copy_path()
    assert QGuiApplication.clipboard().text() == "items[0].sku"
    tree.copy_value()
    assert QGuiApplication.clipboard().text() == "A-1"


def test_a_long_list_is_opened_a_part_at_a_time(qtbot: Any) -> None:
    tree = JsonTree(ThemeSource())
    qtbot.addWidget(tree)
    tree.set_value(list(range(100_000)))
    shown = tree.nodes.rowCount()
    assert 0 < shown < 1000
    tree.nodes.fetchMore(tree.rootIndex())
    assert tree.nodes.rowCount() > shown


def test_a_value_of_a_payload_is_followed_through_the_capture_by_a_search(qtbot: Any) -> None:
    tree = JsonTree(ThemeSource())
    qtbot.addWidget(tree)
    tree.set_value({"items": [{"sku": "A 1"}], "id": 13})
    searches: list[str] = []
    tree.follow_wanted.connect(searches.append)
    for index in (tree.nodes.index(1, 0), tree.nodes.index(0, 0, tree.nodes.index(0, 0, tree.nodes.index(0, 0)))):
        tree.setCurrentIndex(index)
        tree.follow_value()
    tree.setCurrentIndex(tree.nodes.index(0, 0))  # a list is not a value that could be found again
    tree.follow_value()
    tree.set_value([{"id": 1}])
    tree.setCurrentIndex(tree.nodes.index(0, 0, tree.nodes.index(0, 0)))
    tree.follow_value()
    assert searches == ["payload.id=13", 'payload.items[0].sku="A 1"', "payload[0].id=1"]


def test_a_call_says_where_it_was_seen_and_one_that_runs_where_it_waits() -> None:
    story = Story()
    call = story.begin(story.emit("order", 1), "pay", "order")
    began = story.now
    story.wait(300)
    story.end(call)
    story.stood("pay", "order", [["/srv/shop/main.py", 44, "lookup"]], began, length_ms=250)
    waiting = story.begin(story.emit("ask", 1), "ask", "ask")
    story.awaits(waiting, "/srv/shop/main.py:9 in reply, which awaits Event.wait")
    trace = story.trace()
    for each, told in (
        (call, ("Seen at", "/srv/shop/main.py:44 in lookup, for 250 ms")),
        (waiting, ("Seen to wait at", "/srv/shop/main.py:9 in reply, which awaits Event.wait")),
    ):
        facts = describe(trace, "call", each)
        assert facts is not None
        assert told in facts.timing
