"""Who hears whom about problems: the part of ui/wiring.py that leads from a problem to the timeline and to the code."""

from __future__ import annotations

from PySide6.QtCore import QObject

from ui.panels.problems.sections import alarm_of, headline, in_short
from ui.parts import Parts
from ui.source.verbs import SourceVerbs
from ui.verbs import Verbs


class ProblemsWiring(QObject):
    """Connects the tab of problems with the timeline, the source and the commands."""

    def __init__(self, window: Parts, verbs: Verbs, source: SourceVerbs) -> None:
        super().__init__(window)
        self._window = window
        problems = window.tables.problems
        problems.stretch_wanted.connect(window.timeline.verbs.show_stretch)
        problems.source_wanted.connect(source.go)
        verbs.view.problems_wanted.connect(self.show_problems)
        problems.looker.changed.connect(self.count)
        window.status.problems_wanted.connect(verbs.view.show_problems)

    def count(self) -> None:
        """Say in the status bar how many problems were found."""
        looker = self._window.tables.problems.looker
        looked, busy = looker.looked, looker.busy
        tip = headline(looked, busy=busy)
        self._window.status.show_problems(in_short(looked, busy=busy), tip, alarm=alarm_of(looked))

    def show_problems(self, direction: int) -> None:
        """The list of problems; direction: choose the next one (1) or the one before (-1)."""
        tables = self._window.tables
        tables.tabs.setCurrentWidget(tables.problems)
        if direction:
            tables.problems.list.step(direction)
        else:
            tables.problems.list.setFocus()
