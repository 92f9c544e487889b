"""What a timeline shows: its content, which time and lanes are in view, what is selected and marked.

Nothing here paints. Of the widget it knows how large it is, its font, and where the pointer is.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from bus.session import Session
from ui.filter_state import FilterState
from ui.selection import Selection
from ui.timeline.content import Content
from ui.timeline.contents import Contents
from ui.timeline.frame import sizes_for
from ui.timeline.geometry import Geometry, titles_width
from ui.timeline.lane_bar import LaneBar
from ui.timeline.lane_choices import LaneChoices
from ui.timeline.lanes import Lane, Lanes
from ui.timeline.links import NOTHING, Story, story_of
from ui.timeline.markers import Markers
from ui.timeline.navigation import Navigation
from ui.timeline.neighbours import Item
from ui.timeline.path_lane import PADDING, ShownPath
from ui.timeline.picture import Picture, picture_of
from ui.timeline.selection_walk import LEAST_ROOM, SelectionWalk
from ui.timeline.time_axis import TimeAxis
from ui.timeline.viewport import Viewport

SELDOM = 12
"""While records arrive the links of the selection are found anew only at every so many frames."""

LEAST_SHARE = 8
"""A critical path that is shown takes at least this part of the view."""

TITLE_PADDING = 70
"""Room beside a title for its margins and its count of failures."""


class Scene(QObject):
    """All of a timeline but its painting; the view paints it, the verbs change it."""

    changed = Signal()
    """Something of the picture is another: lay out, and paint in the next frame."""

    capture_replaced = Signal()
    """The content is of another capture: nothing of the view means anything any more."""

    def __init__(self, session: Session, selection: Selection, filter_state: FilterState, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget = widget
        self.selection = selection
        selection.changed.connect(self._let_path_go)
        self.navigation = Navigation()
        self.lane_choices = LaneChoices(self)
        self.contents = Contents(session, filter_state, self.lane_choices, self)
        self.contents.replaced.connect(self._begin)
        self.contents.changed.connect(self.changed)
        self.axis = TimeAxis(session, self)
        self.axis.scale_changed.connect(self._rescale)
        self.bar = LaneBar(widget)
        self.bar.valueChanged.connect(self._scrolled)
        self.walk = SelectionWalk(self.content, selection, self.navigation)
        self.markers = Markers(notes=session.trace.notes)
        self._picture: Picture | None = None
        self._story = NOTHING
        self._linked: tuple[Item | None, int] = (None, 0)
        self._frames = 0
        self._widest = 0
        self._measured: Lanes | None = None

    @property
    def content(self) -> Content:
        """The records that are shown, with their lanes."""
        return self.contents.now

    @property
    def viewport(self) -> Viewport:
        """Which time is in view."""
        return self.navigation.view

    @property
    def lanes(self) -> Lanes:
        """The handlers' lanes, uppermost first."""
        return self.content.lanes

    @property
    def lanes_overflow(self) -> bool:
        """Whether there are more lanes than fit."""
        return self.bar.maximum() > 0

    @property
    def story(self) -> Story:
        """The causes and effects of the selection that are drawn; found anew only now and then while records come."""
        item = self.walk.selected()
        state = (item, self._frames // SELDOM)
        if state != self._linked:
            self._linked = state
            self._story = story_of(self.content.trace, *item) if item else NOTHING
        return self._story

    @property
    def picture(self) -> Picture:
        """What lies in view now."""
        if self._picture is None:
            height, ratio = self.place.lanes_height, self._widget.devicePixelRatioF()
            parts = self.content, self.viewport, self.bar.value(), height, ratio
            self._picture = picture_of(*parts, self.markers.path)
        return self._picture

    @property
    def place(self) -> Geometry:
        """Where the parts of the widget lie."""
        widget, sizes = self._widget, self.content.sizes
        bar = self.bar.sizeHint().width() if self.bar.maximum() else 0
        titles = titles_width(self._widest + TITLE_PADDING, widget.width(), sizes)
        return Geometry(widget.width() - bar, widget.height(), titles, sizes, self._path_height)

    def pointer_x(self) -> float:
        """Where the pointer is, or the middle of the lanes where it is elsewhere."""
        widget = self._widget
        at = widget.mapFromGlobal(widget.cursor().pos())
        inside = widget.rect().contains(at) and at.x() >= self.place.left
        return float(at.x()) if inside else self.place.left + self.viewport.width / 2

    def line_height(self) -> int:
        """Height of a line of text, in pixels."""
        return self._widget.fontMetrics().height()

    def lane_at(self, y: float) -> Lane | None:
        """The lane at a height of the widget."""
        below = round(y) - self.place.lanes_top
        return self.lanes.at(below + self.bar.value()) if below >= 0 else None

    def selected_lane(self) -> Lane | None:
        """The lane of the selected call."""
        kind, row = self.walk.selected() or ("", -1)
        return self.content.lane_of(row) if kind == "call" else None

    def take_in(self, *, live: bool) -> bool:
        """Take in new records, and go along where following; whether there were any. live: an engine runs."""
        if not self.contents.take_in():
            return False
        self.axis.follow(self.content)
        self.follow_newest(live=live)
        self._frames += 1
        return True

    def follow_newest(self, *, live: bool) -> None:
        """Bring the newest into view where following."""
        self.navigation.advance(self.content.first_ns, self.content.now_ns, live=live)

    def show_path(self, path: ShownPath | None) -> None:
        """Show a critical path as a lane, all of it in view and wide enough to be read; None: none any more."""
        if path == self.markers.path:
            return
        self.markers.path = path
        if path is not None:
            view = self.viewport
            start, end = (view.scale.place(time_ns) for time_ns in path.stretch)
            if start < view.start or end > view.end or (end - start) * LEAST_SHARE < view.span:
                room = max((end - start) // 4, LEAST_ROOM)
                self.navigation.fit(start - room, end + room)
        self.changed.emit()

    def lay_out(self) -> None:
        """Fit everything to the widget's size and font."""
        widget, content = self._widget, self.content
        content.fit(sizes_for(widget.font()))
        if self._measured is not content.lanes:
            self._measured = content.lanes
            metrics = widget.fontMetrics()
            self._widest = max((metrics.horizontalAdvance(lane.title) for lane in self._measured), default=0)
        visible = Geometry(widget.width(), widget.height(), 0, content.sizes, self._path_height).lanes_height
        self.bar.setRange(0, max(0, content.lanes.height - visible))
        self.bar.setPageStep(max(1, visible))
        self.bar.setVisible(self.lanes_overflow)
        place = self.place
        self.bar.setGeometry(place.width, place.lanes_top, widget.width() - place.width, place.lanes_height)
        self.navigation.resize(place.lanes_width)
        self._picture = None

    def measure_again(self) -> None:
        """The font is another one: titles are as wide as its letters."""
        self._measured = None

    @property
    def _path_height(self) -> int:
        return self.content.sizes.single + 2 * PADDING if self.markers.path is not None else 0

    def _let_path_go(self) -> None:
        """The path stays while what is selected belongs to it."""
        path, selection = self.markers.path, self.selection
        if path is not None and not path.is_about(selection.kind, selection.id):
            self.show_path(None)

    def _begin(self, another: bool = True) -> None:
        """Start on another content; the person stays where they are unless it is of another capture."""
        self.walk = SelectionWalk(self.content, self.selection, self.navigation)
        self._picture, self._measured = None, None
        self._story, self._linked = NOTHING, (None, 0)
        self._frames = 0
        self.axis.show(self.content)
        if another:
            self.markers = Markers(notes=self.content.trace.notes)
            self.capture_replaced.emit()
            self.navigation.restart()
        self.changed.emit()

    def _rescale(self) -> None:
        self.navigation.on(self.axis.scale)
        self.changed.emit()

    def _scrolled(self) -> None:
        self.changed.emit()
