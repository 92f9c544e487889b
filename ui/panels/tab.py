"""What a tab of the tables is: what it is given, what it hears of, and what it says to the panel around it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from bus.session import Session
from ui.filter_state import FilterState
from ui.theme import ThemeSource


@dataclass(frozen=True, slots=True)
class TabParts:
    """What every tab is made with; it takes what it needs."""

    session: Session
    filter_state: FilterState
    themes: ThemeSource
    parent: QWidget


class Tab(QWidget):
    """Hears nothing and says nothing but its name; a tab overrides what concerns it.

    The panel calls `refresh_...` of every tab, whether it is on the screen or not.
    """

    name = ""
    tip = ""
    """What its title does not say, "" where there is no more."""

    failed = Signal(object)
    """A UserError."""

    item_wanted = Signal(str, object)
    """ "dispatch" or "call", and its id: it is to be selected."""

    rows_wanted = Signal(str, str)
    """One of "dispatches", "calls" and "failures", and a text for the search line: those rows are to be seen."""

    counts_changed = Signal()
    """`title` or `shown_text` say something else."""

    @property
    def title(self) -> str:
        """The title of the tab: its name, and how many rows it has."""
        return self.name

    @property
    def shown_text(self) -> str:
        """How much of it the filter leaves; "" where it is everything."""
        return ""

    def refresh_records(self) -> None:
        """New records came; called at most once a frame."""

    def refresh_trace(self) -> None:
        """Another trace is in view: ids and rows of before mean nothing any more. `refresh_records` follows."""

    def refresh_theme(self) -> None:
        """Other colours are shown; called also when the tab has been made."""

    def refresh_selection(self, kind: str, ident: int) -> None:
        """Something else is selected in the window: "dispatch", "call" or "" for nothing, and its id."""

    def refresh_notes(self) -> None:
        """Notes were written, changed or taken away, or the filter looks for others."""

    def refresh_runs(self) -> None:
        """Another run is in view, one came or went, or something else is said of one."""
