"""The table of commands: each one complete, reachable, and written down."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QToolButton

from bus.export import EXPORTERS
from ui.actions import ACTIONS, TOOLBAR, TOOLBAR_RIGHT
from ui.icons import ICONS
from ui.menus import MENUS
from ui.shortcuts_page import PAGE, markdown
from ui.shortcuts_sheet import grouped

IDS = [action.id for action in ACTIONS]


def test_ids_are_unique_and_made_of_noun_and_verb() -> None:
    assert not [each for each, times in Counter(IDS).items() if times > 1]
    assert all(re.fullmatch(r"[a-z]+\.[a-z_]+", each) for each in IDS)


def test_no_two_commands_share_a_key() -> None:
    keys = Counter(QKeySequence(key).toString() for action in ACTIONS for key in action.shortcuts)
    assert not [key for key, times in keys.items() if times > 1]
    assert "" not in keys, "a key that Qt does not know"


def test_every_icon_is_there_and_every_icon_that_is_there_is_used() -> None:
    for action in ACTIONS:
        assert not action.icon or (ICONS / f"{action.icon}.svg").is_file(), action.id


def test_every_command_has_a_menu() -> None:
    assert {action.menu.lstrip("-").partition("/")[0] for action in ACTIONS} == set(MENUS)


def test_the_page_of_shortcuts_says_what_the_table_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == markdown(ACTIONS), "run: python3 dev.py generate"


@pytest.mark.parametrize("action", ACTIONS, ids=IDS)
def test_every_command_is_in_the_docs(action: Any) -> None:
    assert f"`{action.id}`" in PAGE.read_text(encoding="utf-8")


def test_every_key_is_on_the_sheet() -> None:
    on_sheet = {title for _group, lines in grouped(ACTIONS) for _keys, title in lines}
    assert {action.title for action in ACTIONS if action.shortcuts} <= on_sheet


def test_every_exporter_has_a_command() -> None:
    assert {f"export.{exporter.id}" for exporter in EXPORTERS} <= set(IDS)


def test_the_toolbar_names_commands() -> None:
    assert {each for each in (*TOOLBAR, *TOOLBAR_RIGHT) if each} <= set(IDS)


def test_every_command_is_in_a_menu_of_the_window(window: Any) -> None:
    shown = {action.objectName() for action in actions_below(window.menuBar().actions())}
    submenus = {action.id for action in ACTIONS if action.submenu}
    assert set(IDS) - submenus <= shown


def test_every_command_is_offered_by_the_palette(window: Any) -> None:
    assert {choice.id for choice in window.wiring.actions.choices()} == set(IDS) - {"palette.show"}


def test_a_tooltip_names_the_key(window: Any) -> None:
    run = window.wiring.actions["run.start"]
    assert "F5" in run.toolTip()
    buttons = [b for b in window.toolbar.findChildren(QToolButton) if b.defaultAction() is run]
    assert "F5" in buttons[0].toolTip()


def test_commands_that_make_no_sense_now_are_grey(window: Any) -> None:
    actions = window.wiring.actions
    grey = ("run.start", "run.pause", "run.step_call", "edit.undo", "file.save", "export.capture")
    assert not [each for each in grey if actions[each].isEnabled()]
    assert actions["file.open"].isEnabled()
    assert actions["help.shortcuts"].isEnabled()


def test_stopping_to_record_and_freezing_are_two_commands(window: Any) -> None:
    actions = window.wiring.actions
    actions.run("view.freeze")
    assert window.timeline.frozen
    assert actions["view.freeze"].isChecked()
    assert not actions["capture.record"].isChecked()
    assert window.session.recording
    actions.run("view.freeze")
    actions.run("capture.record")
    assert not window.session.recording
    assert actions["capture.record"].isChecked()
    assert not window.timeline.frozen


def actions_below(actions: list[QAction]) -> list[QAction]:
    found = []
    for action in actions:
        menu = action.menu()
        found += actions_below(menu.actions()) if isinstance(menu, QMenu) else [action]
    return found
