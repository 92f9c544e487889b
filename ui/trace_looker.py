"""Looks at the trace in view: soon after it stands still, now and then while it goes on.

A small trace is looked at on the Qt thread, within a frame or two. A larger one is looked at beside it, while new
records wait; each look is followed by a rest that is many times as long, so that a run hardly feels it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from bus.session import Session
from bus.trace import Trace
from ui.job import Job, JobChannel
from ui.state import LIVE

SOON_S = 0.25
"""After the newest records, where nothing was looked at for a while."""

RESTS = 30
"""While a trace goes on: so many times as long as a look took, nothing is looked at."""

SMALL = 20_000
"""Dispatches and calls that are looked at on the Qt thread."""

LONGEST_S = 10.0
"""As long as one stage of a look may take to end; mostly it is some milliseconds."""

Look = Callable[[JobChannel], Any]
"""One look, on whatever thread; it says how far it is, and may be stopped there."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One look: of what, and whether it is the last word on it."""

    trace: Trace
    generation: int
    live: bool


class TraceLooker(QObject):
    """The newest look wins, and what a replaced trace says is dropped."""

    found = Signal(object)
    """What a look returned, of the trace in view."""

    changed = Signal()
    """A look began or ended."""

    def __init__(
        self, session: Session, prepare: Callable[[Trace, bool], Look], parent: QObject, *, small: int = SMALL
    ) -> None:
        """prepare: makes a look of a trace and whether more is to come."""
        super().__init__(parent)
        self.small = small
        self._session = session
        self._prepare = prepare
        self._last: _Wanted | None = None
        self._not_before_s = 0.0
        self._began_s = 0.0
        self._again = QTimer(self, singleShot=True)
        self._again.timeout.connect(self.look_now)
        self._job = Job(self)
        self._job.done.connect(self._done)
        self._job.failed.connect(self._failed)
        self._job.stopped.connect(self._ended)

    @property
    def busy(self) -> bool:
        """Whether a look goes on beside the Qt thread."""
        return self._job.busy

    @property
    def is_current(self) -> bool:
        """Whether there is nothing in view that was not looked at."""
        return not self.busy and self._wanted() in (None, self._last)

    def ask(self) -> None:
        """Look soon, if there is anything that was not looked at."""
        wanted = self._wanted()
        if wanted is None or self.is_current or self.busy:
            return
        rest_s = self._not_before_s - time.monotonic() if wanted.live else 0.0
        wait_ms = int(max(SOON_S, rest_s) * 1000)
        if not self._again.isActive() or self._again.remainingTime() > wait_ms:
            self._again.start(wait_ms)

    def forget(self) -> None:
        """Another trace is in view: nobody waits for a look at the one before."""
        self._again.stop()
        self._job.stop()  # the session is held until it has ended
        self._last, self._not_before_s = None, 0.0

    def look_now(self) -> None:
        """Look at what is there, without any rest before."""
        wanted = self._wanted()
        if wanted is None or self.busy:
            return
        self._again.stop()
        self._last, self._began_s = wanted, time.monotonic()
        look = self._prepare(wanted.trace, wanted.live)
        if len(wanted.trace.dispatches) + len(wanted.trace.calls) <= self.small:
            self._show(look(JobChannel()))
            return
        self._session.hold()
        self._job.start_watched(look)
        self.changed.emit()

    def close(self) -> None:
        """The window goes: nobody waits for a look any more."""
        self._again.stop()
        if self._job.busy:
            self._job.end(LONGEST_S)
            self._session.release()

    def _wanted(self) -> _Wanted | None:
        """What there is to look at; None where there is nothing, or not all of it yet."""
        session = self._session
        trace = session.trace
        if session.loading is not None or not len(trace.dispatches) + len(trace.subscriptions):
            return None
        return _Wanted(trace, trace.generation, session.engine_state.phase in LIVE)

    def _done(self, result: object) -> None:
        self._session.release()
        self._show(result)

    def _failed(self, error: Exception) -> None:
        self._ended()
        raise error

    def _ended(self) -> None:
        self._session.release()
        self._rest()

    def _show(self, result: object) -> None:
        # The same capture without its oldest records: ids of before mean what they meant.
        if self._last is not None and self._last.trace.raw is self._session.trace.raw:
            self.found.emit(result)
        self._rest()

    def _rest(self) -> None:
        now = time.monotonic()
        self._not_before_s = now + max((now - self._began_s) * RESTS, 1.0)
        self.changed.emit()
        self.ask()
