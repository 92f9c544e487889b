"""What a person gets who types something into the scenario that it cannot take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLineEdit

from tests.gui.scenario_shop import SHOP, opened_in, shown
from tests.gui.scenario_shop import write as write_into
from ui.panels.scenario.inputs import FieldInput
from ui.panels.scenario.panel import ScenarioPanel


@pytest.fixture
def session(tmp_path: Path) -> Any:
    return opened_in(tmp_path)


@pytest.fixture
def panel(qtbot: Any, session: Any) -> ScenarioPanel:
    return shown(qtbot, session, 270, 420)


def write(qtbot: Any, field: FieldInput, text: str) -> None:
    assert isinstance(field.widget, QLineEdit)
    write_into(qtbot, field.widget, text)


def wait_field(panel: ScenarioPanel) -> FieldInput:
    panel.tree.choose("handler", "charge_card")
    panel.handler_form.steps.choose(0)
    return panel.handler_form.steps.inputs()[0]


def test_a_text_that_cannot_be_taken_stays_with_its_reason_when_one_comes_back(
    panel: ScenarioPanel, session: Any, qtbot: Any
) -> None:
    write(qtbot, wait_field(panel), "30 parsecs")
    panel.tree.choose("event", "order.paid")
    panel.tree.choose("handler", "charge_card")
    field = panel.handler_form.steps.inputs()[0]
    assert field.text() == "30 parsecs"
    assert "expected a time" in field.error.text()
    panel.handler_form.steps.choose(1)
    panel.handler_form.steps.choose(0)
    assert panel.handler_form.steps.inputs()[0].text() == "30 parsecs"
    assert session.document.text == SHOP


def test_the_row_in_the_tree_and_the_step_say_it_too(panel: ScenarioPanel, qtbot: Any) -> None:
    write(qtbot, wait_field(panel), "30 parsecs")
    handlers = panel.tree.topLevelItem(2)
    assert handlers is not None
    row = handlers.child(0)
    assert row is not None
    assert "30 parsecs" in row.toolTip(0)
    assert "30 parsecs" in panel.handler_form.steps.list.item(0).toolTip()
    assert not panel.handler_form.steps.list.item(0).icon().isNull()
    assert panel.handler_form.steps.list.item(1).icon().isNull()


def test_the_reason_comes_into_view(panel: ScenarioPanel, qtbot: Any) -> None:
    field = wait_field(panel)
    write(qtbot, field, "30 parsecs")

    def in_view() -> None:
        place = field.error.mapTo(panel, QPoint(0, field.error.height()))
        assert field.error.isVisible()
        assert 0 < place.y() <= panel.height()

    qtbot.waitUntil(lambda: in_view() is None)


def test_undo_brings_back_what_was_right_and_redo_what_was_typed(
    panel: ScenarioPanel, session: Any, qtbot: Any
) -> None:
    write(qtbot, wait_field(panel), "30 parsecs")
    session.document.undo()
    panel.refresh_document()
    assert panel.handler_form.steps.inputs()[0].text() == "20ms"
    session.document.redo()
    panel.refresh_document()
    assert panel.handler_form.steps.inputs()[0].text() == "30 parsecs"


def test_other_fields_go_on_beside_it(panel: ScenarioPanel, session: Any, qtbot: Any) -> None:
    write(qtbot, wait_field(panel), "30 parsecs")
    panel.handler_form.once.widget.click()  # type: ignore[attr-defined]
    assert session.document.scenario.handlers["charge_card"].once
    assert panel.handler_form.steps.inputs()[0].text() == "30 parsecs"


def test_half_a_sample_is_kept_and_right_once_the_schema_is_another(
    panel: ScenarioPanel, session: Any, qtbot: Any
) -> None:
    panel.tree.choose("event", "order.placed")
    form = panel.event_form
    form.sample.widget.setPlainText('{"total": ')  # type: ignore[attr-defined]
    form.sample.flush()
    panel.tree.choose("script")
    panel.tree.choose("event", "order.placed")
    assert form.sample.text() == '{"total": '
    form.sample.widget.setPlainText('{"total": 3}')  # type: ignore[attr-defined]
    form.sample.flush()
    assert len(session.document.drafts) == 1  # the schema asks for an id
    form.schema.widget.setPlainText('{"type": "object"}')  # type: ignore[attr-defined]
    form.schema.flush()
    assert session.document.scenario.events["order.placed"].sample == {"total": 3}
    assert not session.document.drafts


def test_a_name_refused_in_the_tree_stands_in_the_form(panel: ScenarioPanel, session: Any, qtbot: Any) -> None:
    panel.tree.choose("event", "order.paid")
    panel.tree.rename.trigger()
    editor = panel.tree.findChild(QLineEdit)
    assert editor is not None
    editor.selectAll()
    qtbot.keyClicks(editor, "two words")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(session.document.drafts))
    qtbot.waitUntil(lambda: panel.event_form.name.text() == "two words")
    assert panel.event_form.name.error.isVisible()
    assert panel.tree.key == ("event", "order.paid")


def test_one_is_brought_to_a_mistake_wherever_it_is(panel: ScenarioPanel, session: Any, qtbot: Any) -> None:
    panel.tree.choose("handler", "charge_card")
    panel.handler_form.parallel.widget.setText("many")  # type: ignore[attr-defined]
    panel.handler_form.parallel.flush()
    panel.tree.choose("scenario")
    panel.show_draft(session.document.drafts[0])
    assert panel.tree.key == ("handler", "charge_card")
    assert panel.handler_form.fold.opened
    qtbot.waitUntil(panel.handler_form.parallel.widget.hasFocus)


def test_a_new_step_is_ready_to_be_typed_into(panel: ScenarioPanel, session: Any, qtbot: Any) -> None:
    panel.tree.choose("handler", "charge_card")
    steps = panel.handler_form.steps
    next(each for each in steps.menu.actions() if each.data() == "wait").trigger()
    field = steps.inputs()[0].widget
    qtbot.waitUntil(field.hasFocus)
    qtbot.keyClicks(field, "7ms")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert session.document.values["handlers"]["charge_card"]["do"][1] == {"wait": "7ms"}


def test_a_new_emit_does_not_call_its_own_handler_again(panel: ScenarioPanel, session: Any) -> None:
    panel.tree.choose("handler", "charge_card")
    steps = panel.handler_form.steps
    next(each for each in steps.menu.actions() if each.data() == "emit").trigger()
    assert session.document.values["handlers"]["charge_card"]["do"][1] == {"emit": "order.paid"}


def test_behaviour_stands_above_what_concerns_workers_and_brokers_which_is_closed(panel: ScenarioPanel) -> None:
    panel.tree.choose("handler", "charge_card")
    form = panel.handler_form
    assert form.steps.mapTo(form, QPoint()).y() < form.fold.mapTo(form, QPoint()).y()
    assert not form.fold.opened
    assert form.worker.widget.currentText() == "inline"  # type: ignore[attr-defined]
    assert form.ack.widget.currentText() == "after"  # type: ignore[attr-defined]


def test_what_is_set_of_workers_and_brokers_is_said_though_it_is_closed(panel: ScenarioPanel, session: Any) -> None:
    session.document.set_handler("charge_card", worker="thread", parallel=2)
    panel.refresh_document()
    panel.tree.choose("handler", "charge_card")
    panel.handler_form.fold.set_open(False)
    assert panel.handler_form.fold.button.text() == "Workers and brokers: thread, 2 at once"


def test_what_an_empty_field_shows_is_not_cut_in_a_narrow_panel(panel: ScenarioPanel, session: Any) -> None:
    for verb, kind in ((each, "handler") for each in ("wait", "fail", "crash", "count")):
        session.document.set_handler("charge_card", do=[{verb: {"wait": "1s", "count": "n"}.get(verb, "always")}])
        panel.refresh_document()
        panel.tree.choose(kind, "charge_card")
        for field in panel.handler_form.inputs():
            line = field.widget
            if isinstance(line, QLineEdit) and line.placeholderText() and line.isVisible():
                assert line.fontMetrics().horizontalAdvance(line.placeholderText()) < line.width() - 12, verb


def test_the_tree_holds_still_under_the_pointer_whatever_is_chosen(panel: ScenarioPanel, qtbot: Any) -> None:
    assert panel.tree.key == ("scenario", "")
    QApplication.sendPostedEvents()
    before = panel.tree.geometry()
    for key in (
        ("events", ""),
        ("event", "order.placed"),
        ("handlers", ""),
        ("handler", "charge_card"),
        ("script", ""),
    ):
        panel.tree.choose(*key)
        QApplication.sendPostedEvents()
        assert panel.tree.geometry() == before, key


def test_a_reason_takes_as_much_room_as_its_words_and_no_more(panel: ScenarioPanel, qtbot: Any) -> None:
    field = wait_field(panel)
    write(qtbot, field, "30 parsecs")

    def fits() -> bool:
        needed = field.error.heightForWidth(field.error.width())
        return needed <= field.error.height() <= needed + 4

    qtbot.waitUntil(fits)
