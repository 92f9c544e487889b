"""Which lanes a person wants to see, and which of them first: by title, so that it holds for the next run too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from bus.picture.grouping import Group

Item = TypeVar("Item")


class LaneChoices(QObject):
    """Which lanes a person hid, pinned or pointed at; at first none."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.hidden: frozenset[str] = frozenset()
        self.pinned: tuple[str, ...] = ()
        """Uppermost first."""

        self.pointed = ""
        """The lane that stands out because the person looked for it; empty: none does."""

        self.breaks: Callable[[str, str], str] = _no_breakpoint
        """What the title of a lane shows, by the group and the name of what has it (ui.breakpoints.marks)."""

        self.group: Group = "handler"
        self.revision = 0
        """Grows with every change."""

    def group_by(self, group: Group) -> None:
        """What has a lane of its own."""
        if group != self.group:
            self.group, self.pointed = group, ""
            self.revision += 1
            self.changed.emit()

    def point_at(self, title: str) -> None:
        """Make a lane stand out."""
        if title != self.pointed:
            self.pointed = title
            self.changed.emit()

    def hide(self, *titles: str) -> None:
        """Show these no more; their calls are still in tables and statistics."""
        self._become(self.hidden | set(titles), self.pinned)

    def show_all(self) -> None:
        """Hide no lane any more."""
        self._become(frozenset(), self.pinned)

    def pin(self, title: str) -> None:
        """Above all that is not pinned, below what was pinned before."""
        self._become(self.hidden, (*(each for each in self.pinned if each != title), title))

    def unpin(self, title: str) -> None:
        """Back to where it comes by itself."""
        self._become(self.hidden, tuple(each for each in self.pinned if each != title))

    def move(self, title: str, up: bool) -> None:
        """A pinned lane past its neighbour."""
        order = list(self.pinned)
        if title in order:
            at = order.index(title)
            other = at - 1 if up else at + 1
            if 0 <= other < len(order):
                order[at], order[other] = order[other], order[at]
                self._become(self.hidden, tuple(order))

    def arranged(self, items: Sequence[Item], title_of: Callable[[Item], str]) -> list[Item]:
        """Those that are shown, the pinned ones first."""
        shown = [item for item in items if title_of(item) not in self.hidden]
        place = {title: number for number, title in enumerate(self.pinned)}
        return sorted(shown, key=lambda item: place.get(title_of(item), len(place)))

    def _become(self, hidden: frozenset[str], pinned: tuple[str, ...]) -> None:
        if (hidden, pinned) != (self.hidden, self.pinned):
            self.hidden, self.pinned = hidden, pinned
            self.revision += 1
            self.changed.emit()


def _no_breakpoint(_group: str, _name: str) -> str:
    return ""
