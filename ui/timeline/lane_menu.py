"""What a right click offers: what concerns the call or emit under the pointer, or the view; then lanes to arrange."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from bus.picture.grouping import Group
from ui.timeline.lane_choices import LaneChoices
from ui.timeline.lanes import Lanes

GROUPS: tuple[tuple[Group, str], ...] = (
    ("handler", "Lanes by Handler"),
    ("event", "Lanes by Event"),
    ("bus", "Lanes by Bus"),
    ("flow", "Lanes by Flow"),
    ("thread", "Lanes by Thread"),
    ("source", "Lanes by Source File"),
)


class LaneMenu(QMenu):
    """About one lane, or about all where there is none under the pointer."""

    def __init__(
        self,
        title: str,
        lanes: Lanes,
        choices: LaneChoices,
        parent: QWidget,
        offered: Sequence[QAction] = (),
    ) -> None:
        """offered: what concerns what is under the pointer; it comes first."""
        super().__init__(parent)
        if any(action.isEnabled() for action in offered):
            self.addActions(list(offered))
            self.addSeparator()
        self._title, self._lanes, self._choices = title, lanes, choices
        if title:
            self._offer_lane()
        hidden = len(choices.hidden)
        every = self.addAction(f"Show All Lanes ({hidden} hidden)" if hidden else "Show All Lanes", choices.show_all)
        every.setEnabled(hidden > 0)
        self.addSeparator()
        for group, words in GROUPS:
            action = self.addAction(words)
            action.setCheckable(True)
            action.setChecked(choices.group == group)
            action.setData(group)
        self.triggered.connect(self._group)
        self.aboutToHide.connect(self.deleteLater)

    def show_at(self, on_screen: QPoint) -> None:
        """Open the menu at a place of the screen."""
        self.popup(on_screen)

    def _offer_lane(self) -> None:
        pinned = self._choices.pinned
        if self._title in pinned:
            self.addAction("Unpin Lane", self._unpin)
            self.addAction("Move Up", self._up).setEnabled(pinned[0] != self._title)
            self.addAction("Move Down", self._down).setEnabled(pinned[-1] != self._title)
        else:
            self.addAction("Pin Lane on Top", self._pin)
        self.addSeparator()
        self.addAction("Hide Lane", self._hide)
        others = self.addAction("Hide All Other Lanes", self._hide_others)
        others.setEnabled(len(self._lanes) > 1)
        self.addSeparator()

    def _group(self, action: QAction) -> None:
        if action.data() is not None:
            self._choices.group_by(action.data())

    def _pin(self) -> None:
        self._choices.pin(self._title)

    def _unpin(self) -> None:
        self._choices.unpin(self._title)

    def _up(self) -> None:
        self._choices.move(self._title, up=True)

    def _down(self) -> None:
        self._choices.move(self._title, up=False)

    def _hide(self) -> None:
        self._choices.hide(self._title)

    def _hide_others(self) -> None:
        self._choices.hide(*(lane.title for lane in self._lanes if lane.title != self._title))
