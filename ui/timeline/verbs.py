"""What a person does to a timeline by key, mouse or menu: move what is in view, select, mark."""

from __future__ import annotations

from itertools import islice

from PySide6.QtCore import QObject, QPointF

from bus.picture.scale import Mode
from ui.timeline import words
from ui.timeline.lanes import Lane
from ui.timeline.pointing import item_at
from ui.timeline.scene import Scene

ZOOM_STEP = 1.35
"""One press of W or S, or one notch of the wheel."""
MOST_LISTED = 2_000
"""Lanes that are offered to go to."""


class TimelineVerbs(QObject):
    """Changes one scene, and says so. Places are pixels of the widget."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._scene = scene
        scene.selection.changed.connect(self.reveal_selection)

    # Moving the view

    def zoom_in(self) -> None:
        """Zoom in about the pointer."""
        self.zoom_about(ZOOM_STEP, self._scene.pointer_x())

    def zoom_out(self) -> None:
        """Zoom out about the pointer."""
        self.zoom_about(1 / ZOOM_STEP, self._scene.pointer_x())

    def zoom_about(self, factor: float, x: float) -> None:
        """Zoom; what is at `x` of the widget stays there."""
        scene = self._scene
        scene.navigation.zoom(factor, min(max(0.0, x - scene.place.left), float(scene.viewport.width)))
        scene.changed.emit()

    def pan(self, share: float) -> None:
        """Later by a share of the view, or earlier where negative."""
        self._scene.navigation.pan(share * self._scene.viewport.width)
        self._scene.changed.emit()

    def drag(self, across: float, down: float) -> None:
        """Move what is in view with the pointer."""
        if across:
            self._scene.navigation.pan(across)
        self.scroll_lanes(round(down))
        self._scene.changed.emit()

    def set_time_axis(self, mode: Mode) -> None:
        """To scale, with idle gaps folded, or step by step."""
        self._scene.axis.choose(mode, self._scene.content)

    def fit(self) -> None:
        """The whole capture in view."""
        self._scene.navigation.fit_all()
        self._scene.changed.emit()

    def show_stretch(self, start_ns: int, end_ns: int) -> None:
        """Bring this time into view."""
        place = self._scene.viewport.scale.place
        self.show_places(place(start_ns), place(end_ns))

    def show_places(self, first: int, last: int) -> None:
        """Bring into view what lies from one place on the axis to another."""
        self._scene.navigation.show(first, last)
        self._scene.changed.emit()

    def listed_lanes(self) -> list[tuple[Lane, str]]:
        """The lanes that can be gone to, and in a few words what each did."""
        scene = self._scene
        return [(lane, words.lane_in_a_line(scene.content, lane)) for lane in islice(scene.lanes, MOST_LISTED)]

    def show_lane(self, handler: str) -> None:
        """Scroll to a lane and make it stand out; handler: its number."""
        scene = self._scene
        lane = scene.lanes.of(int(handler))
        if lane is not None:
            scene.bar.setValue(lane.top - scene.place.lanes_height // 3)
            scene.lane_choices.point_at(lane.title)

    def scroll_lanes(self, pixels: int) -> None:
        """Lanes further down, or up where negative."""
        self._scene.bar.setValue(self._scene.bar.value() + pixels)

    def centre_selection(self) -> None:
        """The selection in the middle; again, and it is fitted. Without one, the whole capture."""
        self._scene.walk.centre()
        self._reveal_lane()

    def fit_selection(self) -> None:
        """The selection as wide as most of the view."""
        self._scene.walk.fit()
        self._reveal_lane()

    # Selecting

    def next_on_lane(self, direction: int) -> None:
        """Select the next (1) or previous (-1) on the lane."""
        self._scene.walk.on_lane(direction)

    def along_flow(self, direction: int) -> None:
        """Select what the selection caused (1), or its cause (-1)."""
        self._scene.walk.along_flow(direction)

    def select_at(self, at: QPointF) -> None:
        """Select what is under a point of the widget; nothing there clears the selection."""
        if not self.pick(at):
            self._scene.selection.clear()

    def pick(self, at: QPointF) -> bool:
        """Select what is under a point of the widget; whether anything is."""
        scene = self._scene
        item = item_at(scene.content, scene.picture, scene.place, at.x(), at.y())
        scene.walk.select(item)
        return item is not None

    def clear_selection(self) -> None:
        """Select nothing, and put the ruler away."""
        scene = self._scene
        scene.selection.clear()
        scene.lane_choices.point_at("")
        scene.markers.ruler = None
        scene.changed.emit()

    def reveal_selection(self) -> None:
        """Bring what is selected into view where it is not."""
        self._scene.walk.reveal()
        self._reveal_lane()

    def _reveal_lane(self) -> None:
        """Scroll so that the lane of a selected call is in view."""
        scene = self._scene
        item = scene.walk.selected()
        if item is not None and item[0] == "call":
            top = scene.content.top_of(item[1])
            value, page = scene.bar.value(), scene.place.lanes_height
            if not value <= top <= value + page - 2 * scene.line_height():
                scene.bar.setValue(top - page // 2)
        scene.changed.emit()

    # Marking

    def mark_selection(self, *, keep: bool) -> None:
        """Mark how long the selection lasts; keep: also when something else is marked."""
        scene = self._scene
        item = scene.walk.selected()
        if item is not None:
            stretch = scene.content.extent(*item)
            (scene.markers.keep if keep else scene.markers.mark)(stretch)
            scene.changed.emit()

    def measure(self, from_x: float, to_x: float) -> None:
        """A ruler between two places of the widget."""
        scene = self._scene
        left = scene.place.left
        scene.markers.ruler = scene.viewport.ns_at(from_x - left), scene.viewport.ns_at(to_x - left)
        scene.changed.emit()

    def clear_markers(self) -> None:
        """Remove marks and ruler."""
        self._scene.markers.clear()
        self._scene.changed.emit()
