"""Keeps the timeline's content that of the session's trace, and what the filter leaves of it.

What takes long is made beside the Qt thread while the old content stays to be seen: other lanes of a large trace, and
all of one that became another because its oldest records went.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from bus.picture.backlog import Backlog
from bus.picture.emits import EmitIndex
from bus.picture.grouping import Group
from bus.picture.lane_marks import LaneMarks
from bus.picture.tracks import CallTracks
from bus.session import Session
from bus.trace import Trace
from ui.filter_state import FilterState
from ui.row_search import RowSearch
from ui.timeline.content import Content, Indexes
from ui.timeline.lane_choices import LaneChoices
from ui.timeline.matches import Matches, matches_of

FILTER_AGAIN_MS = 200
"""While records arrive the filter is evaluated anew only this often; after the newest of them, once more."""


class Contents(QObject):
    """The content of now; a new one where the trace is another, or has other lanes."""

    replaced = Signal(bool)
    """There is another content; whether it is of another capture, so that nothing of the view means anything."""

    changed = Signal()
    """The same content is to be painted in another way."""

    overtaken = Signal()
    """Lanes were made for a trace that is not the session's any more: `follow` waited for them, and is to be called."""

    def __init__(self, session: Session, filter_state: FilterState, choices: LaneChoices, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self.filter_state, self._choices = session, filter_state, choices
        self._again = QTimer(self, singleShot=True, interval=FILTER_AGAIN_MS)
        self._again.timeout.connect(self._filter_newest)
        self._matching = RowSearch(session, self, shown=self._trace_of_now)  # while frozen it is an older one
        self._matching.found.connect(self._matched)
        self._stacking = RowSearch(session, self)
        self._stacking.found.connect(self._stacked)
        self._stacking.overtaken.connect(self.overtaken)
        self.now = Content(session.trace, choices)
        choices.changed.connect(self._rearrange)
        filter_state.changed.connect(self.filter_again)

    @property
    def busy(self) -> bool:
        """Whether other lanes are being made, and those of before are seen."""
        return self._stacking.busy

    def follow(self, frozen: bool) -> None:
        """Go along where the session has another trace: another capture, or this one without its oldest records."""
        trace = self._session.trace
        if self.now.still_describes(trace) or self._stacking.busy:
            return
        if trace.raw is not self.now.trace.raw or not len(trace.dispatches):
            self._become(Content(trace, self._choices), another=True)
        elif not frozen:  # what is frozen may be looked at as it was
            self._stack()

    def take_in(self) -> bool:
        """Take in new records; whether there were any."""
        if not self.now.update(self._session):
            return False
        if self.filter_state.active and not self._again.isActive():
            self._again.start()
        return True

    def filter_again(self) -> None:
        """Find what matches the filter."""
        wanted = self.filter_state.filter if self.filter_state.active else None
        look = None if wanted is None else partial(matches_of, wanted, self.filter_state.most_payloads)
        if look is not None and self._matching.pays:
            self._matching.start(look)
            return
        self._matching.forget()
        self._matched(None if look is None else look(self.now.trace))

    def _filter_newest(self) -> None:
        if self._matching.busy:
            self._again.start()
        else:
            self.filter_again()

    def _rearrange(self) -> None:
        if self.now.group != self._choices.group:
            self._stack()
        else:
            self.now.rearrange()
            self.changed.emit()

    def _stack(self) -> None:
        """Make the lanes of all calls anew."""
        known = (self.now.emits, self.now.backlog) if self.now.trace is self._session.trace else None
        look = partial(indexed, self._choices.group, known)
        if self._stacking.pays:
            self._stacking.start(look)
            self.changed.emit()
        else:
            self._stacked(look(self._session.trace))

    def _stacked(self, indexes: Indexes) -> None:
        if indexes.tracks.group == self._choices.group:
            self._become(Content(self._session.trace, self._choices, indexes), another=False)

    def _become(self, content: Content, *, another: bool) -> None:
        self.now = content
        if not another:
            content.update(self._session)
        self.filter_again()  # what was found before was found for another content
        self.replaced.emit(another)

    def _trace_of_now(self) -> Trace:
        return self.now.trace

    def _matched(self, matches: Matches | None) -> None:
        self.now.matches = matches
        self.changed.emit()


def indexed(group: Group, known: tuple[EmitIndex, Backlog] | None, trace: Trace) -> Indexes:
    """The lanes of a trace, and the rest where it is not known; on whatever thread."""
    indexes = Indexes(CallTracks(group), *(known or (EmitIndex(), Backlog())), LaneMarks())
    indexes.tracks.update(trace)
    if known is None:
        indexes.emits.update(trace)
        indexes.backlog.update(trace)
    indexes.marks.update(trace, indexes.tracks, indexes.emits)
    return indexes
