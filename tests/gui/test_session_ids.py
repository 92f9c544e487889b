"""Ids of records of several processes, in every place where a person reads, types or follows one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bus.capture import capture
from bus.trace.processes import DIED, JoinedProcess
from tests.gui.test_sql import answered
from tests.unit.bus.programs.played import Played, S, trace_of
from ui.panels.inspector.links import RecordLinkButton
from ui.timeline import words


@pytest.fixture
def window_of_two(window: Any, tmp_path: Path) -> Any:
    """Two processes; each emits an event and another one inside its handler."""
    played = []
    for number, name in enumerate(("web.py", "worker.py")):
        made = Played(name, 4711 + number)
        call = made.emit(f"{name[:-3]}.began", at=(1 + number) * S)
        made.emit(f"{name[:-3]}.went", at=(3 + number) * S, parent=call)
        played.append(made)
    path = tmp_path / "both.buslens"
    capture.save(trace_of(*played), path)
    window.session.open(path)
    window.bridge.touch()
    return window


def test_ids_are_short_and_a_link_leads_to_the_record_of_its_own_process(window_of_two: Any, qtbot: Any) -> None:
    window = window_of_two
    trace = window.session.trace
    began, went = trace.dispatches.id[1], trace.dispatches.id[3]
    window.selection.select("dispatch", went)
    qtbot.waitUntil(lambda: "dispatch #2:3" in window.inspector.head.number.text())
    links = window.inspector.findChildren(RecordLinkButton)
    (link,) = [each for each in links if each.accessibleName().startswith("dispatch worker.began")]
    assert "#2:1" in link.toolTip()
    link.click()
    assert (window.selection.kind, window.selection.id) == ("dispatch", int(began))
    assert "dispatch 2:3" in words.about_dispatch(window.timeline.scene.content, 3)
    table = window.tables.dispatches
    assert [table.model.index(row, 0).data() for row in range(4)] == ["1", "2:1", "3", "2:3"]


def test_a_typed_id_finds_the_record(window_of_two: Any, qtbot: Any) -> None:
    window = window_of_two
    window.toolbar.search.setText("#2:3")
    window.toolbar.search.apply()
    table = window.tables.dispatches
    qtbot.waitUntil(lambda: [table.model.index(row, 0).data() for row in range(table.model.rowCount())] == ["2:3"])


def test_an_answer_of_sql_shows_them_so_and_asks_for_them_by_process_and_number(window_of_two: Any, qtbot: Any) -> None:
    sql = window_of_two.tables.sql
    window_of_two.tables.tabs.setCurrentWidget(sql)
    found = answered(sql, qtbot, "SELECT id, event, id + 0 AS number FROM dispatches WHERE id = id(2, 3)")
    assert found == [["2:3", "worker.went", str((1 << 40) + 3)]]
    sql.view.activated.emit(sql.answer.index(0, 0))
    assert window_of_two.selection.id == (1 << 40) + 3


def test_the_lanes_of_each_process_stand_together_below_its_name(window_of_two: Any) -> None:
    scene = window_of_two.timeline.scene
    lanes = list(scene.lanes)
    assert [(lane.process, lane.title) for lane in lanes] == [
        ("1: web.py 4711", "on_web.began"),
        ("", "on_web.went"),
        ("2: worker.py 4712", "on_worker.began"),
        ("", "on_worker.went"),
    ]
    third = lanes[2]
    assert third.outer_top == lanes[1].bottom
    assert third.top == third.outer_top + third.head
    assert scene.lanes.at(third.outer_top) is None, "the name is no lane"
    assert scene.lanes.at(third.top) is third
    assert third in scene.lanes.between(third.outer_top, third.outer_top + 1), "the name is painted where it is in view"
    assert words.about_lane(scene.content, third).splitlines()[1] == "2: worker.py 4712"
    assert words.lane_in_a_line(scene.content, third) == "2: worker.py 4712  ·  1 call, 0 failed"


def test_what_became_of_a_process_is_said_as_soon_as_it_is_known(window_of_two: Any) -> None:
    trace, content = window_of_two.session.trace, window_of_two.timeline.scene.content
    trace.processes.tell(JoinedProcess(1, "worker.py 4712", DIED))
    content.take_in(None)
    assert [lane.process for lane in content.lanes if lane.process][1] == "2: worker.py 4712  ·  killed or crashed"
