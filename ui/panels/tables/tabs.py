"""The tabs of the tables, in their order. To add one: a file with a Tab (ui/panels/tab.py), and a line here."""

from __future__ import annotations

from collections.abc import Callable

from ui.panels.map.tab import MapTab
from ui.panels.problems.tab import ProblemsTab
from ui.panels.sql.tab import SqlTab
from ui.panels.tab import Tab, TabParts
from ui.panels.tables.columns import TraceColumns
from ui.panels.tables.expectations import ExpectationsTab
from ui.panels.tables.listeners import ListenersTab
from ui.panels.tables.notes import NotesTab
from ui.panels.tables.pending import PendingTab
from ui.panels.tables.rows import RowsTab
from ui.panels.tables.runs import RunsTab
from ui.panels.tables.statistics import StatisticsTab
from ui.panels.tables.why import WhyTab


def _dispatches(parts: TabParts) -> Tab:
    return RowsTab("dispatches", TraceColumns(parts.session).dispatches(), parts)


def _calls(parts: TabParts) -> Tab:
    return RowsTab("calls", TraceColumns(parts.session).calls(), parts)


def _failures(parts: TabParts) -> Tab:
    return RowsTab("failures", TraceColumns(parts.session).failures(), parts)


TABS: tuple[Callable[[TabParts], Tab], ...] = (
    _dispatches,
    _calls,
    _failures,
    ProblemsTab,
    WhyTab,
    PendingTab,
    ListenersTab,
    StatisticsTab,
    MapTab,
    SqlTab,
    NotesTab,
    ExpectationsTab,
    RunsTab,
)
