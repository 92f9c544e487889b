"""What a key does stands in the table of commands alone; a command that is offered is what its key does."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence

import ui
from ui.actions import ACTIONS
from ui.compare.strips import Strips

ROOM = Path(str(ui.__file__)).parent
PATIENCE_MS = 60_000
SHOP = """buslens: 1
engine: pyee
events: {order.placed: {}}
handlers: {charge: {on: order.placed, do: [wait: 5ms]}}
script: [{emit: order.placed, times: 20, every: 10ms}]
"""

KEYS_OF_THEIR_OWN = {
    "panels/map/bar.py": {"Esc"},
    # A map is moved and enlarged by the same keys as the timeline.
    "panels/map/canvas.py": {"+", "-", "Down", "Esc", "Home", "Left", "Right", "S", "Up", "W"},
    "panels/sql/editor.py": {"Esc"},
    "panels/tables/view.py": {"End", "Left", "Right"},  # to the newest row; a group is opened and closed
    "widgets/palette.py": {"Up", "Down"},
    "widgets/search_line.py": {"Esc"},
}
"""Files of widgets in which keys that count on the timeline mean something else while they have the focus."""


@pytest.fixture
def timeline(window: Any, qtbot: Any, tmp_path: Path) -> Any:
    """That of a window after a run, with the focus."""
    path = tmp_path / "shop.yaml"
    path.write_text(SHOP, encoding="utf-8")
    window.open(path)
    window.choices.set_speed(math.inf)
    window.wiring.actions["run.start"].trigger()
    qtbot.waitUntil(lambda: window.session.engine_state.phase == "finished", timeout=PATIENCE_MS)
    window.bridge.touch()
    window.activateWindow()
    window.wiring.actions.run("timeline.focus")
    qtbot.waitUntil(window.timeline.hasFocus, timeout=PATIENCE_MS)
    return window.timeline


def test_no_other_file_names_the_key_of_a_command() -> None:
    ours = {QKeySequence(key).toString() for action in ACTIONS for key in action.shortcuts}
    answered = {name: keys & ours for name, keys in keys_named_in_sources().items() if keys & ours}
    assert answered == KEYS_OF_THEIR_OWN


@pytest.mark.parametrize("room", ["timeline", "compare"])
def test_where_the_keys_of_the_timeline_count_no_widget_answers_key_presses(room: str) -> None:
    answering = {path.name for path in (ROOM / room).rglob("*.py") if "KeyEvent" in path.read_text(encoding="utf-8")}
    assert not answering


def test_the_timelines_of_compare_answer_commands_of_the_timeline_with_the_same_keys(window: Any) -> None:
    strips = Strips(window.themes, window)
    by_title = {action.title: action for action in ACTIONS}
    answered = [by_title[action.text()] for action in strips.actions()]
    assert {"view.zoom_in", "view.pan_left", "view.fit"} <= {action.id for action in answered}
    assert {action.place for action in answered} == {"timeline"}
    assert [action.shortcuts() for action in strips.actions()] == [
        [QKeySequence(key) for key in action.shortcuts] for action in answered
    ]


def test_without_a_selection_a_key_does_what_its_command_offers(window: Any, timeline: Any, qtbot: Any) -> None:
    timeline.verbs.measure(300, 400)
    assert window.wiring.actions["lane.next"].isEnabled()
    qtbot.keyClick(timeline, Qt.Key.Key_Period)
    first = window.selection.id
    assert window.selection.kind == "dispatch"
    qtbot.keyClick(timeline, Qt.Key.Key_Escape)
    assert (window.selection.kind, timeline.scene.markers.ruler) == ("", None), "the ruler goes as well"
    qtbot.keyClick(timeline, Qt.Key.Key_Comma)
    assert window.selection.id > first


def test_arrows_and_signs_are_other_keys_of_the_same_commands(timeline: Any, qtbot: Any) -> None:
    wide = timeline.viewport.span_ns
    qtbot.keyClick(timeline, Qt.Key.Key_Plus)
    near = timeline.viewport
    assert near.span_ns < wide
    qtbot.keyClick(timeline, Qt.Key.Key_Left)
    assert timeline.viewport.start_ns < near.start_ns
    qtbot.keyClick(timeline, Qt.Key.Key_Right)
    qtbot.keyClick(timeline, Qt.Key.Key_Minus)
    assert timeline.viewport.span_ns > near.span_ns


def test_end_follows_and_stays_in_turn_as_its_tick_says(window: Any, timeline: Any, qtbot: Any) -> None:
    follow = window.wiring.actions["view.follow"]
    for _ in range(2):
        before = timeline.following
        qtbot.keyClick(timeline, Qt.Key.Key_End)
        assert timeline.following is not before
        assert follow.isChecked() is timeline.following


def keys_named_in_sources() -> dict[str, set[str]]:
    """The keys that each file but the table names, by `Qt.Key` or in a QKeySequence, in Qt's spelling."""
    found: dict[str, set[str]] = {}
    for path in ROOM.rglob("*.py"):
        if path.name != "actions.py":
            text = path.read_text(encoding="utf-8")
            named = [QKeySequence(getattr(Qt.Key, key)) for key in re.findall(r"\bKey\.(Key_\w+)", text)]
            written = [QKeySequence(keys) for keys in re.findall(r'QKeySequence\("([^"]+)"\)', text)]
            found[path.relative_to(ROOM).as_posix()] = {each.toString() for each in (*named, *written)}
    return found
