"""The timeline: a lane for each handler, every emit a mark, every call a bar, live and at any zoom.

This widget only paints: Scene is what it shows, TimelineVerbs what a person does to it, TimelineInput leads wheel and
mouse there, TimelineFrame is how it looks.
"""

from __future__ import annotations

import html

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QToolTip, QWidget

from bus.session import Session
from ui.filter_state import FilterState
from ui.selection import Selection
from ui.state import LIVE
from ui.theme import ThemeSource
from ui.timeline.colours import Colours
from ui.timeline.frame import Letters, TimelineFrame
from ui.timeline.geometry import Geometry
from ui.timeline.hints import Hints
from ui.timeline.input import TimelineInput
from ui.timeline.overview import Overview
from ui.timeline.picture import Picture
from ui.timeline.pointing import text_at
from ui.timeline.scene import Scene
from ui.timeline.surface import Surface
from ui.timeline.verbs import TimelineVerbs
from ui.timeline.viewport import Viewport

FRAME_MS = 16
"""While the engine runs its clock goes on, and running calls grow, even where no record comes."""
TICKS = ("running", "following")
"""Phases in which that is so."""
FOCUS = 2
"""Width of the frame that shows the keyboard's focus."""


class TimelineView(Surface):
    """The widget of the timeline: paints a scene, and hands what the person does to the verbs."""

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
        self.overview = Overview(self)
        self.hints = Hints(self)
        self.scene = Scene(session, selection, filter_state, self)
        self.verbs = TimelineVerbs(self.scene)
        self.take_input(TimelineInput(self, self.scene, self.verbs))
        self._frozen = False
        self._told_following = True
        self._told_view: Viewport | None = None
        self._hovered = ""
        self._colours: Colours | None = None
        self._letters: Letters | None = None
        self._clock = QTimer(self)
        self._clock.setInterval(FRAME_MS)
        self._clock.timeout.connect(self.refresh)
        self.scene.changed.connect(self._show_again)
        self.scene.contents.overtaken.connect(self.refresh)
        self.scene.capture_replaced.connect(self._thaw)
        self.input.pointed.connect(self.look_at)
        self.overview.chosen.connect(self.verbs.show_places)
        self.hints.resume.clicked.connect(self._follow)
        themes.changed.connect(self.refresh_theme)
        self.hints.restyle(themes.theme)
        self.refresh()

    # What is shown

    @property
    def following(self) -> bool:
        """Whether the view goes along with the newest."""
        return self.scene.navigation.following

    @property
    def frozen(self) -> bool:
        """Whether the picture is held while the capture goes on."""
        return self._frozen

    @property
    def viewport(self) -> Viewport:
        """Which time is in view."""
        return self.scene.viewport

    @property
    def picture(self) -> Picture:
        """What lies in view now."""
        return self.scene.picture

    @property
    def place(self) -> Geometry:
        """Where the parts of the widget lie."""
        return self.scene.place

    @property
    def ticking(self) -> bool:
        """Whether it paints frame by frame because time goes on."""
        return self._clock.isActive()

    def refresh(self) -> None:
        """Take in what is new; called at most once a frame."""
        self.scene.contents.follow(self._frozen)
        phase = self._session.engine_state.phase
        if not self._frozen and self.scene.take_in(live=phase in LIVE):
            self._show_again()
        else:
            self.overview.catch_up()
        ticks = phase in TICKS and self.isVisible() and not self._frozen
        if ticks != self._clock.isActive():
            (self._clock.start if ticks else self._clock.stop)()
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
            self.scene.navigation.attach()
            self.scene.follow_newest(live=self._session.engine_state.phase in LIVE)
        else:
            self.scene.navigation.detach()
        self._show_again()

    def set_frozen(self, on: bool) -> None:
        """Hold the picture; the capture goes on."""
        if on != self._frozen:
            self._frozen = on
            self.frozen_changed.emit(on)
            self.refresh()

    def look_at(self, at: QPointF, on_screen: QPoint) -> None:
        """Tell what is under the pointer."""
        text = text_at(self.scene.content, self.picture, self.place, at.x(), at.y())
        if text != self._hovered:
            self._hovered = text
            self.hovered.emit(" · ".join(text.split("\n")))
            rich = f"<div style='white-space:pre'>{html.escape(text)}</div>" if text else ""
            QToolTip.showText(on_screen, rich, self)

    # Events

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, scene = QPainter(self), self.scene
        if self._colours is None or self._colours.ratio != self.devicePixelRatioF():
            self._colours = Colours(self._themes.theme, self.devicePixelRatioF())
        if self._letters is None or self._letters.usual.font != painter.font():
            self._letters = Letters.of(painter.font())
        # Beside the scroll bar's upper end nobody else paints.
        painter.fillRect(self.place.width, 0, self.width() - self.place.width, self.height(), self._colours.surface)
        parts = scene.content, self.picture, self.place, self._colours
        TimelineFrame(*parts, scene.walk.selected(), scene.story, scene.markers, self._letters).paint(painter)
        if self.hasFocus():
            painter.setPen(QPen(self._colours.accent, FOCUS))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()
        self.overview.show_view(scene.content, self.viewport, self._colours, hurried=self.ticking)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._show_again()

    def changeEvent(self, event: QEvent) -> None:
        """Another font: lanes are as high as its letters need."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.scene.measure_again()
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

    def _show_again(self) -> None:
        """Something of the picture changed: lay out, and paint in the next frame."""
        self.scene.lay_out()
        place = self.place
        self.overview.setGeometry(place.left, FOCUS, self.width() - place.left - FOCUS, place.axis_top - FOCUS)
        self.hints.place(QRect(place.left, place.emits_top, place.lanes_width, self.height() - place.emits_top))
        self.update()
        self._say_state()
        if self.viewport != self._told_view:
            self._told_view = self.viewport
            self.view_changed.emit(self._told_view.start_ns, self._told_view.end_ns)

    def _say_state(self) -> None:
        live, content = self._session.engine_state.phase in LIVE, self.scene.content
        self.hints.show_state(
            empty=not content.records,
            detached=live and not self.following,
            frozen=self._frozen,
            waiting=content.waiting,
            busy=self.scene.contents.busy,
        )
        if self.following != self._told_following:
            self._told_following = self.following
            self.following_changed.emit(self.following)

    def _follow(self) -> None:
        self.set_following(True)

    def _thaw(self) -> None:
        self.set_frozen(False)
