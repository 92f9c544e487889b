"""Who hears whom about runs and what they are judged by: the part of ui/wiring.py that leads to other rows and runs."""

from __future__ import annotations

from PySide6.QtCore import QObject

from ui.parts import Parts
from ui.refresh import Refresh
from ui.verbs import Verbs


class RunsWiring(QObject):
    """Connects the list of runs, the line above the timeline, the expectations and the links of the status bar."""

    def __init__(self, window: Parts, verbs: Verbs, refresh: Refresh) -> None:
        super().__init__(window)
        self._window = window
        runs, listed, line, status = verbs.runs, window.tables.runs, window.in_view, window.status
        runs.changed.connect(refresh.view)
        runs.list_wanted.connect(self.show_runs)
        listed.show_wanted.connect(runs.show)
        listed.save_wanted.connect(runs.save)
        listed.remove_wanted.connect(runs.remove)
        line.run_wanted.connect(runs.show)
        line.list_wanted.connect(self.show_runs)
        line.undo_wanted.connect(runs.try_undo_clear)
        verbs.file.exporting.wrote.connect(refresh.view)
        status.rows_wanted.connect(self.show_rows)
        status.expectations_wanted.connect(self.show_expectations)
        window.tables.expectations.changed.connect(self.refresh_expectations)

    def show_runs(self) -> None:
        """The list of runs and captures."""
        self._window.panels.show("tables")
        self._window.tables.show_runs()

    def show_rows(self, table: str, search: str) -> None:
        """Show the rows that a number counts. search: what leaves them."""
        self._window.panels.show("tables")
        self._window.tables.show_rows(table, search)

    def show_expectations(self) -> None:
        """Whether the run did what its scenario expects."""
        self._window.panels.show("tables")
        self._window.tables.show_expectations()

    def refresh_expectations(self) -> None:
        """Show the verdicts in the status bar, or that there are none."""
        expectations = self._window.tables.expectations
        self._window.status.show_expectations(expectations.summary, alarm=expectations.unmet > 0)
