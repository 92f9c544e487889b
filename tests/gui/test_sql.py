"""What a person gets who asks the trace in SQL from the window."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt

from bus.scenario.samples import SAMPLES
from ui.panels.sql import SqlTab

PATIENCE_MS = 60_000


@pytest.fixture
def sql(window: Any, qtbot: Any) -> SqlTab:
    window.session.open(SAMPLES[0].path)
    window.session.start(speed=float("inf"))
    qtbot.waitUntil(lambda: window.session.engine_state.phase == "finished", timeout=PATIENCE_MS)
    tab: SqlTab = window.tables.sql
    window.tables.tabs.setCurrentWidget(tab)
    return tab


def answered(sql: SqlTab, qtbot: Any, text: str) -> list[list[str]]:
    sql.text.setPlainText(text)
    sql.window().activateWindow()
    sql.text.setFocus()
    qtbot.keyClick(sql.text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: sql.said.text().endswith("rows") or bool(sql.said.property("wrong")), timeout=PATIENCE_MS)
    model = sql.answer
    return [
        [str(model.index(row, column).data()) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def test_ctrl_return_asks_and_the_answer_is_a_table(sql: SqlTab, qtbot: Any) -> None:
    found = answered(sql, qtbot, "SELECT handler, count(*) AS n FROM calls WHERE outcome = 'failed' GROUP BY handler")
    assert found == [["charge_card", "7"]]
    assert sql.answer.headerData(1, Qt.Orientation.Horizontal) == "n"


def test_a_mistake_is_said_and_the_old_answer_stays(sql: SqlTab, qtbot: Any) -> None:
    answered(sql, qtbot, "SELECT 1 AS one")
    assert answered(sql, qtbot, "SELECT nosuch FROM calls") == [["1"]]
    assert "nosuch" in sql.said.text()


def test_a_double_click_on_a_row_with_an_id_selects_it_everywhere(sql: SqlTab, window: Any, qtbot: Any) -> None:
    found = answered(sql, qtbot, "SELECT id FROM calls WHERE outcome = 'failed' LIMIT 1")
    sql.view.activated.emit(sql.answer.index(0, 0))
    assert (window.selection.kind, window.selection.id) == ("call", int(found[0][0]))


def test_a_ready_made_query_runs_at_once(sql: SqlTab, qtbot: Any) -> None:
    sql.ready.activated.emit(sql.ready.findText("Lost events"))
    qtbot.waitUntil(lambda: sql.said.text().endswith("rows"), timeout=PATIENCE_MS)
    assert sql.answer.index(0, 0).data() == "mail.sent"


def test_a_query_without_end_can_be_cancelled(sql: SqlTab, qtbot: Any) -> None:
    sql.text.setPlainText("SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b")
    sql.go.click()
    assert sql.stop.isEnabled()
    sql.stop.click()
    assert sql.said.text() == "cancelled"
    assert not sql.stop.isEnabled()
