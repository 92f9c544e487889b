"""A capture, also one that a program still writes, judged by the expectations of a scenario that a person chose."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt

from tests.helpers.growing import Growing
from ui.widgets import ask

PATIENCE_MS = 60_000
RULES = """buslens: 1
events: {order.placed: {}, stock.reserved: {}, order.refunded: {}, audit: {}}
expect:
  - {each: order.placed, leads_to: stock.reserved}
  - {eventually: order.refunded}
  - {event: audit, lost: 0}
"""


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "rules.yaml"
    path.write_text(RULES, encoding="utf-8")
    monkeypatch.setattr(ask, "file_to_open", lambda *_asked: path)
    return path


@pytest.fixture
def followed(window: Any, qtbot: Any, tmp_path: Path) -> Any:
    """The window while a program writes the capture that is in view."""
    window.growing = Growing(tmp_path / "shop.buslens")
    window.growing.write_share(0.4)
    window.open(window.growing.path)
    qtbot.waitUntil(lambda: window.session.following is not None, timeout=PATIENCE_MS)
    window.bridge.touch()
    window.tables.show_expectations()
    return window


def states(window: Any) -> list[str]:
    return [each.state.value for each in window.tables.expectations.judged]


def test_a_program_is_judged_while_it_is_watched_and_when_it_has_ended(followed: Any, qtbot: Any, rules: Path) -> None:
    tab = followed.tables.expectations
    assert tab.judged_by.isVisible()
    assert "Judge by" in tab.view.hint
    qtbot.mouseClick(tab.judged_by.choose, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(states(followed)), timeout=PATIENCE_MS)
    assert states(followed)[1] == "open"
    followed.growing.end()
    qtbot.waitUntil(lambda: "open" not in states(followed), timeout=PATIENCE_MS)
    assert states(followed)[1:] == ["NOT MET", "NOT MET"]
    assert "not met" in followed.status.expectations.text()


def test_a_person_judges_by_it_no_more(followed: Any, qtbot: Any, rules: Path) -> None:
    tab = followed.tables.expectations
    tab.judged_by.take(rules)
    qtbot.waitUntil(lambda: bool(states(followed)), timeout=PATIENCE_MS)
    qtbot.mouseClick(tab.judged_by.forget, Qt.MouseButton.LeftButton)
    assert not states(followed)
    assert not followed.status.expectations.isVisible()
    assert not tab.judged_by.forget.isVisible()


def test_a_scenario_that_expects_nothing_is_refused_with_its_name(followed: Any, qtbot: Any, rules: Path) -> None:
    rules.write_text("buslens: 1\nevents: {}\n", encoding="utf-8")
    tab = followed.tables.expectations
    with qtbot.waitSignal(tab.failed) as told:
        tab.judged_by.take(rules)
    assert "rules.yaml: this scenario expects nothing" in str(told.args[0])
    assert not tab.judged_by.expected


def test_a_run_is_judged_by_its_own_scenario_alone(window: Any) -> None:
    window.tables.show_expectations()
    assert not window.tables.expectations.judged_by.isVisible()
