"""The link to the cause leads somewhere: to the step of the open scenario, to an editor, or to a sheet of ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt

from bus.errors import UserError
from ui.source.editors import editors_found
from ui.source.sheet import MOST_BYTES, SourceSheet, read_around

SCENARIO = """buslens: 1
name: Declines
events: {paid: {}}
handlers:
  note:
    on: paid
    do: [{log: noted}]
  pay:
    on: paid
    do:
      - wait: 5 ms
      - fail: {error: Declined, message: no}
script: [{emit: paid}]
"""


@pytest.fixture(autouse=True)
def _no_editor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISUAL", raising=False)


def test_a_place_in_the_open_scenario_is_shown_in_its_panel(window: Any, tmp_path: Path) -> None:
    path = tmp_path / "declines.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    window.open(path)
    window.wiring.actions.run("panel.scenario")
    window.inspector.source_wanted.emit(str(path), 12)
    assert window.scenario.isVisible()
    assert window.scenario.tree.key == ("handler", "pay")
    assert window.scenario.handler_form.steps.list.currentRow() == 1
    assert window.findChildren(SourceSheet) == []


def test_another_file_is_shown_with_its_line_marked(window: Any, tmp_path: Path, qtbot: Any) -> None:
    path = tmp_path / "shop.py"
    path.write_text("\n".join(f"line_{number} = {number}" for number in range(1, 500)), encoding="utf-8")
    window.wiring.source.go(str(path), 250)
    (sheet,) = window.findChildren(SourceSheet)
    assert sheet.code.marked == "line_250 = 250"
    assert sheet.code.isReadOnly()
    qtbot.mouseClick(sheet.other, Qt.MouseButton.LeftButton)
    (settings,) = [each for each in window.children() if type(each).__name__ == "SettingsSheet"]
    assert settings.tabs.currentWidget() is settings.editor
    settings.close()
    sheet.close()


def test_with_an_editor_it_is_opened_there(window: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr("ui.source.verbs.start_editor", started.append)
    monkeypatch.setenv("VISUAL", "code")
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    path = tmp_path / "shop.py"
    path.write_text("a = 1\n", encoding="utf-8")
    window.store.write(type(window.store.read())(editor="my-editor +{line} {file}"))
    window.wiring.source.go(str(path), 1)
    assert started == [["my-editor", "+1", str(path)]]


def test_an_editor_that_cannot_start_is_told(window: Any, tmp_path: Path) -> None:
    path = tmp_path / "shop.py"
    path.write_text("a = 1\n", encoding="utf-8")
    window.store.write(type(window.store.read())(editor="no-such-editor-anywhere {file}"))
    window.wiring.source.go(str(path), 1)
    assert "no-such-editor-anywhere could not be started" in window.errors.problems[0]


def test_a_huge_file_is_bounded_and_a_line_that_is_gone_is_said(tmp_path: Path) -> None:
    path = tmp_path / "huge.txt"
    path.write_bytes(b"x" * 99 + b"\n" + b"y\n" * MOST_BYTES)
    text, first = read_around(str(path), 100_000)
    assert len(text) < MOST_BYTES
    assert first > 1
    with pytest.raises(UserError, match="end before this line"):
        read_around(str(path), MOST_BYTES)
    path.write_text("one\n", encoding="utf-8")
    with pytest.raises(UserError, match="it has 1 line"):
        read_around(str(path), 7)


def test_editors_of_this_machine_are_offered() -> None:
    there = {"code", "vim", "xterm"}
    found = editors_found({"VISUAL": "vim"}, lambda name: name if name in there else None)
    assert [editor.title for editor in found] == ["VS Code", "vim in xterm"]
    assert found[0].command == "code -g {file}:{line}"
    assert found[1].command == "xterm -e vim +{line} {file}"
