"""What a person gets who emits by hand."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from bus.errors import UserError
from bus.scenario import reading
from bus.trace.resend import RecordedEmit
from ui.panels.emit.history import brief_payload
from ui.panels.emit.panel import EmitPanel
from ui.panels.emit.rate import RateEmitter
from ui.theme import ThemeSource

SHOP = """
buslens: 1
name: Shop
engine: pyee
events:
  order.placed:
    schema: {type: object, required: [id], properties: {id: {type: integer}, total: {type: number}}}
    sample: {id: 1, total: 99.5}
  order.paid: {}
handlers: {}
script: []
"""


def scenario_named(name: str, text: str) -> SimpleNamespace:
    return SimpleNamespace(scenario=reading.scenario_of(text, name), path=Path(name), title=name)


class EmittingSession:
    """Remembers what it was asked to emit."""

    def __init__(self, text: str = SHOP) -> None:
        self.document: Any = scenario_named("shop.yaml", text)
        self.engine_state = SimpleNamespace(phase="idle")
        self.emitted: list[tuple[str, object, int]] = []
        self.refuses = False
        self.against: list[bool] = []

    def emit(
        self,
        event: str,
        payload: object,
        times: int = 1,
        per_second: float | None = None,
        *,
        against_schema: bool = False,
    ) -> None:
        self.against.append(against_schema)
        if self.refuses:
            raise UserError("the engine is stopping", hint="wait a moment")
        self.emitted.append((event, payload, times))


@pytest.fixture
def session() -> EmittingSession:
    return EmittingSession()


@pytest.fixture
def panel(qtbot: Any, session: EmittingSession) -> EmitPanel:
    panel = EmitPanel(session, ThemeSource())  # type: ignore[arg-type]
    qtbot.addWidget(panel)
    panel.resize(320, 480)
    panel.show()
    return panel


def test_the_first_event_and_its_sample_stand_ready(panel: EmitPanel) -> None:
    assert panel.form.event_box.currentText() == "order.placed"
    assert panel.form.payload.value() == {"id": 1, "total": 99.5}


def test_ctrl_return_in_the_payload_emits_once(panel: EmitPanel, session: EmittingSession, qtbot: Any) -> None:
    panel.activateWindow()
    panel.form.payload.setFocus()
    qtbot.keyClick(panel.form.payload, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert session.emitted == [("order.placed", {"id": 1, "total": 99.5}, 1)]


def test_emit_many_asks_for_as_many_as_the_number_says(panel: EmitPanel, session: EmittingSession, qtbot: Any) -> None:
    panel.form.times.setValue(25)
    assert panel.form.many.text() == "Emit ×25"
    qtbot.mouseClick(panel.form.many, Qt.MouseButton.LeftButton)
    assert [times for _event, _payload, times in session.emitted] == [25]


def test_a_payload_that_the_schema_forbids_is_marked_and_not_emitted(
    panel: EmitPanel, session: EmittingSession, qtbot: Any
) -> None:
    panel.form.payload.set_value({"id": "one"})
    assert not panel.form.once.isEnabled()
    assert [problem.path for problem in panel.form.payload.problems] == [("id",)]
    panel.emit_once()
    assert session.emitted == []


def test_an_event_without_a_sample_is_emitted_without_a_payload(panel: EmitPanel, session: EmittingSession) -> None:
    panel.form.event_box.setCurrentText("order.paid")
    panel.emit_once()
    assert session.emitted == [("order.paid", None, 1)]


def test_a_name_that_the_scenario_does_not_know_may_be_emitted_and_is_pointed_out(
    panel: EmitPanel, session: EmittingSession
) -> None:
    panel.form.event_box.setCurrentText("order.plcaed")
    assert panel.form.unknown.isVisible()
    panel.emit_once()
    assert session.emitted[0][0] == "order.plcaed"


def test_what_was_written_for_an_event_is_there_when_one_comes_back_to_it(panel: EmitPanel) -> None:
    panel.form.payload.set_value({"id": 7})
    panel.form.event_box.setCurrentText("order.paid")
    panel.form.event_box.setCurrentText("order.placed")
    assert panel.form.payload.value() == {"id": 7}
    panel.form.sample.click()
    assert panel.form.payload.value() == {"id": 1, "total": 99.5}


def test_the_history_emits_again_what_was_emitted_then(panel: EmitPanel, session: EmittingSession) -> None:
    panel.emit_once()
    panel.form.payload.set_value({"id": 2})
    panel.emit_once()
    panel.form.history_view.selectRow(1)
    panel.emit_again()
    assert [payload for _event, payload, _times in session.emitted] == [
        {"id": 1, "total": 99.5},
        {"id": 2},
        {"id": 1, "total": 99.5},
    ]


def test_the_same_emit_again_only_counts_in_the_history(panel: EmitPanel) -> None:
    panel.emit_once()
    panel.emit_many()
    assert panel.form.history.rowCount() == 1
    assert panel.form.history.data(panel.form.history.index(0, 1)) == "order.placed ×11"


def test_why_nothing_was_emitted_is_said_under_the_buttons(panel: EmitPanel, session: EmittingSession) -> None:
    session.refuses = True
    panel.emit_once()
    assert "the engine is stopping" in panel.form.error.text()
    assert panel.form.error.isVisible()
    assert panel.form.history.rowCount() == 0


def test_an_empty_name_is_asked_for(panel: EmitPanel, session: EmittingSession) -> None:
    panel.form.event_box.setCurrentText("")
    panel.emit_once()
    assert "name of an event" in panel.form.error.text()
    assert session.emitted == []


def test_a_rate_emits_until_it_is_stopped(panel: EmitPanel, session: EmittingSession, qtbot: Any) -> None:
    panel.form.per_second.setValue(200)
    panel.form.at_rate.click()
    assert panel.form.at_rate.text() == "Stop"
    qtbot.waitUntil(lambda: sum(times for _e, _p, times in session.emitted) >= 5)
    panel.form.at_rate.click()
    assert not panel.rate.running
    assert panel.form.at_rate.text() == "Repeat"


def test_a_rate_keeps_its_pace_whatever_the_timer_does(qapp: Any) -> None:
    now = [0.0]
    rate = RateEmitter(clock=lambda: now[0])
    made: list[int] = []
    rate.due.connect(made.append)
    rate.start(100)
    now[0] = 0.5
    rate.turn()
    now[0] = 0.505
    rate.turn()
    rate.stop()
    assert made == [1, 50]


def test_hiding_the_panel_stops_the_rate(panel: EmitPanel) -> None:
    panel.rate.start(10)
    panel.hide()
    assert not panel.rate.running


def test_a_payload_of_the_history_is_one_line() -> None:
    assert brief_payload('{\n  "id": 1\n}') == '{"id": 1}'
    assert brief_payload("") == "(no payload)"


def test_another_scenario_brings_its_own_events(panel: EmitPanel, session: EmittingSession, tmp_path: Path) -> None:
    session.document = scenario_named("shop.yaml", SHOP.replace("order.paid", "order.cancelled"))
    panel.refresh_document()
    assert panel.event_names() == ["order.placed", "order.cancelled"]
    assert panel.form.event_box.findText("order.cancelled") >= 0


def test_another_scenario_begins_with_its_own_events(panel: EmitPanel, session: EmittingSession) -> None:
    panel.form.payload.set_value({"id": 7})
    text = "buslens: 1\nname: Other\nevents:\n  a: {sample: {n: 1}}\n"
    session.document = scenario_named("other.yaml", text)
    panel.refresh_document()
    assert panel.form.event_box.currentText() == "a"
    assert panel.form.payload.value() == {"n": 1}


def test_an_event_that_is_renamed_stays_chosen_with_its_draft(panel: EmitPanel, session: EmittingSession) -> None:
    panel.form.payload.set_value({"id": 7})
    session.document.scenario = reading.scenario_of(SHOP.replace("order.placed", "order.made"), "shop.yaml")
    panel.refresh_document()
    assert panel.form.event_box.currentText() == "order.made"
    assert not panel.form.unknown.isVisible()
    assert panel.form.payload.value() == {"id": 7}


def test_what_a_capture_holds_is_emitted_again_at_once(panel: EmitPanel, session: EmittingSession) -> None:
    panel.emit_recorded(RecordedEmit("order.paid", '{"id": 3}'))
    assert session.emitted == [("order.paid", {"id": 3}, 1)]
    assert panel.form.history.entry(0).event == "order.paid"  # type: ignore[union-attr]


def test_what_a_capture_holds_only_in_part_is_not_emitted_as_if_it_were_whole(
    panel: EmitPanel, session: EmittingSession
) -> None:
    with pytest.raises(UserError, match="cut"):
        panel.emit_recorded(RecordedEmit("order.paid", "{}", "the recorded payload was cut"))
    panel.edit_recorded(RecordedEmit("order.paid", "{}", "the recorded payload was cut"))
    assert session.emitted == []
    assert "was cut" in panel.form.error.text()


def test_a_recorded_event_is_written_into_the_form_to_be_changed(panel: EmitPanel) -> None:
    panel.edit_recorded(RecordedEmit("order.placed", '{"id": 8}'))
    assert panel.form.event_box.currentText() == "order.placed"
    assert panel.form.payload.value() == {"id": 8}


def test_an_entry_of_the_history_can_be_changed_before_it_is_emitted_again(panel: EmitPanel) -> None:
    panel.form.payload.set_value({"id": 5})
    panel.emit_once()
    panel.form.event_box.setCurrentText("order.paid")
    panel.form.edit.click()
    assert panel.form.event_box.currentText() == "order.placed"
    assert panel.form.payload.value() == {"id": 5}


def test_a_payload_that_breaks_the_schema_is_emitted_where_that_is_meant(
    panel: EmitPanel, session: EmittingSession
) -> None:
    assert not panel.form.against.isEnabled()
    panel.form.payload.set_value({"id": "one"})
    panel.form.against.click()
    panel.form.once.click()
    assert session.emitted == [("order.placed", {"id": "one"}, 1)]
    assert session.against == [True]
    panel.form.payload.set_text('{"id": ')  # no JSON at all cannot be meant
    assert not panel.form.once.isEnabled()
    panel.form.payload.set_value({"id": 1})
    assert not panel.form.against.isChecked()


def test_the_buttons_stay_where_they_are_when_the_first_event_was_emitted(panel: EmitPanel, qtbot: Any) -> None:
    before = panel.form.once.mapTo(panel, QPoint())
    panel.emit_once()
    qtbot.waitUntil(lambda: panel.form.history.rowCount() == 1)
    QApplication.sendPostedEvents()
    assert panel.form.once.mapTo(panel, QPoint()) == before


def test_each_scenario_has_its_own_history(panel: EmitPanel, session: EmittingSession) -> None:
    first = session.document
    panel.emit_once()
    session.document = scenario_named("other.yaml", SHOP)
    panel.refresh_document()
    assert panel.form.history.rowCount() == 0
    assert not panel.form.again.isEnabled()
    session.document = first
    panel.refresh_document()
    assert panel.form.history.rowCount() == 1


def test_without_a_scenario_the_panel_says_why_nothing_can_be_emitted(
    panel: EmitPanel, session: EmittingSession
) -> None:
    session.document = None
    panel.refresh_document()
    assert panel.form.no_scenario.isVisible()
    assert not panel.form.once.isVisible()


def test_a_mistake_in_the_payload_is_not_under_the_scroll_bar(panel: EmitPanel, qtbot: Any) -> None:
    editor = panel.form.payload
    editor.set_text('{"id": "' + "x" * 200 + '"}')
    bar = editor.horizontalScrollBar()
    qtbot.waitUntil(bar.isVisible)
    message = editor._message
    assert message.isVisible()
    assert message.mapTo(editor, QPoint(0, message.height())).y() <= bar.mapTo(editor, QPoint()).y()
