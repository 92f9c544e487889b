"""What is told when something changed: each part of the window hears what it has a method for, and nothing else.

From an emit to the pixel: Session.pump -> Bridge.records_arrived -> Refresh.records -> a part's `refresh_records`.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from PySide6.QtCore import QObject

from bus.export.slice import stretch_of
from ui.capture_layout import CaptureLayout
from ui.parts import Parts
from ui.qt_actions import QtActions
from ui.runs.words import window_title
from ui.verbs import Verbs


@runtime_checkable
class HearsRecords(Protocol):
    """A part of the window that shows records."""

    def refresh_records(self) -> None:
        """New records are in the trace; at most once a frame."""


@runtime_checkable
class HearsEngine(Protocol):
    """A part of the window that shows what the engine does."""

    def refresh_engine(self) -> None:
        """Called when the engine's state has changed."""


@runtime_checkable
class HearsDocument(Protocol):
    """A part of the window that shows something of the scenario."""

    def refresh_document(self) -> None:
        """The scenario was edited, saved or replaced."""


@runtime_checkable
class HearsTrace(Protocol):
    """A part of the window that keeps ids or rows of the trace."""

    def refresh_trace(self) -> None:
        """Another trace is in view: ids of before mean nothing any more."""


@runtime_checkable
class HearsRuns(Protocol):
    """A part of the window that shows which run is in view, or which others there are."""

    def refresh_runs(self) -> None:
        """Another run is in view, one came or went, or something else is said of one."""


@runtime_checkable
class HearsNotes(Protocol):
    """A part of the window that shows notes."""

    def refresh_notes(self) -> None:
        """A note was written, changed or taken away."""


class Refresh(QObject):
    """Tells the parts of one window what has changed, in an order that stands in `parts.hearers`. Holds no state."""

    def __init__(self, parts: Parts, verbs: Verbs, actions: QtActions, capture_layout: CaptureLayout) -> None:
        super().__init__(parts)
        self._parts, self._verbs, self._actions, self._capture_layout = parts, verbs, actions, capture_layout
        hearers = parts.hearers
        self._of_records = [each for each in hearers if isinstance(each, HearsRecords)]
        self._of_engine = [each for each in hearers if isinstance(each, HearsEngine)]
        self._of_document = [each for each in hearers if isinstance(each, HearsDocument)]
        self._of_trace = [each for each in hearers if isinstance(each, HearsTrace)]
        self._of_runs = [each for each in hearers if isinstance(each, HearsRuns)]
        self._of_notes = [each for each in hearers if isinstance(each, HearsNotes)]

    def records(self) -> None:
        """New records, at most once a frame."""
        for each in self._of_records:
            each.refresh_records()
        self.view()
        self._actions.refresh()
        if self._parts.panels.on_start_page and len(self._parts.session.trace.dispatches):
            self._parts.panels.show_timeline()

    def engine(self) -> None:
        """Tell the parts concerned that the engine's state has changed."""
        for each in self._of_engine:
            each.refresh_engine()
        self.view()
        self._actions.refresh()

    def document(self) -> None:
        """The scenario was edited, saved or replaced."""
        document = self._parts.session.document
        for each in self._of_document:
            each.refresh_document()
        self._parts.setWindowModified(document is not None and document.dirty)
        self.view()
        self.trust()

    def view(self) -> None:
        """What is in view, what is said of it, or which others there are."""
        session = self._parts.session
        self._parts.setWindowTitle(window_title(session.runs.view, session.document))
        for each in self._of_runs:
            each.refresh_runs()

    def trust(self) -> None:
        """Ask for trust where it is needed, and only there."""
        self._parts.trust_bar.setVisible(self._verbs.file.untrusted)
        self._actions.refresh()

    def notes(self) -> None:
        """A note was written, changed or taken away."""
        if self._parts.filter_state.active:
            self._parts.filter_state.refresh()  # it looks into notes
        for each in self._of_notes:
            each.refresh_notes()
        self._actions.refresh()

    def trace(self) -> None:
        """Another trace is in view."""
        self._verbs.runs.view_replaced()
        for each in self._of_trace:
            each.refresh_trace()
        self.view()
        self._verbs.runs.select_again()
        self._actions.refresh()

    def selected(self) -> None:
        """What is selected must be seen also where the inspector shares its place."""
        self._actions.refresh()
        if self._parts.selection.kind:
            self._parts.panels.reveal("inspector")

    def opened(self) -> None:
        """Another scenario or capture is open."""
        parts, session = self._parts, self._parts.session
        parts.errors.dismiss()
        parts.flight_notice.forget()
        parts.toolbar.forget()
        parts.start_page.show_recent(parts.recent.paths)
        self._capture_layout.refresh()
        if session.document is None and session.following is None and not len(session.trace.dispatches):
            parts.panels.show_start()
            return
        parts.panels.show_timeline()
        stretch = stretch_of(session.trace)
        if stretch is not None:
            parts.timeline.verbs.show_stretch(*stretch)
            self._verbs.notes.select_reason()
