"""What a person gets who asks the trace in SQL from the window."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from bus.scenario.samples import SAMPLES
from bus.sql.tables import TABLES
from tests.helpers.window_run import run_to_its_end
from ui.panels.sql.tab import SqlTab

PATIENCE_MS = 60_000


@pytest.fixture
def sql(window: Any, qtbot: Any) -> SqlTab:
    window.session.open(SAMPLES[0].path)
    run_to_its_end(window, qtbot)
    tab: SqlTab = window.tables.sql
    window.tables.tabs.setCurrentWidget(tab)
    return tab


def answered(sql: SqlTab, qtbot: Any, text: str) -> list[list[str]]:
    sql.text.setPlainText(text)
    sql.window().activateWindow()
    sql.text.setFocus()
    qtbot.keyClick(sql.text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(
        lambda: sql.status.text().endswith(("row", "rows")) or bool(sql.status.property("wrong")), timeout=PATIENCE_MS
    )
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
    assert "nosuch" in sql.status.text()


def test_an_answer_about_the_run_before_leads_nowhere_and_says_so(sql: SqlTab, window: Any, qtbot: Any) -> None:
    found = answered(sql, qtbot, "SELECT id FROM calls LIMIT 1")
    run_to_its_end(window, qtbot)
    assert sql.status.text() == "about what was in view before: run the query again"
    sql.view.activated.emit(sql.answer.index(0, 0))
    assert not window.selection.kind, "the run in view gives the same id to something else"
    assert [[str(sql.answer.index(0, 0).data())]] == found
    answered(sql, qtbot, "SELECT id FROM calls LIMIT 1")
    sql.view.activated.emit(sql.answer.index(0, 0))
    assert window.selection.kind == "call"


def test_a_double_click_on_a_row_with_an_id_selects_it_everywhere(sql: SqlTab, window: Any, qtbot: Any) -> None:
    found = answered(sql, qtbot, "SELECT id FROM calls WHERE outcome = 'failed' LIMIT 1")
    sql.view.activated.emit(sql.answer.index(0, 0))
    assert (window.selection.kind, window.selection.id) == ("call", int(found[0][0]))


def test_a_ready_made_query_runs_at_once(sql: SqlTab, qtbot: Any) -> None:
    sql.ready.activated.emit(sql.ready.findText("Lost events"))
    qtbot.waitUntil(lambda: sql.status.text().endswith(("row", "rows")), timeout=PATIENCE_MS)
    assert sql.answer.index(0, 0).data() == "mail.sent"


def test_a_query_without_end_can_be_cancelled(sql: SqlTab, qtbot: Any) -> None:
    sql.text.setPlainText("SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b")
    sql.go.click()
    assert sql.stop.isEnabled()
    sql.stop.click()
    assert sql.status.text() == "cancelled"
    assert not sql.stop.isEnabled()


def test_tables_and_columns_are_listed_and_a_click_puts_one_in(sql: SqlTab) -> None:
    branches = [sql.schema.topLevelItem(place) for place in range(sql.schema.topLevelItemCount())]
    assert [branch.text(0) for branch in branches if branch is not None] == list(TABLES)
    calls = next(branch for branch in branches if branch is not None and branch.text(0) == "calls")
    column = next(calls.child(place) for place in range(calls.childCount()) if calls.child(place).text(0) == "event")
    sql.text.setPlainText("")
    sql.text.insert("SELECT")
    sql.schema.itemClicked.emit(column, 0)
    sql.text.insertPlainText(" FROM")
    sql.schema.itemActivated.emit(calls, 0)
    assert sql.text.toPlainText() == "SELECT event FROM calls"


def test_rows_are_copied_with_their_headings(sql: SqlTab, qtbot: Any) -> None:
    answered(sql, qtbot, "SELECT 1.5 AS price, 'a\tb' AS name UNION ALL SELECT 2.5, '=1+1' ORDER BY price")
    sql.view.selectAll()
    qtbot.keyClick(sql.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == "price\tname\n1.5\ta b\n2.5\t'=1+1\n"
    qtbot.keyClick(sql.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert QApplication.clipboard().text().startswith("1.5\t")


@pytest.mark.parametrize("ending", ["csv", "json", "parquet"])
def test_an_answer_is_written_as_a_file(sql: SqlTab, qtbot: Any, tmp_path: Path, ending: str) -> None:
    answered(sql, qtbot, "SELECT handler, count(*) AS n, count(*) AS n FROM calls WHERE outcome = 'failed' GROUP BY 1")
    path = tmp_path / f"answer.{ending}"
    sql.write_answer(path)
    qtbot.waitUntil(lambda: sql.status.text() == f"wrote {path}", timeout=PATIENCE_MS)
    if ending == "csv":
        assert path.read_text().splitlines() == ["handler,n,n", "charge_card,7,7"]
    elif ending == "json":
        assert json.loads(path.read_text()) == [{"handler": "charge_card", "n": 7, "n_2": 7}]
    else:
        assert duckdb.read_parquet(str(path)).fetchall() == [("charge_card", 7, 7)]
    sql.write_answer(tmp_path / "answer.xml")
    qtbot.waitUntil(lambda: "cannot be written as .xml" in sql.status.text(), timeout=PATIENCE_MS)
