"""Counts the trace into a map and draws what is wished for, beside the Qt thread where that takes long.

Numbers are counted again while records arrive, so seldom that they take a small part of the time; what was counted
for a trace that is not in view any more is dropped.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal

from bus.analysis.topology import Topology, of_trace
from bus.analysis.topology.view import MapWish
from bus.session import Session
from bus.trace import Trace
from ui.job import Job, JobChannel
from ui.pace import SHARE, Pace
from ui.panels.map.letters import Letters
from ui.panels.map.picture import MapPicture, make_picture
from ui.row_search import RowSearch
from ui.state import LIVE

AGAIN_S = 1.0
"""Between two counts while records arrive."""

SMALL = 300
"""Nodes and edges of a map that is drawn at once."""


class MapContents(QObject):
    """The map of the session's trace, and the picture of what is wished for of it."""

    counted = Signal()
    """`topology` is another."""

    drawn = Signal(object)
    """A MapPicture."""

    failed = Signal(object)

    def __init__(self, session: Session, letters: Letters, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self.small = SMALL
        self.topology: Topology | None = None
        """None until the trace in view was counted for the first time."""

        self._letters, self._wish = letters, MapWish()
        self._picture: MapPicture | None = None
        self._began_s = 0.0
        self._pace = Pace(self)
        self._pace.due.connect(self.count)
        self._counting = RowSearch(session, self)
        self._counting.found.connect(self._counted)
        self._counting.failed.connect(self.failed)
        self._counting.overtaken.connect(self.count)
        self._drawing = Job(self)
        self._drawing.done.connect(self._drawn)
        self._drawing.failed.connect(self.failed)

    @property
    def is_live(self) -> bool:
        """Whether rates are shown: something goes on."""
        return self._session.engine_state.phase in LIVE

    def refresh(self) -> None:
        """There are new records: count again soon."""
        self._pace.ask()

    def count(self) -> None:
        """Count again, now."""
        now_ns = self._session.engine_state.virtual_ns if self.is_live else 0
        look = partial(_counted_until, now_ns)
        self._began_s = time.monotonic()
        if self._counting.pays:
            self._counting.start(look)
        else:
            self._counting.forget()
            self._counted(look(self._session.trace))

    def forget(self) -> None:
        """Another trace is in view: what was counted means nothing any more."""
        self._counting.forget()
        self._drawing.forget()
        self.topology = self._picture = None

    def wish(self, wish: MapWish) -> None:
        """Draw something else of the map."""
        if wish != self._wish:
            self._wish = wish
            self.draw()

    def set_letters(self, letters: Letters) -> None:
        """Letters have another size."""
        if letters != self._letters:
            self._letters = letters
            self.draw()

    def draw(self) -> None:
        """Draw what is wished for; a drawing that goes on is dropped."""
        if self.topology is None:
            return
        work = partial(make_picture, self.topology, self._wish, self._letters, self._picture, rates=self.is_live)
        if len(self.topology.nodes) + len(self.topology.edges) <= self.small:
            self._drawing.forget()
            self._drawn(work(_nothing))
        else:
            self._drawing.start_watched(_beside, work)

    def close(self) -> None:
        """The window goes: nothing more is drawn."""
        self._counting.forget()
        self._drawing.forget()

    def _counted(self, topology: Topology) -> None:
        took_s = time.monotonic() - self._began_s
        # Whoever counts on another thread makes the records wait: it rests as long as if that were this one.
        with self._pace.measured(max(AGAIN_S, took_s * (SHARE - 1))):
            self.topology = topology
            self.counted.emit()
            self.draw()

    def _drawn(self, picture: MapPicture) -> None:
        self._picture = picture
        self.drawn.emit(picture)


def _counted_until(now_ns: int, trace: Trace) -> Topology:
    """now_ns: what time it is; 0 where nothing goes on."""
    return of_trace(trace, now_ns=max(now_ns, trace.span_ns[1]))


def _beside(channel: JobChannel, work: Callable[[Callable[[], None]], MapPicture]) -> MapPicture:
    return work(channel.end_if_stopped)


def _nothing() -> None:
    """It is quick: nobody asks to end it."""
