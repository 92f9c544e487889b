"""What a person sees in the window of a scenario that includes files."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bus import scenario
from bus.errors import UserError
from tests.gui.scenario_shop import shown
from ui.included_watch import IncludedWatch
from ui.panels.scenario.panel import ScenarioPanel

OWN = """\
buslens: 1
include: [parts/orders.yaml]
handlers:
  first: {on: order.placed}
  second: {on: order.placed, do: [{log: "01234"}]}
script: [{emit: order.placed}]
"""
ORDERS = "events: {order.placed: {}}\nhandlers: {theirs: {on: order.placed}}\nscript: [{wait: 1ms}]\n"


@pytest.fixture
def session(tmp_path: Path) -> Any:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "orders.yaml").write_text(ORDERS)
    (tmp_path / "shop.yaml").write_text(OWN)
    return SimpleNamespace(document=scenario.load(tmp_path / "shop.yaml"))


@pytest.fixture
def panel(qtbot: Any, session: Any) -> ScenarioPanel:
    return shown(qtbot, session, 320, 760)


def row(panel: ScenarioPanel, kind: str, name: str = "") -> Any:
    assert panel.tree.choose(kind, name)
    return panel.tree.currentItem()


def test_what_is_included_stands_in_the_tree_with_its_file(panel: ScenarioPanel) -> None:
    assert "Included from parts/orders.yaml, and edited there" in row(panel, "handler", "theirs").toolTip(0)
    assert "Included" not in row(panel, "handler", "first").toolTip(0)
    assert row(panel, "scenario").text(1) == "1 file included"
    assert row(panel, "script").text(1) == "2 steps, 1 included"


def test_it_is_edited_in_its_own_file(panel: ScenarioPanel, session: Any, qtbot: Any, tmp_path: Path) -> None:
    row(panel, "event", "order.placed")
    assert panel.included.isVisible()
    assert not panel.buttons.delete.isEnabled()
    assert not panel.tree.rename.isEnabled()
    panel.delete_chosen()
    panel.move_handler(1)
    assert session.document.text == OWN
    with qtbot.waitSignal(panel.included.open_wanted) as opened:
        panel.included.open.click()
    assert opened.args == [str(tmp_path / "parts" / "orders.yaml")]
    row(panel, "handler", "second")
    assert panel.handler_form.isVisible()


def test_only_its_own_handlers_and_steps_are_moved(panel: ScenarioPanel, session: Any) -> None:
    row(panel, "handler", "second")
    panel.move_handler(-1)
    assert list(session.document.scenario.handlers) == ["theirs", "second", "first"]
    row(panel, "script")
    assert panel.script_form.isVisible()
    assert session.document.values["script"] == [{"emit": "order.placed"}]


def test_a_file_that_changes_is_seen_at_once(qtbot: Any, session: Any, tmp_path: Path) -> None:
    watch = IncludedWatch(session, panel := shown(qtbot, session, 320, 400))
    watch.changed.connect(panel.refresh_document)
    watch.refresh_document()
    path = tmp_path / "parts" / "orders.yaml"
    for events in ("order.paid: {}", "order.lost: {}"):  # twice: an editor puts a new file in the place of the old one
        new = tmp_path / "new.yaml"
        new.write_text(ORDERS.replace("{order.placed: {}}", f"{{order.placed: {{}}, {events}}}"))
        with qtbot.waitSignal(watch.changed, timeout=60_000):
            new.replace(path)
        assert panel.tree.choose("event", events.partition(":")[0])


def test_a_file_that_is_wrong_now_is_told_and_the_scenario_stays(qtbot: Any, session: Any, tmp_path: Path) -> None:
    watch = IncludedWatch(session, panel := shown(qtbot, session, 320, 400))
    watch.failed.connect(panel.failed)
    watch.refresh_document()
    with qtbot.waitSignal(watch.failed, timeout=60_000) as failed:
        (tmp_path / "parts" / "orders.yaml").write_text("events: {}\n")
    assert isinstance(failed.args[0], UserError)
    assert list(session.document.scenario.handlers) == ["theirs", "first", "second"]


def test_remarks_name_the_file_that_they_are_about(qtbot: Any, panel: ScenarioPanel, tmp_path: Path) -> None:
    (tmp_path / "parts" / "orders.yaml").write_text(ORDERS.replace("1ms}]", "forever}, {mark: late}]"))
    other = scenario.load(tmp_path / "shop.yaml")
    panel.remarks.look_at(other)
    qtbot.waitUntil(lambda: bool(panel.remarks.found.warnings), timeout=60_000)
    panel.remarks.fill_menu()
    (action,) = panel.remarks.menu.actions()
    assert action.text().startswith("parts/orders.yaml, line 3: the script waits here for ever")
    assert not action.data()
