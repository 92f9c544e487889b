"""The timeline: a lane for each handler, every emit a mark, every call a bar, live and at any zoom.

This widget only holds the parts together: Content knows the trace, Navigation what is in view, Picture what lies
there, Frame how it looks, Walk the verbs of the selection, Input what the person does.
"""

from __future__ import annotations

import html
from functools import partial

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QPushButton, QScrollBar, QToolTip, QWidget

from bus.session import Session
from ui.filter_state import FilterState
from ui.finding import Finding
from ui.selection import Selection
from ui.theme import ThemeSource
from ui.timeline.colours import Colours
from ui.timeline.content import LIVE, Content
from ui.timeline.frame import Frame
from ui.timeline.geometry import OVERVIEW_HEIGHT, Geometry, titles_width
from ui.timeline.hints import Hints
from ui.timeline.input import ZOOM_STEP, Input
from ui.timeline.lane_choices import LaneChoices
from ui.timeline.lane_menu import LaneMenu
from ui.timeline.lanes import Lanes
from ui.timeline.links import NOTHING, Link, Story, story_of
from ui.timeline.markers import Markers
from ui.timeline.matches import Matches, matches_of
from ui.timeline.navigation import Navigation
from ui.timeline.neighbours import Item
from ui.timeline.overview import Overview
from ui.timeline.picture import Picture, picture_of
from ui.timeline.pointing import item_at, text_at
from ui.timeline.viewport import Viewport
from ui.timeline.walk import Walk

FRAME_MS = 16
"""While the engine runs its clock goes on, and running calls grow, even where no record comes."""
SELDOM = 12
"""While records arrive the filter and the arrows are found anew only at every so many frames."""
FOCUS = 2
"""Width of the frame that shows the keyboard's focus."""
TITLE_PADDING = 70
"""Room beside a title for its margins and its count of failures."""


class TimelineView(QWidget):
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
        self.setMinimumSize(320, 160)
        self._session, self._themes = session, themes
        self.selection, self.filter_state = selection, filter_state
        self._navigation = Navigation()
        self._finding = Finding(session, self)
        self._finding.found.connect(self._matched)
        self.lane_choices = LaneChoices(self)
        self.lane_choices.changed.connect(self._rearrange)
        self._picture: Picture | None = None
        self._story = NOTHING
        self._linked: tuple[Item | None, int] = (None, 0)
        self._frames = 0
        self._widest = 0
        self._measured: Lanes | None = None
        self._begin()
        self._input = Input(self)
        self._frozen = False
        self._told_following = True
        self._told_view: Viewport | None = None
        self._hovered = ""
        self._colours: Colours | None = None
        self.overview = Overview(self)
        self.hints = Hints(self)
        self._bar = QScrollBar(Qt.Orientation.Vertical, self)
        self._bar.setAccessibleName("Scroll lanes")
        self._clock = QTimer(self)
        self._clock.setInterval(FRAME_MS)
        self._clock.timeout.connect(self.refresh)
        self._bar.valueChanged.connect(self._show_again)
        self.overview.chosen.connect(self.show_stretch)
        self.hints.resume.clicked.connect(self._follow)
        selection.changed.connect(self._selection_changed)
        filter_state.changed.connect(self._filter_changed)
        themes.changed.connect(self.refresh_theme)
        self.hints.restyle(themes.theme)
        self.refresh()

    # What is shown

    @property
    def resume_hint(self) -> QPushButton:
        """The chip that says how to follow again."""
        return self.hints.resume

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
    def links(self) -> list[Link]:
        """The causes and effects of the selection that arrows are drawn for."""
        return self._told().links

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
        """Where the parts lie."""
        bar = self._bar.sizeHint().width() if self._bar.maximum() else 0
        return Geometry(self.width() - bar, self.height(), titles_width(self._widest + TITLE_PADDING, self.width()))

    @property
    def ticking(self) -> bool:
        """Whether it paints frame by frame because time goes on."""
        return self._clock.isActive()

    def refresh(self) -> None:
        """Take in what is new; called at most once a frame."""
        if not self._content.still_describes(self._session.trace):
            self._change_trace()
        phase = self._session.engine_state.phase
        if not self._frozen and self._content.update(self._session):
            self._navigation.advance(self._content.first_ns, self._content.now_ns, live=phase in LIVE)
            self._filter_again()
            self._show_again()
        self._keep_time(phase == "running" and self.isVisible() and not self._frozen)
        self._say_state()

    def refresh_records(self) -> None:
        """New records are in the trace."""
        self.refresh()

    def refresh_engine(self) -> None:
        """The engine's state changed: its clock may go on or stand still."""
        self.refresh()

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
        """Closer, about the pointer."""
        self.zoom_about(ZOOM_STEP, self._pointer_x())

    def zoom_out(self) -> None:
        """Farther, about the pointer."""
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

    def fit(self) -> None:
        """The whole capture in view."""
        self._navigation.fit_all()
        self._show_again()

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
        """Mark and measure nothing."""
        self.markers.clear()
        self.update()

    def select_at(self, at: QPointF) -> None:
        """Select what is under a point of the widget; nothing there clears the selection."""
        item = item_at(self._content, self.picture, self.place, at.x(), at.y())
        if item is None:
            self.selection.clear()
        self._walk.select(item)

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
        selected = self._walk.selected()
        Frame(self._content, self.picture, self.place, self._colours, selected, self._told(), self.markers).paint(
            painter
        )
        if self.hasFocus():
            painter.setPen(QPen(self._colours.accent, FOCUS))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()
        self.overview.show_view(self._content, self.viewport, self._colours)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._show_again()

    def showEvent(self, event: QShowEvent) -> None:
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        self._clock.stop()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._input.key(event):
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._input.wheel(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._input.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._input.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._input.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._input.double_click(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        y = event.pos().y() - self.place.lanes_top
        lane = self.lanes.at(y + self._bar.value()) if y >= 0 else None
        LaneMenu(lane.title if lane else "", self.lanes, self.lane_choices, self).show_at(event.globalPos())

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = ""
        self.hovered.emit("")

    # Keeping up

    def _begin(self) -> None:
        """Start on the session's trace, with nothing of it taken in."""
        self._content = Content(self._session.trace, self.lane_choices)
        self._walk = Walk(self._content, self.selection, self._navigation)
        self._picture, self._measured = None, None
        self._story, self._linked = NOTHING, (None, 0)
        self.markers = Markers()
        self._frames = 0

    def _rearrange(self) -> None:
        if self._content.group != self.lane_choices.group:
            self._begin()
            self._content.update(self._session)
            self._filter_changed()
        self._content.rearrange()
        self._show_again()

    def _change_trace(self) -> None:
        """Another capture; or the same one without its oldest records, in which the person stays where they are."""
        if self._session.trace.raw is self._content.trace.raw and len(self._session.trace.dispatches):
            if not self._frozen:  # what is frozen may be looked at as it was
                kept = self.markers
                self._begin()
                self.markers = kept
            return
        self.set_frozen(False)
        self._begin()
        self._navigation.restart()
        self._show_again()

    def _keep_time(self, on: bool) -> None:
        if on != self._clock.isActive():
            if on:
                self._clock.start()
            else:
                self._clock.stop()

    def _show_again(self) -> None:
        """Something of the picture changed: lay out, and paint in the next frame."""
        if self._measured is not self._content.lanes:
            self._measured = self._content.lanes
            metrics = self.fontMetrics()
            self._widest = max((metrics.horizontalAdvance(lane.title) for lane in self._measured), default=0)
        visible = Geometry(self.width(), self.height(), 0).lanes_height
        self._bar.setRange(0, max(0, self._content.lanes.height - visible))
        self._bar.setPageStep(max(1, visible))
        self._bar.setVisible(self.lanes_overflow)
        place = self.place
        self._bar.setGeometry(place.width, place.lanes_top, self.width() - place.width, place.lanes_height)
        self.overview.setGeometry(place.left, FOCUS, self.width() - place.left - FOCUS, OVERVIEW_HEIGHT - FOCUS)
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
        )
        if self.following != self._told_following:
            self._told_following = self.following
            self.following_changed.emit(self.following)

    def _filter_again(self) -> None:
        """New records came: evaluate the filter anew, though not at every frame."""
        self._frames += 1
        if self._content.matches is not None and self._frames % SELDOM == 0 and not self._finding.busy:
            self._filter_changed()

    def _filter_changed(self) -> None:
        wanted = self.filter_state.filter if self.filter_state.active else None
        if wanted is not None and self._finding.pays:
            self._finding.start(partial(matches_of, wanted))
            return
        self._finding.forget()
        self._matched(None if wanted is None else matches_of(wanted, self._content.trace))

    def _matched(self, matches: Matches | None) -> None:
        self._content.matches = matches
        self._show_again()

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
        """This time in view."""
        self._navigation.show(start_ns, end_ns)
        self._show_again()

    def _follow(self) -> None:
        self.set_following(True)

    def _pointer_x(self) -> float:
        """Where the pointer is, or the middle of the lanes where it is elsewhere."""
        at = self.mapFromGlobal(self.cursor().pos())
        inside = self.rect().contains(at) and at.x() >= self.place.left
        return float(at.x()) if inside else self.place.left + self.viewport.width / 2
