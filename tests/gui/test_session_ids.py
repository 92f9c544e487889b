"""Ids of records of several processes, in every place where a person reads, types or follows one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bus.capture import capture
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
