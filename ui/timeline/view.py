"""The timeline: a lane for each handler, every emit a mark, every call a bar, live and at any zoom.

This widget only holds the parts together: Content knows the trace, Navigation what is in view, Picture what lies
there, TimelineFrame how it looks, SelectionWalk the verbs of the selection, TimelineInput what the person does.
"""

from __future__ import annotations

import html
from itertools import islice

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QHideEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QToolTip, QWidget

from bus.picture.scale import Mode
from bus.session import Session
from ui.filter_state import FilterState
from ui.selection import Selection
from ui.state import LIVE
from ui.theme import ThemeSource
from ui.timeline import words
from ui.timeline.colours import Colours
from ui.timeline.content import Content
from ui.timeline.contents import SELDOM, Contents
from ui.timeline.frame import Letters, TimelineFrame, sizes_for
from ui.timeline.geometry import Geometry, titles_width
from ui.timeline.hints import Hints
from ui.timeline.input import ZOOM_STEP
from ui.timeline.lane_bar import LaneBar
from ui.timeline.lane_choices import LaneChoices
from ui.timeline.lanes import Lane, Lanes
from ui.timeline.links import NOTHING, FlowLink, Story, story_of
from ui.timeline.markers import Markers
from ui.timeline.navigation import Navigation
from ui.timeline.neighbours import Item
from ui.timeline.overview import Overview
from ui.timeline.picture import Picture, picture_of
from ui.timeline.pointing import item_at, text_at
from ui.timeline.selection_walk import SelectionWalk
from ui.timeline.surface import Surface
from ui.timeline.time_axis import TimeAxis
from ui.timeline.viewport import Viewport

FRAME_MS = 16
"""While the engine runs its clock goes on, and running calls grow, even where no record comes."""
TICKS = ("running", "following")
"""Phases in which that is so."""
MOST_LISTED = 2_000
"""Lanes that are offered to go to."""
FOCUS = 2
"""Width of the frame that shows the keyboard's focus."""
TITLE_PADDING = 70
"""Room beside a title for its margins and its count of failures."""


class TimelineView(Surface):
    """Shows the session's trace over time."""

    following_changed = Signal(bool)
    frozen_changed = Signal(bool)
    view_changed = Signal(object, object)
    """Start and end of the time in view, nanoseconds."""
    hovered = Signal(str)
    """Names and numbers of what the pointer is over; empty where there is nothing."""

    def __init__(
        self,
        session: Session,
        selection: Selection,
        filter_state: FilterState,
        themes: ThemeSource,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("timeline")
        self.setAccessibleName("Timeline")
        self.setAccessibleDescription("Emits and calls over time, a lane for each handler")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._session, self._themes = session, themes
        self.selection, self.filter_state = selection, filter_state
        self._navigation = Navigation()
        self.for_selected: tuple[QAction, ...] = ()
        """What a right click offers on a call or an emit."""
        self.for_view: tuple[QAction, ...] = ()
        """The same where nothing is."""

        self.lane_choices = LaneChoices(self)
        self._contents = Contents(session, filter_state, self.lane_choices, self)
        self._contents.replaced.connect(self._begin)
        self._contents.changed.connect(self._show_again)
        self.axis = TimeAxis(session, self)
        self.axis.scale_changed.connect(self._rescale)
        self._picture: Picture | None = None
        self._story = NOTHING
        self._linked: tuple[Item | None, int] = (None, 0)
        self._frames = 0
        self._widest = 0
        self._measured: Lanes | None = None
        self._walk = SelectionWalk(self._content, selection, self._navigation)
        self.markers = Markers(notes=session.trace.notes)
        self.take_input(self)
        self._frozen = False
        self._told_following = True
        self._told_view: Viewport | None = None
        self._hovered = ""
        self._colours: Colours | None = None
        self._letters: Letters | None = None
        self.overview = Overview(self)
        self.hints = Hints(self)
        self._bar = LaneBar(self)
        self._clock = QTimer(self)
        self._clock.setInterval(FRAME_MS)
        self._clock.timeout.connect(self.refresh)
        self._bar.valueChanged.connect(self._show_again)
        self.overview.chosen.connect(self._show_places)
        self.hints.resume.clicked.connect(self._follow)
        selection.changed.connect(self._selection_changed)
        themes.changed.connect(self.refresh_theme)
        self.hints.restyle(themes.theme)
        self.refresh()

    # What is shown

    @property
    def following(self) -> bool:
        """Whether the view goes along with the newest."""
        return self._navigation.following

    @property
    def frozen(self) -> bool:
        """Whether the picture is held while the capture goes on."""
        return self._frozen

    @property
    def viewport(self) -> Viewport:
        """Which time is in view."""
        return self._navigation.view

    @property
    def lanes(self) -> Lanes:
        """The handlers' lanes, uppermost first."""
        return self._content.lanes

    @property
    def links(self) -> list[FlowLink]:
        """The causes and effects of the selection that arrows are drawn for."""
        return self._told().links

    @property
    def _content(self) -> Content:
        return self._contents.now

    def _told(self) -> Story:
        item = self._walk.selected()
        state = (item, self._frames // SELDOM)
        if state != self._linked:
            self._linked = state
            self._story = story_of(self._content.trace, *item) if item else NOTHING
        return self._story

    @property
    def picture(self) -> Picture:
        """What lies in view now."""
        if self._picture is None:
            height, ratio = self.place.lanes_height, self.devicePixelRatioF()
            self._picture = picture_of(self._content, self.viewport, self._bar.value(), height, ratio)
        return self._picture

    @property
    def place(self) -> Geometry:
        """Where the parts of the widget lie."""
        bar = self._bar.sizeHint().width() if self._bar.maximum() else 0
        sizes = self._content.sizes
        titles = titles_width(self._widest + TITLE_PADDING, self.width(), sizes)
        return Geometry(self.width() - bar, self.height(), titles, sizes)

    @property
    def ticking(self) -> bool:
        """Whether it paints frame by frame because time goes on."""
        return self._clock.isActive()

    def refresh(self) -> None:
        """Take in what is new; called at most once a frame."""
        self._contents.follow(self._frozen)
        phase = self._session.engine_state.phase
        if not self._frozen and self._contents.take_in():
            self.axis.follow(self._content)
            self._navigation.advance(self._content.first_ns, self._content.now_ns, live=phase in LIVE)
            self._frames += 1
            self._show_again()
        else:
            self.overview.catch_up()
        self._keep_time(phase in TICKS and self.isVisible() and not self._frozen)
        self._say_state()

    def refresh_records(self) -> None:
        """New records are in the trace."""
        self.refresh()

    def refresh_engine(self) -> None:
        """The engine's state changed: its clock may go on or stand still."""
        self.refresh()

    def refresh_notes(self) -> None:
        """Flags stand at other times, or say something else."""
        self.update()

    def refresh_theme(self) -> None:
        """Paint in the theme's colours from now on."""
        self._colours = None
        self.hints.restyle(self._themes.theme)
        self._show_again()

    def set_following(self, on: bool) -> None:
        """Go along with the newest, or stay."""
        if on:
            self.set_frozen(False)
            self._navigation.attach()
            live = self._session.engine_state.phase in LIVE
            self._navigation.advance(self._content.first_ns, self._content.now_ns, live=live)
        else:
            self._navigation.detach()
        self._show_again()

    def set_frozen(self, on: bool) -> None:
        """Hold the picture; the capture goes on."""
        if on != self._frozen:
            self._frozen = on
            self.frozen_changed.emit(on)
            self.refresh()

    # Moving the view

    def zoom_in(self) -> None:
        """Zoom in about the pointer."""
        self.zoom_about(ZOOM_STEP, self._pointer_x())

    def zoom_out(self) -> None:
        """Zoom out about the pointer."""
        self.zoom_about(1 / ZOOM_STEP, self._pointer_x())

    def zoom_about(self, factor: float, x: float) -> None:
        """Zoom; what is at `x` of the widget stays there."""
        self._navigation.zoom(factor, min(max(0.0, x - self.place.left), float(self.viewport.width)))
        self._show_again()

    def pan(self, share: float) -> None:
        """Later by a share of the view, or earlier where negative."""
        self._navigation.pan(share * self.viewport.width)
        self._show_again()

    def drag(self, across: float, down: float) -> None:
        """Move what is in view with the pointer."""
        if across:
            self._navigation.pan(across)
        self.scroll_lanes(round(down))
        self._show_again()

    def set_time_axis(self, mode: Mode) -> None:
        """To scale, with idle gaps folded, or step by step."""
        self.axis.choose(mode, self._content)

    def fit(self) -> None:
        """The whole capture in view."""
        self._navigation.fit_all()
        self._show_again()

    def listed_lanes(self) -> list[tuple[Lane, str]]:
        """The lanes that can be gone to, and in a few words what each did."""
        return [(lane, words.calls_of_lane(self._content, lane)) for lane in islice(self.lanes, MOST_LISTED)]

    def show_lane(self, handler: str) -> None:
        """Scroll to a lane and make it stand out; handler: its number."""
        lane = self.lanes.of(int(handler))
        if lane is not None:
            self._bar.setValue(lane.top - self.place.lanes_height // 3)
            self.lane_choices.point_at(lane.title)

    def scroll_lanes(self, pixels: int) -> None:
        """Lanes further down, or up where negative."""
        self._bar.setValue(self._bar.value() + pixels)

    @property
    def lanes_overflow(self) -> bool:
        """Whether there are more lanes than fit."""
        return self._bar.maximum() > 0

    def centre_selection(self) -> None:
        """The selection in the middle; again, and it is fitted. Without one, the whole capture."""
        self._walk.centre()
        self._reveal_lane()

    def fit_selection(self) -> None:
        """The selection as wide as most of the view."""
        self._walk.fit()
        self._reveal_lane()

    # Selecting

    def next_on_lane(self, direction: int) -> None:
        """Select the next (1) or previous (-1) on the lane."""
        self._walk.on_lane(direction)

    def along_flow(self, direction: int) -> None:
        """Select what the selection caused (1), or its cause (-1)."""
        self._walk.along_flow(direction)

    def clear_selection(self) -> None:
        """Select nothing, and put the ruler away."""
        self.selection.clear()
        self.lane_choices.point_at("")
        self.markers.ruler = None
        self.update()

    def mark_selection(self, *, keep: bool) -> None:
        """Mark how long the selection lasts; keep: also when something else is marked."""
        item = self._walk.selected()
        if item is not None:
            stretch = self._content.extent(*item)
            (self.markers.keep if keep else self.markers.mark)(stretch)
            self.update()

    def measure(self, from_x: float, to_x: float) -> None:
        """A ruler between two places of the widget."""
        left = self.place.left
        self.markers.ruler = self.viewport.ns_at(from_x - left), self.viewport.ns_at(to_x - left)
        self.update()

    def clear_markers(self) -> None:
        """Remove marks and ruler."""
        self.markers.clear()
        self.update()

    def select_at(self, at: QPointF) -> None:
        """Select what is under a point of the widget; nothing there clears the selection."""
        if not self.pick(at):
            self.selection.clear()

    def pick(self, at: QPointF) -> bool:
        """Select what is under a point of the widget; whether anything is."""
        item = item_at(self._content, self.picture, self.place, at.x(), at.y())
        self._walk.select(item)
        return item is not None

    def lane_at(self, y: float) -> Lane | None:
        """The lane at a height of the widget."""
        below = round(y) - self.place.lanes_top
        return self.lanes.at(below + self._bar.value()) if below >= 0 else None

    def selected_lane(self) -> Lane | None:
        """The lane of the selected call."""
        kind, row = self._walk.selected() or ("", -1)
        return self._content.lane_of(row) if kind == "call" else None

    def look_at(self, at: QPointF, on_screen: QPoint) -> None:
        """Tell what is under the pointer."""
        text = text_at(self._content, self.picture, self.place, at.x(), at.y())
        if text != self._hovered:
            self._hovered = text
            self.hovered.emit(" · ".join(text.split("\n")))
            rich = f"<div style='white-space:pre'>{html.escape(text)}</div>" if text else ""
            QToolTip.showText(on_screen, rich, self)

    # Events

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._colours is None or self._colours.ratio != self.devicePixelRatioF():
            self._colours = Colours(self._themes.theme, self.devicePixelRatioF())
        if self._letters is None or self._letters.usual.font != painter.font():
            self._letters = Letters.of(painter.font())
        # Beside the scroll bar's upper end nobody else paints.
        painter.fillRect(self.place.width, 0, self.width() - self.place.width, self.height(), self._colours.surface)
        parts = self._content, self.picture, self.place, self._colours
        TimelineFrame(*parts, self._walk.selected(), self._told(), self.markers, self._letters).paint(painter)
        if self.hasFocus():
            painter.setPen(QPen(self._colours.accent, FOCUS))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()
        self.overview.show_view(self._content, self.viewport, self._colours, hurried=self.ticking)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._show_again()

    def changeEvent(self, event: QEvent) -> None:
        """Another font: lanes are as high as its letters need."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._measured = None
            self.updateGeometry()
            self._show_again()

    def showEvent(self, event: QShowEvent) -> None:
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        self._clock.stop()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = ""
        self.hovered.emit("")

    # Keeping up

    def _begin(self, another: bool = True) -> None:
        """Start on another content; the person stays where they are unless it is of another capture."""
        self._walk = SelectionWalk(self._content, self.selection, self._navigation)
        self._picture, self._measured = None, None
        self._story, self._linked = NOTHING, (None, 0)
        self._frames = 0
        self.axis.show(self._content)
        if another:
            self.markers = Markers(notes=self._session.trace.notes)
            self.set_frozen(False)
            self._navigation.restart()
        self._show_again()

    def _rescale(self) -> None:
        self._navigation.on(self.axis.scale)
        self._show_again()

    def _keep_time(self, on: bool) -> None:
        if on != self._clock.isActive():
            (self._clock.start if on else self._clock.stop)()

    def _show_again(self) -> None:
        """Something of the picture changed: lay out, and paint in the next frame."""
        self._content.fit(sizes_for(self.font()))
        if self._measured is not self._content.lanes:
            self._measured = self._content.lanes
            metrics = self.fontMetrics()
            self._widest = max((metrics.horizontalAdvance(lane.title) for lane in self._measured), default=0)
        visible = Geometry(self.width(), self.height(), 0, self._content.sizes).lanes_height
        self._bar.setRange(0, max(0, self._content.lanes.height - visible))
        self._bar.setPageStep(max(1, visible))
        self._bar.setVisible(self.lanes_overflow)
        place = self.place
        self._bar.setGeometry(place.width, place.lanes_top, self.width() - place.width, place.lanes_height)
        self.overview.setGeometry(place.left, FOCUS, self.width() - place.left - FOCUS, place.axis_top - FOCUS)
        self.hints.place(QRect(place.left, place.emits_top, place.lanes_width, self.height() - place.emits_top))
        self._navigation.resize(place.lanes_width)
        self._picture = None
        self.update()
        self._say_state()
        if self.viewport != self._told_view:
            self._told_view = self.viewport
            self.view_changed.emit(self._told_view.start_ns, self._told_view.end_ns)

    def _say_state(self) -> None:
        live = self._session.engine_state.phase in LIVE
        self.hints.show_state(
            empty=not self._content.records,
            detached=live and not self.following,
            frozen=self._frozen,
            waiting=self._content.waiting,
            busy=self._contents.busy,
        )
        if self.following != self._told_following:
            self._told_following = self.following
            self.following_changed.emit(self.following)

    def _selection_changed(self) -> None:
        self._walk.reveal()
        self._reveal_lane()

    def _reveal_lane(self) -> None:
        """Scroll so that the lane of a selected call is in view."""
        item = self._walk.selected()
        if item is not None and item[0] == "call":
            top = self._content.top_of(item[1])
            value, page = self._bar.value(), self.place.lanes_height
            if not value <= top <= value + page - 2 * self.fontMetrics().height():
                self._bar.setValue(top - page // 2)
        self._show_again()

    def show_stretch(self, start_ns: int, end_ns: int) -> None:
        """Bring this time into view."""
        place = self.viewport.scale.place
        self._show_places(place(start_ns), place(end_ns))

    def _show_places(self, first: int, last: int) -> None:
        self._navigation.show(first, last)
        self._show_again()

    def _follow(self) -> None:
        self.set_following(True)

    def _pointer_x(self) -> float:
        """Where the pointer is, or the middle of the lanes where it is elsewhere."""
        at = self.mapFromGlobal(self.cursor().pos())
        inside = self.rect().contains(at) and at.x() >= self.place.left
        return float(at.x()) if inside else self.place.left + self.viewport.width / 2
