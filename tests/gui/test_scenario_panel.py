"""What a person gets who edits a scenario in the window."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QLineEdit

from bus import scenario
from bus.scenario.steps import VERBS
from tests.gui.scenario_shop import SHOP, opened_in, shown, write
from ui.panels.scenario.fields import fields_of_step
from ui.panels.scenario.panel import ScenarioPanel
from ui.theme import ThemeSource


@pytest.fixture
def session(tmp_path: Path) -> Any:
    return opened_in(tmp_path)


@pytest.fixture
def panel(qtbot: Any, session: Any) -> ScenarioPanel:
    return shown(qtbot, session, 320, 760)


def names(panel: ScenarioPanel, place: int) -> list[tuple[str, str]]:
    top = panel.tree.topLevelItem(place)
    assert top is not None
    children = [top.child(at) for at in range(top.childCount())]
    return [(child.text(0), child.text(1)) for child in children if child is not None]


def test_events_stand_there_with_the_number_of_their_handlers(panel: ScenarioPanel) -> None:
    assert names(panel, 1) == [("order.placed", "1 handler"), ("order.paid", "no handler")]
    assert names(panel, 2) == [("charge_card", "")]


def name_in_place(panel: ScenarioPanel, qtbot: Any, name: str) -> None:
    """Type it into the row that is new."""
    editor = panel.tree.findChild(QLineEdit)
    assert editor is not None
    editor.selectAll()
    qtbot.keyClicks(editor, name)
    qtbot.keyClick(editor, Qt.Key.Key_Return)


def test_a_new_event_is_named_in_place(panel: ScenarioPanel, session: Any, qtbot: Any) -> None:
    panel.buttons.new_event.click()
    name_in_place(panel, qtbot, "order.cancelled")
    qtbot.waitUntil(lambda: "order.cancelled" in session.document.scenario.events)
    assert panel.tree.key == ("event", "order.cancelled")
    assert panel.event_form.name.value() == "order.cancelled"


def test_f2_renames_an_event_wherever_it_is_named(panel: ScenarioPanel, session: Any, qtbot: Any) -> None:
    panel.tree.choose("event", "order.paid")
    panel.tree.rename.trigger()
    editor = panel.tree.findChild(QLineEdit)
    assert editor is not None
    editor.selectAll()
    qtbot.keyClicks(editor, "order.settled")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "order.settled" in session.document.scenario.events)
    assert session.document.text == SHOP.replace("order.paid", "order.settled")


def test_a_name_that_exists_is_refused_where_it_is_typed(panel: ScenarioPanel, session: Any, qtbot: Any) -> None:
    panel.tree.choose("event", "order.paid")
    line = panel.event_form.name.widget
    assert isinstance(line, QLineEdit)
    write(qtbot, line, "order.placed")
    assert "already" in panel.event_form.name.error.text()
    assert panel.event_form.name.error.isVisible()
    assert session.document.text == SHOP


def test_an_event_that_is_used_is_not_deleted_and_its_users_are_named(panel: ScenarioPanel, session: Any) -> None:
    panel.tree.choose("event", "order.paid")
    panel.buttons.delete.click()
    assert "charge_card" in panel.error.text()
    assert session.document.text == SHOP


def test_delete_and_undo_bring_a_handler_back_as_it_was(panel: ScenarioPanel, session: Any) -> None:
    panel.tree.choose("handler", "charge_card")
    panel.tree.delete.trigger()
    assert session.document.scenario.handlers == {}
    session.document.undo()
    panel.refresh_document()
    assert session.document.text == SHOP
    assert names(panel, 2) == [("charge_card", "")]
    session.document.redo()
    panel.refresh_document()
    assert names(panel, 2) == []


def test_a_handler_is_attached_to_the_chosen_event(panel: ScenarioPanel, session: Any) -> None:
    panel.tree.choose("event", "order.paid")
    panel.buttons.new_handler.click()
    assert session.document.scenario.handlers["new_handler"].on == "order.paid"
    assert names(panel, 1)[1] == ("order.paid", "1 handler")


def test_a_sample_is_checked_while_it_is_typed_and_kept_when_it_is_json(
    panel: ScenarioPanel, session: Any, qtbot: Any
) -> None:
    panel.tree.choose("event", "order.placed")
    editor: Any = panel.event_form.sample.widget
    editor.set_text('{"total": 1}')
    assert [problem.text for problem in editor.problems] == ["'id' is a required property"]
    editor.set_text('{"id": 2, "total": 1}')
    qtbot.waitUntil(lambda: session.document.scenario.events["order.placed"].sample == {"id": 2, "total": 1})
    assert "sample: {id: 2, total: 1}" in session.document.text
    editor.set_text('{"id": ')
    panel.event_form.sample.flush()
    assert session.document.scenario.events["order.placed"].sample == {"id": 2, "total": 1}


def test_a_shortcut_such_as_save_takes_along_what_was_just_typed(
    panel: ScenarioPanel, session: Any, qtbot: Any
) -> None:
    save = QAction(panel.window())
    save.setShortcut("Ctrl+S")
    panel.window().addAction(save)
    panel.tree.choose("event", "order.placed")
    line = panel.event_form.description.widget
    line.setFocus()
    qtbot.keyClicks(line, "paid/later?")
    assert session.document.scenario.events["order.placed"].description != "paid/later?", "not at each letter"
    qtbot.keyClick(line, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert session.document.scenario.events["order.placed"].description == "paid/later?"


def test_steps_are_added_changed_moved_and_deleted(panel: ScenarioPanel, session: Any, qtbot: Any) -> None:
    panel.tree.choose("handler", "charge_card")
    steps = panel.handler_form.steps
    assert [steps.list.item(at).text() for at in range(2)] == ["wait  20ms", "emit  order.paid"]
    steps.choose(0)
    fail = next(action for action in steps.menu.actions() if action.data() == "fail")
    fail.trigger()
    probability: Any = steps.inputs()[2].widget
    write(qtbot, probability, "0.25")
    assert session.document.values["handlers"]["charge_card"]["do"][1]["fail"]["probability"] == 0.25
    steps.up.click()
    assert "fail" in session.document.values["handlers"]["charge_card"]["do"][0]
    assert "- wait: 20ms  # the bank" in session.document.text
    steps.delete.click()
    assert session.document.values["handlers"]["charge_card"]["do"] == [{"wait": "20ms"}, {"emit": "order.paid"}]


def test_a_wrong_time_is_refused_beside_its_field(panel: ScenarioPanel, session: Any, qtbot: Any) -> None:
    panel.tree.choose("handler", "charge_card")
    panel.handler_form.steps.choose(0)
    line: Any = panel.handler_form.steps.inputs()[0].widget
    write(qtbot, line, "soon")
    said = panel.handler_form.steps.inputs()[0].error
    assert "20ms +- 5ms" in said.text()
    assert said.isVisible()
    assert session.document.text == SHOP
    write(qtbot, line, "30ms")
    assert not said.isVisible()
    assert session.document.text == SHOP.replace("20ms", "30ms")


def test_typing_in_one_field_is_undone_at_once(panel: ScenarioPanel, session: Any, qtbot: Any) -> None:
    panel.tree.choose("handler", "charge_card")
    panel.handler_form.steps.choose(0)
    line: Any = panel.handler_form.steps.inputs()[0].widget
    for text in ("1ms", "12ms"):
        write(qtbot, line, text)
    assert len(session.document.undo_stack) == 1
    session.document.undo()
    assert session.document.text == SHOP


def test_a_change_of_one_field_changes_one_line_of_the_file(qtbot: Any) -> None:
    document = scenario.load(scenario.SAMPLES[0].path)
    before = document.text
    panel = ScenarioPanel(SimpleNamespace(document=document), ThemeSource())  # type: ignore[arg-type]
    qtbot.addWidget(panel)
    panel.show()
    panel.tree.choose("handler", "charge_card")
    panel.handler_form.steps.choose(1)
    line: Any = panel.handler_form.steps.inputs()[2].widget
    write(qtbot, line, "0.5")
    assert document.text == before.replace("probability: 0.1", "probability: 0.5")


def test_a_handler_of_several_events_and_options(panel: ScenarioPanel, session: Any, qtbot: Any) -> None:
    panel.tree.choose("handler", "charge_card")
    choice: Any = panel.handler_form.on.widget
    choice.setEditText("order.placed, order.paid")
    panel.handler_form.on.flush()
    panel.handler_form.once.widget.click()
    handler = session.document.scenario.handlers["charge_card"]
    assert handler.patterns == ("order.placed", "order.paid")
    assert handler.once


def test_the_script_is_edited_too(panel: ScenarioPanel, session: Any, qtbot: Any) -> None:
    panel.tree.choose("script")
    panel.script_form.steps.choose(0)
    times: Any = next(each for each in panel.script_form.steps.inputs() if each.field.path[-1] == "times").widget
    write(qtbot, times, "5")
    assert session.document.scenario.script[0].times == 5


def test_the_scenario_itself_has_a_name_and_an_engine(panel: ScenarioPanel, session: Any, qtbot: Any) -> None:
    panel.tree.choose("scenario")
    line: Any = panel.scenario_form.name.widget
    write(qtbot, line, "Corner shop")
    assert session.document.scenario.name == "Corner shop"
    assert panel.tree.topLevelItem(0).text(0) == "Corner shop"


def test_what_is_edited_is_what_is_saved(panel: ScenarioPanel, session: Any, qtbot: Any) -> None:
    panel.tree.choose("event", "order.placed")
    line: Any = panel.event_form.description.widget
    write(qtbot, line, "A customer bought")
    session.document.save()
    assert session.document.path.read_text(encoding="utf-8") == session.document.text
    assert "# what customers do" in session.document.text
    assert "A customer bought" in session.document.text


def test_without_a_scenario_the_panel_says_what_to_do(qtbot: Any) -> None:
    panel = ScenarioPanel(SimpleNamespace(document=None), ThemeSource())  # type: ignore[arg-type]
    qtbot.addWidget(panel)
    panel.show()
    shown = [label.text() for label in panel.findChildren(type(panel.event_form.title)) if label.isVisible()]
    assert "No scenario" in shown


def test_everything_has_an_accessible_name(panel: ScenarioPanel) -> None:
    panel.tree.choose("handler", "charge_card")
    for each in [
        panel.tree,
        panel.buttons.new_event,
        panel.buttons.new_handler,
        panel.buttons.delete,
        *panel.handler_form.steps.inputs(),
    ]:
        widget = getattr(each, "widget", each)
        assert widget.accessibleName()
    QApplication.sendPostedEvents()


@pytest.mark.parametrize("verb", VERBS)
def test_every_kind_of_step_is_offered_and_has_a_form(verb: str, panel: ScenarioPanel, session: Any) -> None:
    panel.tree.choose("handler", "charge_card")
    steps = panel.handler_form.steps
    offered = next(action for action in steps.menu.actions() if action.data() == verb)
    assert offered.text() == f"{verb}: {VERBS[verb].about}"
    offered.trigger()
    done = session.document.values["handlers"]["charge_card"]["do"]
    assert verb in done[steps.list.currentRow()]
    assert [each.field.path for each in steps.inputs()] == [field.path for field in fields_of_step(VERBS[verb])]


def test_how_a_durable_engine_hands_over_is_edited_like_the_rest(panel: ScenarioPanel, session: Any) -> None:
    panel.tree.choose("handler", "charge_card")
    panel.handler_form.attempts.widget.setText("5")
    panel.handler_form.attempts.flush()
    panel.handler_form.ack.widget.setCurrentText("before")
    panel.handler_form.ack.flush()
    handler = session.document.scenario.handlers["charge_card"]
    assert (handler.attempts, handler.ack) == (5, "before")


def test_what_lets_events_wait_is_edited_and_said_where_it_is_folded(panel: ScenarioPanel, session: Any) -> None:
    panel.tree.choose("handler", "charge_card")
    form = panel.handler_form
    for key, text in (("timeout", "2s"), ("throttle", "100ms"), ("order", "id"), ("when", "event.payload.id > 0")):
        field = next(each for each in form.inputs() if each.field.path == (key,))
        field.widget.setText(text)
        field.flush()
    handler = session.document.scenario.handlers["charge_card"]
    assert (handler.timeout, handler.throttle.every, handler.order) == ("2s", "100ms", "id")
    assert "some events, at most 2s, throttled, in order of id" in form.waiting.button.text()


def test_how_a_handler_is_called_again_is_edited_and_a_mistake_stays_in_its_field(
    panel: ScenarioPanel, session: Any
) -> None:
    panel.tree.choose("handler", "charge_card")
    form = panel.handler_form
    form.retry.widget.setPlainText('{"attempts": 5, "backoff": "100ms"}')
    form.retry.flush()
    retry = session.document.scenario.handlers["charge_card"].retry
    assert (retry.attempts, retry.backoff) == (5, "100ms")
    assert "called again where it fails" in form.waiting.button.text()
    form.retry.widget.setPlainText('{"attempts": 0}')
    form.retry.flush()
    assert session.document.scenario.handlers["charge_card"].retry == retry
    (draft,) = session.document.drafts
    assert "expected at least 1" in draft.reason


def test_a_fault_is_added_and_said_in_a_form(panel: ScenarioPanel, session: Any) -> None:
    panel.tree.choose("faults")
    faults = panel.faults_form.steps
    next(each for each in faults.menu.actions() if each.data() == "drop").trigger()
    assert session.document.values["faults"] == [{"drop": "order.placed"}]
    assert faults.inputs()[0].field.path == ("drop",)
    names, chance = (
        next(each for each in faults.inputs() if each.field.path == (key,)) for key in ("drop", "probability")
    )
    names.widget.setText("order.placed, order.paid")
    names.flush()
    chance.widget.setText("0.25")
    chance.flush()
    assert session.document.values["faults"] == [{"drop": ["order.placed", "order.paid"], "probability": 0.25}]
    assert faults.list.item(0).text().startswith("drop  order.placed, order.paid")
    names.widget.setText("no such event")
    names.flush()
    assert "no such event" in str(session.document.drafts[0])
    assert str(session.document.drafts[0]).startswith("faults, fault 1, drop")


def test_parameters_and_swarm_are_fields_of_the_scenario(panel: ScenarioPanel, session: Any) -> None:
    panel.tree.choose("scenario")
    said = {each.field.path: each for each in panel.scenario_form.inputs()}
    said["parameters",].widget.set_text('{"rate": "50/s"}')
    said["parameters",].flush()
    said["swarm",].widget.setChecked(True)
    assert session.document.scenario.parameters == {"rate": "50/s"}
    assert session.document.scenario.swarm


SERVICES = """\
buslens: 1
events:
  order.placed: {}
services:
  # who takes the cards
  payments:
    workers: 2  # a contract
    queue: {limit: 10, overflow: reject}
handlers:
  charge_card: {on: order.placed, service: payments}
"""


def test_a_service_is_edited_and_what_stands_beside_it_stays(panel: ScenarioPanel, session: Any, qtbot: Any) -> None:
    session.document = scenario.loads(SERVICES)
    panel.refresh_document()
    assert names(panel, 3) == [("payments", "2 workers")]
    panel.tree.choose("service", "payments")
    form = panel.service_form
    shown = (form.name.text(), form.workers.text(), form.limit.text(), form.overflow.text())
    assert shown == ("payments", "2", "10", "reject")
    write(qtbot, form.workers.widget, "3")
    assert session.document.text == SERVICES.replace("workers: 2", "workers: 3")
    form.overflow.widget.setCurrentText("drop_oldest")
    form.overflow.flush()
    assert session.document.scenario.services["payments"].queue.overflow == "drop_oldest"
    write(qtbot, form.limit.widget, "many")
    assert "limit" in str(session.document.drafts[0])
    write(qtbot, form.limit.widget, "")
    assert session.document.drafts == ()
    assert session.document.scenario.services["payments"].queue is None
    assert not form.overflow.isEnabled(), "without a limit no queue is full"
    write(qtbot, form.limit.widget, "0")
    assert session.document.scenario.services["payments"].queue.limit == 0
    assert form.overflow.isEnabled()
    assert "# who takes the cards" in session.document.text
    assert "# a contract" in session.document.text


def test_a_service_is_renamed_at_its_handlers_and_not_deleted_while_it_has_some(
    panel: ScenarioPanel, session: Any, qtbot: Any
) -> None:
    session.document = scenario.loads(SERVICES)
    panel.refresh_document()
    panel.tree.choose("service", "payments")
    write(qtbot, panel.service_form.name.widget, "bank")
    assert session.document.scenario.handlers["charge_card"].service == "bank"
    assert panel.tree.key == ("service", "bank")
    panel.delete_chosen()
    assert "the service bank is still used by charge_card" in panel.error.text()
    session.document.set_handler("charge_card", service=None)
    panel.refresh_document()
    panel.tree.delete.trigger()
    assert not session.document.scenario.services


def test_a_new_service_is_named_in_place(panel: ScenarioPanel, session: Any, qtbot: Any) -> None:
    panel.buttons.new_service.click()
    name_in_place(panel, qtbot, "payments")
    qtbot.waitUntil(lambda: "payments" in session.document.scenario.services)
    assert panel.tree.key == ("service", "payments")
    assert panel.show_line(session.document.text.splitlines().index("  payments: {}") + 1)
    assert panel.tree.key == ("service", "payments")


def test_how_long_an_event_lives_and_who_gets_it_late_is_edited(panel: ScenarioPanel, session: Any, qtbot: Any) -> None:
    panel.tree.choose("event", "order.placed")
    form = panel.event_form
    write(qtbot, form.ttl.widget, "2s")
    form.last_value.widget.setChecked(True)
    event = session.document.scenario.events["order.placed"]
    assert (event.ttl, event.last_value) == ("2s", True)
    assert "# what customers do" in session.document.text
    write(qtbot, form.ttl.widget, "soon")
    assert session.document.scenario.events["order.placed"].ttl == "2s"
    assert "expected a time" in form.ttl.error.text()
    write(qtbot, form.ttl.widget, "")
    form.last_value.widget.setChecked(False)
    assert session.document.text == SHOP
