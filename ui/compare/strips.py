"""The runs under each other on one time axis: zooming or panning one moves them all."""

from __future__ import annotations

import html
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QFont, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QLabel, QToolTip, QVBoxLayout, QWidget

from bus.trace import Trace
from ui.qt_actions import answer_keys
from ui.theme import ThemeSource
from ui.timeline.colours import Colours
from ui.timeline.content import Content
from ui.timeline.frame import Letters, TimelineFrame, sizes_for
from ui.timeline.furniture import MARGIN
from ui.timeline.geometry import Geometry, titles_width
from ui.timeline.input import NOTCH, PAN_SHARE
from ui.timeline.links import NOTHING
from ui.timeline.markers import Markers
from ui.timeline.navigation import Navigation
from ui.timeline.picture import Picture, picture_of
from ui.timeline.pointing import text_at
from ui.timeline.verbs import ZOOM_STEP

TITLE_PADDING = 70


class Strip(QWidget):
    """One run: its engine, then its lanes as the timeline paints them."""

    def __init__(self, title: str, trace: Trace, owner: Strips) -> None:
        super().__init__(owner)
        self.setAccessibleName(f"Timeline of {title}")
        self.setMouseTracking(True)
        self._title, self._owner = title, owner
        self.content = Content(trace)
        self.content.take_in(None)
        self._fit()

    @property
    def widest_title(self) -> int:
        """Pixels of the longest name of a lane."""
        metrics = self.fontMetrics()
        return max((metrics.horizontalAdvance(lane.title) for lane in self.content.lanes), default=0)

    def _fit(self) -> None:
        """As high as all of its lanes: what does not fit is scrolled to."""
        self.content.fit(sizes_for(self.font()))
        self.setFixedHeight(Geometry(1, 1, 0, self.content.sizes).lanes_top + self.content.lanes.height + 4)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()
            self._owner.fit_titles()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        place, colours, letters = self._place, self._owner.colours, Letters.of(painter.font())
        TimelineFrame(self.content, self._picture(place), place, colours, None, NOTHING, Markers(), letters).paint(
            painter
        )
        strong = QFont(painter.font())
        strong.setWeight(QFont.Weight.DemiBold)
        painter.setFont(strong)
        painter.setPen(colours.text)
        room = QRectF(place.left + MARGIN, 0, place.lanes_width - 2 * MARGIN, place.axis_top)
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), self._title)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._owner.grab_time(event.globalPosition().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._owner.drag_time(event.globalPosition().x())
            return
        at, place = event.position(), self._place
        text = text_at(self.content, self._picture(place), place, at.x(), at.y())
        rich = f"<div style='white-space:pre'>{html.escape(text)}</div>" if text else ""
        QToolTip.showText(event.globalPosition().toPoint(), rich, self)

    def wheelEvent(self, event: QWheelEvent) -> None:
        across, down = event.angleDelta().x(), event.angleDelta().y()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._owner.zoom(ZOOM_STEP ** (down / NOTCH), event.position().x() - self._place.left)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier or abs(across) > abs(down):
            self._owner.pan(-(across or down) / NOTCH * PAN_SHARE)
        else:
            event.ignore()  # the list of strips scrolls
            return
        event.accept()

    @property
    def _place(self) -> Geometry:
        return Geometry(self.width(), self.height(), self._owner.left, self.content.sizes)

    def _picture(self, place: Geometry) -> Picture:
        view = self._owner.navigation.view.resized(place.lanes_width)
        return picture_of(self.content, view, 0, place.lanes_height, self.devicePixelRatioF())


class Strips(QWidget):
    """The timelines of all compared runs below each other, showing the same stretch of time."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Timelines under each other")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._themes = themes
        self.navigation = Navigation()
        self.left = 0
        self.strips: list[Strip] = []
        self._held = 0.0
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(1)
        self.hint = QLabel("The timelines appear here, under each other, on one time axis.", self)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint.setProperty("muted", True)
        self._rows.addWidget(self.hint)
        self._rows.addStretch(1)
        themes.changed.connect(self.refresh_theme)
        answer_keys(
            self,
            {
                "view.zoom_in": self.zoom_in,
                "view.zoom_out": self.zoom_out,
                "view.pan_left": self.pan_left,
                "view.pan_right": self.pan_right,
                "view.fit": self.fit,
                "view.centre": self.fit,  # nothing is ever selected here
            },
        )
        self.refresh_theme()

    def show_runs(self, runs: Sequence[tuple[str, Trace]]) -> None:
        """Titles and traces, uppermost first; those that are there already stay."""
        for strip in self.strips[len(runs) :]:
            strip.deleteLater()
        self.strips = self.strips[: len(runs)]
        for place, (title, trace) in enumerate(runs):
            if place < len(self.strips) and self.strips[place].content.trace is trace:
                continue
            for old in self.strips[place:]:
                old.deleteLater()
            self.strips = [*self.strips[:place], Strip(title, trace, self)]
            self._rows.insertWidget(place, self.strips[-1])
        contents = [strip.content for strip in self.strips if not strip.content.empty]
        if contents:
            self.navigation.restart()
            first, last = min(each.first_ns for each in contents), max(each.last_ns for each in contents)
            self.navigation.advance(first, last, live=False)
        self.hint.setVisible(not self.strips)
        self.fit_titles()

    def refresh_theme(self) -> None:
        """Paint in the theme's colours from now on."""
        self.colours = Colours(self._themes.theme, self.devicePixelRatioF())
        self._show()

    def zoom(self, factor: float, about: float) -> None:
        """Closer or farther; what is at so many pixels from the lanes' left stays there."""
        self.navigation.zoom(factor, min(max(0.0, about), float(self.navigation.view.width)))
        self._show()

    def zoom_in(self) -> None:
        """Zoom in about the middle of the view."""
        self.zoom(ZOOM_STEP, self.navigation.view.width / 2)

    def zoom_out(self) -> None:
        """Zoom out about the middle of the view."""
        self.zoom(1 / ZOOM_STEP, self.navigation.view.width / 2)

    def pan_left(self) -> None:
        """Move the view earlier by a step."""
        self.pan(-PAN_SHARE)

    def pan_right(self) -> None:
        """Move the view later by a step."""
        self.pan(PAN_SHARE)

    def pan(self, share: float) -> None:
        """Later by a share of the view, or earlier."""
        self.navigation.pan(share * self.navigation.view.width)
        self._show()

    def fit(self) -> None:
        """Show all of all runs."""
        self.navigation.fit_all()
        self._show()

    def grab_time(self, x: float) -> None:
        """Begin to drag the view at `x`, in pixels of a strip."""
        self._held = x
        self.setFocus(Qt.FocusReason.MouseFocusReason)

    def drag_time(self, x: float) -> None:
        """Move the view with the pointer, which is at `x` now."""
        self.navigation.pan(self._held - x)
        self._held = x
        self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.fit_titles()

    def fit_titles(self) -> None:
        """One column of titles for all strips, so that their axes begin at the same pixel."""
        widest = max((strip.widest_title for strip in self.strips), default=0)
        sizes = sizes_for(self.font())
        self.left = titles_width(widest + TITLE_PADDING, self.width(), sizes)
        self.navigation.resize(max(1, self.width() - self.left))
        self._show()

    def _show(self) -> None:
        for strip in self.strips:
            strip.update()
