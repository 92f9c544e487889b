"""Leads to a place in the source: in the open scenario, in the person's editor, or in a sheet of ours."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, Signal
from PySide6.QtWidgets import QWidget

from bus.errors import UserError
from bus.session import Session
from bus.session.scenario_file import on_this_machine
from ui.ports import SettingsStore
from ui.source.opening import editor_command, editor_is_set_up
from ui.source.sheet import SourceSheet
from ui.theme import ThemeSource


class SourceVerbs(QObject):
    """Commands about source files. Nothing that is shown is run."""

    failed = Signal(object)
    """A UserError."""

    settings_wanted = Signal()
    """A person wants to choose an editor."""

    def __init__(
        self,
        session: Session,
        store: SettingsStore,
        themes: ThemeSource,
        show_in_scenario: Callable[[int], bool],
        window: QWidget,
    ) -> None:
        """show_in_scenario: shows a line of the open scenario where its panel is; whether there is something."""
        super().__init__(window)
        self._session, self._store, self._themes = session, store, themes
        self._show_in_scenario, self._window = show_in_scenario, window

    def go(self, file: str, line: int) -> None:
        """Show a place that a capture names, wherever that can be."""
        file = on_this_machine(file, self._session.runs.view, self._session.document)
        try:
            if self._is_open(file) and self._show_in_scenario(line):
                return
            if editor_is_set_up(self._store.read().editor, os.environ):
                self._edit(file, line)
            else:
                self._show(file, line)
        except UserError as error:
            self.failed.emit(error)

    def edit(self, file: str, line: int) -> None:
        """Show it in the person's editor."""
        try:
            self._edit(file, line)
        except UserError as error:
            self.failed.emit(error)

    def _edit(self, file: str, line: int) -> None:
        start_editor(editor_command(self._store.read().editor, file, line, os.environ))

    def _show(self, file: str, line: int) -> None:
        sheet = SourceSheet(
            file, line, self._themes, has_editor=editor_is_set_up(self._store.read().editor, os.environ),
            parent=self._window,
        )  # fmt: skip
        sheet.editor_wanted.connect(self.edit)
        sheet.settings_wanted.connect(self.settings_wanted)
        sheet.show()

    def _is_open(self, file: str) -> bool:
        """Whether it is the file of the scenario that is open."""
        document = self._session.document
        if document is None or document.path is None:
            return False
        try:
            return Path(file).resolve() == document.path.resolve()
        except (OSError, ValueError):
            return False


def start_editor(command: list[str]) -> None:
    """Start it as a program of its own. Raises UserError."""
    started, _pid = QProcess.startDetached(command[0], command[1:])
    if not started:
        raise UserError(
            f"the editor {command[0]} could not be started", hint="Edit, Settings… has the editor's command"
        )
