"""Keeps what detectors find in the trace in view, and writes what a person mutes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from bus.analysis.problems import DETECTORS, baseline
from bus.analysis.problems.baseline import Baseline
from bus.analysis.problems.looking import Problems, look
from bus.errors import UserError
from bus.session import Session
from bus.trace import Trace
from ui.job import JobChannel
from ui.state import LIVE
from ui.trace_looker import SMALL, Look, TraceLooker


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


class ProblemLooker(TraceLooker):
    """Keeps `looked` that of the trace in view; `changed` tells when it is another, and when a look begins or ends."""

    def __init__(self, session: Session, parent: QObject, *, small: int = SMALL) -> None:
        super().__init__(session, self._prepare, parent, small=small)
        self.looked: Looked | None = None
        """None: nothing was looked at yet."""

        self.found.connect(self._found)

    @property
    def path(self) -> str:
        """The file of the baseline of what is in view."""
        return str(baseline_of(self._session))

    def forget(self) -> None:
        """Another trace is in view: nothing is known of it, and nobody waits for a look at the one before."""
        super().forget()
        self.looked = None
        self.changed.emit()
        self.ask()

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

    def _write(self, looked: Looked, known: Baseline) -> None:
        path = baseline_of(self._session)
        baseline.write(path, known)
        problems = looked.problems.muting(known.by_fingerprint)
        self.looked = Looked(looked.trace, problems, known, str(path), "", looked.live)
        self.changed.emit()

    def _prepare(self, trace: Trace, live: bool) -> Look:
        return partial(_look, trace, baseline_of(self._session), live, end_is_known(self._session))

    def _found(self, looked: Looked) -> None:
        self.looked = looked


def baseline_of(session: Session) -> Path:
    """The file of the baseline of what is in view: beside the scenario or the capture."""
    view = session.runs.view
    if view.kind == "capture":
        return baseline.beside(view.path)
    origin = view.origin
    return baseline.beside(origin.path if origin is not None and not origin.is_sample else None)


def end_is_known(session: Session) -> bool:
    """Whether the trace in view needs no mark of its end: it goes on, or is of a run of this window."""
    return session.engine_state.phase in LIVE or session.runs.view.kind == "run"


def _look(trace: Trace, path: Path, is_live: bool, end_is_known: bool, beside: JobChannel) -> Looked:
    """One look, on whatever thread."""
    known, trouble = Baseline(), ""
    try:
        known = baseline.read_or_empty(path)
    except UserError as error:
        trouble = f"{error}: nothing is muted"
    found = look(trace, DETECTORS, known.by_fingerprint, beside.show, end_is_known=end_is_known)
    return Looked(trace, found, known, str(path), trouble, is_live)
