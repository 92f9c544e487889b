"""The Problems tab of the window: what went wrong in what is in view, what shows it, and what a person has muted."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox

from bus.analysis.problems import DETECTORS
from bus.capture import capture
from tests.helpers.patience import PATIENCE_S
from tests.helpers.planted import Story
from ui.panels.problems.mute_sheet import MuteSheet

PATIENCE_MS = 60_000
ON = Qt.MouseButton.LeftButton
SLIP = """\
buslens: 1
name: Slip
events: {user.deleted: {}, user.delted: {}}
handlers: {forget_user: {on: user.deleted, do: [{wait: 1ms}]}}
script: [{emit: user.deleted}, {wait: 300ms}, {emit: user.delted}, {wait: 500ms}, {emit: user.delted}]
"""


def heard_too_late(story: Story) -> Story:
    """`ready` reaches nobody: who listens once comes 2 ms later."""
    story.emit("ready")
    story.wait(2)
    story.on("start", "ready", once=True)
    story.off("start", "ready", once=True)
    return story


def saved(folder: Path, story: Story) -> Path:
    path = folder / "program.buslens"
    capture.save(story.trace(), path)
    return path


@pytest.fixture
def slip(window: Any, tmp_path: Path, qtbot: Any) -> Any:
    """The window after a run in which an event's name differs by a letter; and its list of problems, filled."""
    path = tmp_path / "slip.yaml"
    path.write_text(SLIP, encoding="utf-8")
    window.open(path)
    window.session.start(speed=math.inf)
    assert window.session.wait(PATIENCE_S)
    window.bridge.touch()
    found(window, qtbot)
    return window


def found(window: Any, qtbot: Any) -> Any:
    """The tab, once everything that is in view was looked at."""
    tab = window.tables.problems
    qtbot.waitUntil(lambda: tab.looker.is_current, timeout=PATIENCE_MS)
    return tab


def lines(window: Any) -> list[list[str]]:
    """What the list shows, headings included."""
    tree = window.tables.problems.list
    shown = []
    for place in range(tree.topLevelItemCount()):
        heading = tree.topLevelItem(place)
        shown.append([heading.text(0)])
        shown += [[heading.child(row).text(column) for column in range(4)] for row in range(heading.childCount())]
    return shown


def in_view(window: Any, time_ns: int) -> bool:
    view = window.timeline.viewport
    return bool(view.start_ns <= time_ns <= view.end_ns)


def mute(window: Any, qtbot: Any, button: Any, reason: str) -> None:
    qtbot.mouseClick(button, ON)
    sheet = next(each for each in window.findChildren(MuteSheet) if each.isVisible())
    ok = sheet.buttons.button(QDialogButtonBox.StandardButton.Ok)
    assert not ok.isEnabled()
    qtbot.keyClicks(sheet.reason, reason)
    qtbot.mouseClick(ok, ON)


def test_a_problem_is_told_in_plain_words_and_leads_to_what_shows_it(slip: Any, qtbot: Any) -> None:
    window, tab = slip, slip.tables.problems
    title = "user.delted reached nobody: forget_user listens to user.deleted, which differs by a letter"
    assert lines(window) == [["Problems (1)"], ["warning", title, "2", "slip.yaml:4"]]
    assert window.tables.tabs.tabText(window.tables.tabs.indexOf(tab)) == "Problems 1"
    assert tab.headline.text() == f"1 warning: {len(DETECTORS)} detectors looked at 3 dispatches, 1 call"
    window.wiring.actions.run("problem.next")
    dispatches = window.session.trace.dispatches
    assert (window.selection.kind, window.selection.id) == ("dispatch", dispatches.id[1])
    assert in_view(window, dispatches.emitted_ns[1])
    assert tab.detail.title.text() == title
    assert tab.detail.advice.text().startswith("Next: Correct the name")
    assert tab.detail.seen.text() == "Seen 2 times from 0.300000 s to 0.800000 s"
    assert tab.detail.place.text() == "1 of 2"
    qtbot.mouseClick(tab.detail.next, ON)
    assert window.selection.id == dispatches.id[2]
    assert in_view(window, dispatches.emitted_ns[2])
    assert not in_view(window, dispatches.emitted_ns[1])
    assert not tab.detail.next.isEnabled()
    qtbot.mouseClick(tab.detail.previous, ON)
    assert window.selection.id == dispatches.id[1]


def test_its_place_in_the_code_opens_where_all_places_do(slip: Any, qtbot: Any) -> None:
    window, tab = slip, slip.tables.problems
    window.wiring.actions.run("problem.next")
    wanted = []
    tab.source_wanted.connect(lambda file, line: wanted.append((Path(file).name, line)))
    tab.detail.evidence.setCurrentRow(0)
    assert wanted == []
    qtbot.keyClick(tab.detail.evidence, Qt.Key.Key_Return)
    assert wanted == [("slip.yaml", 4)]
    assert window.scenario.tree.currentItem().text(0) == "forget_user"


def test_looking_for_problems_takes_the_focus_from_nobody(slip: Any, qtbot: Any) -> None:
    window = slip
    window.wiring.actions.run("edit.filter")
    assert window.toolbar.search.hasFocus()
    window.tables.problems.looker.look_now()
    assert window.toolbar.search.hasFocus()
    assert window.tables.tabs.currentWidget() is window.tables.dispatches
    window.wiring.actions.run("problem.list")
    assert window.tables.problems.list.hasFocus()


def test_a_muted_problem_is_told_no_more_and_can_be_told_again(slip: Any, qtbot: Any, tmp_path: Path) -> None:
    window, tab = slip, slip.tables.problems
    window.wiring.actions.run("problem.next")
    mute(window, qtbot, tab.detail.mute, "known, ticket 12")
    assert lines(window) == []
    assert tab.title == "Problems"
    assert tab.headline.text().startswith(f"Healthy: {len(DETECTORS)} detectors looked at")
    body = json.loads((tmp_path / ".buslens" / "baseline.json").read_text(encoding="utf-8"))
    assert [each["reason"] for each in body["muted"]] == ["known, ticket 12"]
    tab.looker.look_now()
    assert lines(window) == [], "another look reads the file"
    tab.show_muted.setChecked(True)
    assert lines(window)[0] == ["Muted (1)"]
    assert lines(window)[1][1].endswith("(known, ticket 12)")
    window.wiring.actions.run("problem.next")
    assert "Muted: known, ticket 12" in tab.detail.seen.text()
    qtbot.mouseClick(tab.detail.unmute, ON)
    assert lines(window)[0] == ["Problems (1)"]


def test_all_of_now_is_known_and_what_comes_later_is_new(slip: Any, qtbot: Any, tmp_path: Path) -> None:
    window, tab = slip, slip.tables.problems
    mute(window, qtbot, tab.mute_all, "as it was in May")
    assert lines(window) == []
    path = tmp_path / "slip.yaml"
    path.write_text(
        SLIP.replace("{emit: user.deleted}", "{emit: user.deleted}, {emit: cache.gone}").replace(
            "events: {", "events: {cache.gone: {}, "
        ),
        encoding="utf-8",
    )
    window.open(path)
    window.session.start(speed=math.inf)
    assert window.session.wait(PATIENCE_S)
    window.bridge.touch()
    found(window, qtbot)
    assert [line[1] for line in lines(window)[1:]] == ["cache.gone reached nobody: nobody ever listened to it"]


def test_a_wrong_file_mutes_nothing_and_says_where(slip: Any, tmp_path: Path) -> None:
    window, tab = slip, slip.tables.problems
    path = tmp_path / ".buslens" / "baseline.json"
    path.parent.mkdir()
    path.write_text('{"buslens": 1, "muted": [\n  {"fingerprint": "0123456789abcdef"}]}', encoding="utf-8")
    tab.looker.look_now()
    assert tab.trouble.text() == f"{path}:2:3: mute 1 (0123456789abcdef) has no reason: nothing is muted"
    assert tab.new == 1
    before = path.read_bytes()
    with pytest.raises(Exception, match="no reason"):
        tab.looker.mute((lines(window)[1][1],), "why")
    assert path.read_bytes() == before


def test_a_capture_is_looked_at_and_another_one_forgets_what_was_found(window: Any, qtbot: Any, tmp_path: Path) -> None:
    window.open(saved(tmp_path, heard_too_late(Story())))
    tab = found(window, qtbot)
    assert "its first listener start came" in lines(window)[1][1]
    healthy = Story()
    healthy.on("log", "ready")
    healthy.heard("ready", "log")
    other = tmp_path / "other"
    other.mkdir()
    window.open(saved(other, healthy))
    found(window, qtbot)
    assert lines(window) == []
    assert "Nothing is wrong" in tab.list.hint
    assert tab.headline.text() == f"Healthy: {len(DETECTORS)} detectors looked at 1 dispatch, 1 call"
    window.wiring.actions.run("file.new")
    window.bridge.touch()
    assert tab.headline.text() == ""
    assert "Nothing to look at yet" in tab.list.hint


def test_the_status_bar_counts_problems_and_leads_to_them(slip: Any, qtbot: Any) -> None:
    count = slip.status.problems
    assert count.text() == "problems: 1 warning"
    assert "detectors looked at" in count.toolTip()
    slip.tables.tabs.setCurrentWidget(slip.tables.calls)
    qtbot.mouseClick(count, ON)
    assert slip.tables.problems.isVisible()
    looker = slip.tables.problems.looker
    looker.mute((looker.looked.problems.findings[0].fingerprint,), "known")
    assert count.text() == "0 problems"
    slip.wiring.actions["capture.clear"].trigger()
    qtbot.waitUntil(lambda: not count.text(), timeout=PATIENCE_MS)
    assert not count.isVisible()
