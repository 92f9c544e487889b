"""Looks for problems in the trace in view: soon after it stands still, now and then while it goes on.

A small trace is looked at on the Qt thread, within a frame or two. A larger one is looked at beside it, while new
records wait; each look is followed by a rest that is many times as long, so that a run hardly feels it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from bus.analysis.problems import DETECTORS, baseline
from bus.analysis.problems.baseline import Baseline
from bus.analysis.problems.looking import Problems, look
from bus.errors import UserError
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
"""As long as one detector may take to end; mostly it is some milliseconds."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of one look at one trace."""

    trace: Trace
    problems: Problems
    baseline: Baseline
    muted_by: str
    """The file of the baseline."""

    trouble: str
    """What is wrong with that file, so that nothing is muted; "" for nothing."""

    live: bool
    """Whether more was to come when the look began."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One look: of what, and whether it is the last word on it."""

    trace: Trace
    generation: int
    live: bool


class ProblemLooker(QObject):
    """Keeps `looked` that of the trace in view; the newest look wins, and what a replaced trace says is dropped."""

    changed = Signal()
    """`looked` or `busy` is another."""

    def __init__(self, session: Session, parent: QObject, *, small: int = SMALL) -> None:
        super().__init__(parent)
        self.small = small
        self.looked: Looked | None = None
        """None: nothing was looked at yet."""

        self._session = session
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

    @property
    def path(self) -> str:
        """The file of the baseline of what is in view."""
        return str(baseline_of(self._session))

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
        """Another trace is in view: nothing is known of it, and nobody waits for a look at the one before."""
        self._again.stop()
        self._job.stop()  # the session is held until it has ended
        self._last, self._not_before_s = None, 0.0
        self.looked = None
        self.changed.emit()
        self.ask()

    def look_now(self) -> None:
        """Look at what is there, without any rest before."""
        wanted = self._wanted()
        if wanted is None or self.busy:
            return
        self._again.stop()
        self._last, self._began_s = wanted, time.monotonic()
        is_known = wanted.live or self._session.runs.view.kind == "run"
        look_at = partial(_look, wanted.trace, baseline_of(self._session), wanted.live, is_known)
        if len(wanted.trace.dispatches) + len(wanted.trace.calls) <= self.small:
            self._show(look_at(JobChannel()))
            return
        self._session.hold()
        self._job.start_watched(look_at)
        self.changed.emit()

    def mute(self, fingerprints: tuple[str, ...], reason: str) -> None:
        """Write these findings into the baseline, for this reason. Raises UserError."""
        looked, path = self.looked, baseline_of(self._session)
        if looked is None:
            return
        found = [each for each in looked.problems.findings if each.fingerprint in fingerprints]
        self._write(looked, baseline.read_or_empty(path).muting(found, reason))

    def unmute(self, fingerprint: str) -> None:
        """Take a finding out of the baseline. Raises UserError."""
        looked = self.looked
        if looked is not None:
            self._write(looked, baseline.read_or_empty(baseline_of(self._session)).without(fingerprint))

    def close(self) -> None:
        """The window goes: nobody waits for a look any more."""
        self._again.stop()
        if self._job.busy:
            self._job.end(LONGEST_S)
            self._session.release()

    def _write(self, looked: Looked, known: Baseline) -> None:
        path = baseline_of(self._session)
        baseline.write(path, known)
        problems = looked.problems.muting(known.by_fingerprint)
        self.looked = Looked(looked.trace, problems, known, str(path), "", looked.live)
        self.changed.emit()

    def _wanted(self) -> _Wanted | None:
        """What there is to look at; None where there is nothing, or not all of it yet."""
        session = self._session
        trace = session.trace
        if session.loading is not None or not len(trace.dispatches) + len(trace.subscriptions):
            return None
        return _Wanted(trace, trace.generation, session.engine_state.phase in LIVE)

    def _done(self, looked: Looked) -> None:
        self._session.release()
        self._show(looked)

    def _failed(self, error: Exception) -> None:
        self._ended()
        raise error

    def _ended(self) -> None:
        self._session.release()
        self._rest()

    def _show(self, looked: Looked) -> None:
        # The same capture without its oldest records: ids of before mean what they meant.
        if looked.trace.raw is self._session.trace.raw:
            self.looked = looked
        self._rest()

    def _rest(self) -> None:
        now = time.monotonic()
        self._not_before_s = now + max((now - self._began_s) * RESTS, 1.0)
        self.changed.emit()
        self.ask()


def baseline_of(session: Session) -> Path:
    """The file of the baseline of what is in view: beside the scenario or the capture."""
    view = session.runs.view
    if view.kind == "capture":
        return baseline.beside(view.path)
    origin = view.origin
    return baseline.beside(origin.path if origin is not None and not origin.is_sample else None)


def _look(trace: Trace, path: Path, is_live: bool, end_is_known: bool, beside: JobChannel) -> Looked:
    """One look, on whatever thread."""
    known, trouble = Baseline(), ""
    try:
        known = baseline.read_or_empty(path)
    except UserError as error:
        trouble = f"{error}: nothing is muted"
    found = look(trace, DETECTORS, known.by_fingerprint, beside.show, end_is_known=end_is_known)
    return Looked(trace, found, known, str(path), trouble, is_live)
