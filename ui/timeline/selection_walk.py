"""The verbs about the selection: step along a lane or a flow, centre, fit; what is selected is kept elsewhere."""

from __future__ import annotations

from ui.selection import Selection
from ui.timeline.content import Content
from ui.timeline.navigation import Navigation
from ui.timeline.neighbours import Item, cause, later_in_flow, on_lane
from ui.timeline.placing import extent_of, span_of

CENTRED_PX = 1.5
"""As near to the middle as this counts as being there."""
LEAST_ROOM = 1000


class SelectionWalk:
    """Moves the selection over a content, and the view to the selection."""

    def __init__(self, content: Content, selection: Selection, navigation: Navigation) -> None:
        self._content = content
        self._selection = selection
        self._navigation = navigation

    def selected(self) -> Item | None:
        """What is selected, where the picture has it."""
        kind, trace = self._selection.kind, self._content.trace
        if kind == "call":
            row, known = trace.calls.row_of(self._selection.id), len(self._content.tracks)
        elif kind == "dispatch":
            row, known = trace.dispatches.row_of(self._selection.id), len(self._content.emits)
        else:
            return None
        return (kind, row) if 0 <= row < known else None

    def select(self, item: Item | None) -> None:
        """Select this; None leaves things as they are."""
        if item is not None:
            kind, row = item
            ids = self._content.trace.calls.id if kind == "call" else self._content.trace.dispatches.id
            self._selection.select(kind, int(ids[row]))

    def on_lane(self, direction: int) -> None:
        """The next (1) or previous (-1) on the lane of the selection; without one the first or last emit."""
        item = self.selected()
        if item is not None:
            self.select(on_lane(self._content, item, direction))
        elif len(self._content.emits):
            self.select(("dispatch", 0 if direction > 0 else len(self._content.emits) - 1))

    def along_flow(self, direction: int) -> None:
        """To what the selection caused (1), or to its cause (-1)."""
        item = self.selected()
        if item is not None:
            self.select(later_in_flow(self._content, item) if direction > 0 else cause(self._content, item))

    def places(self) -> tuple[int, int] | None:
        """From where to where on the axis the selection lies."""
        item = self.selected()
        return None if item is None else span_of(self._content, self._navigation.view.scale, *item)

    def reveal(self) -> None:
        """Bring the selection into view where it is not."""
        places = self.places()
        if places is not None:
            self._navigation.reveal(*places)

    def centre(self) -> None:
        """The selection in the middle; where it is there already, fit it. Without one, everything."""
        places = self.places()
        if places is None:
            self._navigation.fit_all()
            return
        view, middle = self._navigation.view, (places[0] + places[1]) // 2
        if abs(view.px_at(middle) - view.width / 2) <= CENTRED_PX:
            self.fit()
        else:
            self._navigation.centre(middle)

    def fit(self) -> None:
        """The selection as wide as most of the view."""
        item = self.selected()
        if item is not None:
            start, end = extent_of(self._content, self._navigation.view.scale, *item)
            room = max((end - start) // 4, LEAST_ROOM)
            self._navigation.fit(start - room, end + room)
