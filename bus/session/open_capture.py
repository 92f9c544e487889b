"""A capture that is being opened, and then the program that still writes it: where a trace comes from without a run."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

from bus.capture.capture import SUFFIX
from bus.capture.file_lock import is_written
from bus.capture.follower import CaptureFollower
from bus.capture.loader import PIECE, CaptureLoader
from bus.capture.writer import goes_on
from bus.errors import Place, UserError
from bus.programs import session_folder
from bus.programs.collecting import left_alone
from bus.programs.session_folder import session_of
from bus.programs.session_follower import SessionFollower
from bus.runtime.state import EngineState, Phase
from bus.session.reader_process import ReaderProcess
from bus.session.run import Run
from bus.stream.behind import NOT_BEHIND, Behind
from bus.system_errors import cannot_read
from bus.trace import Trace
from buslens.wire import MAGIC, Header

ProgramsFollower = SessionFollower | ReaderProcess
Follower = CaptureFollower | ProgramsFollower

Opened = Literal["session", "capture", "scenario"]

FIRST_PART_S = 0.1
PART_S = 0.03
"""How long opening a capture holds a verb and a pump up; most captures are open after the first part."""

FOLLOWED_S = 0.01
"""How long a pump takes in what a program has written."""


MOST_RESTARTS = 3
"""So often what reads the programs of one session is started again, where it has ended by itself."""

LEFT = (
    "The process that read these programs had ended: what came until then is shown, and the rest in the next capture."
)
RESTARTED = "The process that read {title} had ended, and was started again: this is what its streams still have."

_NOTHING = "the file is empty: the program that should have written it recorded nothing into it"
_NOTHING_YET = "nothing is recorded into this capture yet: its program has used no bus so far"


def is_capture(path: Path) -> bool:
    """Whether a file is a capture, by what it begins with; else it should be a scenario. Raises UserError."""
    try:
        with path.open("rb") as file:
            head = file.read(len(MAGIC))
    except OSError as error:
        raise cannot_read(path, error) from None
    if head == MAGIC:
        return True
    if path.suffix.lower() == SUFFIX:
        if not head:
            problem = _NOTHING_YET if is_written(path) else _NOTHING
        elif MAGIC.startswith(head):
            problem = "the capture is cut in its first bytes: nothing can be read of it"
        else:
            problem = "this is not a capture, though its name says so: it does not begin as captures do"
        raise UserError(problem, at=Place(str(path)))
    if b"\0" in head:
        raise UserError("this is neither a scenario nor a capture: it is not text", at=Place(str(path)))
    return False


def what_is(path: Path) -> tuple[Opened, Path]:
    """What opens with a file: a scenario, a capture, or the session that it is of, whose folder it is then.

    Raises UserError.
    """
    session = left_alone(path) or session_of(path)
    if session is not None:
        return "session", session
    return ("capture" if is_capture(path) else "scenario"), path


class OpenCapture:
    """At most one capture file, which is first read and then followed."""

    def __init__(self, *, first_part_s: float = FIRST_PART_S, part_s: float = PART_S, piece: int = PIECE) -> None:
        """piece: bytes that are read at once; a part is one of them at least."""
        self._first_part_s, self._part_s, self._piece = first_part_s, part_s, piece
        self._next_part_s = first_part_s
        self.loading: CaptureLoader | None = None
        """The capture that is being opened."""

        self.follow_programs: Callable[[Path, Collection[Path], int | None], ProgramsFollower] = session_folder.follow
        """What reads the programs of a session: in this process, or beside it."""

        self._restarts: Counter[Path] = Counter()
        """By a session's folder: how often what reads its programs was started again."""

        self.following: Follower | None = None
        """The file that a program still writes, or all that the programs of a session do."""

    def looked_into(self, path: Path, *, follow: bool) -> CaptureLoader:
        """A file that can be read as a capture. Raises UserError.

        follow: goes on with what is written into it also where no such program is seen, because it runs on another
        machine.
        """
        return CaptureLoader(path, _always if follow else partial(_goes_on, path), piece=self._piece)

    def again(self, run: Run, *, follow: bool = False) -> CaptureLoader:
        """What was in view before, from its bytes; follow as in `looked_into`. Raises UserError."""
        if run.path is None:
            return CaptureLoader(run.raw, piece=self._piece)
        return CaptureLoader(run.raw, _always if follow else partial(_goes_on, run.path), piece=self._piece)

    def begin(self, loading: CaptureLoader) -> None:
        """Read this file, from now on."""
        self.loading, self.following = loading, None
        self._next_part_s = self._first_part_s

    def follow(self, session: ProgramsFollower) -> None:
        """Go on with the programs of a session, from now on."""
        self.loading, self.following = None, session

    def leave(self) -> None:
        """Another trace comes into view."""
        if isinstance(self.following, ProgramsFollower):
            self.following.close()
        self.loading = self.following = None

    def cancel(self) -> None:
        """Leave the file at what is there of it."""
        if self.loading is not None:
            self.loading.cancel()
        if self.following is not None:
            self.following.cancel()

    def load(self, shortened: Callable[[], Trace]) -> bool:
        """Read the next part. Whether a program is followed from here on.

        shortened: of a file that grows, forgets what is too old for the memory; the trace that there is then.
        """
        loading = self.loading
        assert loading is not None
        goes_on = loading.step(self._next_part_s)
        self._next_part_s = self._part_s
        if loading.grows:
            loading.trace = shortened()
        if goes_on:
            return False
        self.loading = None
        if loading.grows:
            self.following = CaptureFollower(loading.path, loading.trace)
        return loading.grows

    def take(
        self,
        feed: Callable[[bytes], None],
        trace: Callable[[], Trace],
        state: EngineState,
        again: Callable[[Path, Collection[Path]], None],
    ) -> EngineState:
        """Hand over what has come of what is followed, if anything is; what to show as the engine's state then.

        trace: as it is after that, because feeding it may have put its newest part in its place. again: shows the
        programs of a session from the beginning, in a view of its own, where the process that read them has ended.
        """
        following = self.following
        if following is None:
            return state
        following.step(FOLLOWED_S, feed)
        if (
            isinstance(following, ReaderProcess)
            and following.is_lost
            and self._restarts[following.folder] < MOST_RESTARTS
        ):
            self._restarts[following.folder] += 1
            left = trace()
            with contextlib.suppress(UserError):  # then it is left, and its own problem says why
                again(following.folder, following.only)
                left.damage = LEFT
                left.generation += 1
                return replace(state, phase="following", trouble=RESTARTED.format(title=following.title))
        phase: Phase = "following"
        if self.is_over(trace()):
            phase = "finished" if trace().ended else "idle"
        if phase != "following":
            return replace(state, phase=phase, virtual_ns=0, trouble="")
        return replace(state, phase=phase, virtual_ns=following.now_ns)

    def behind(self) -> Behind:
        """How far what is in view is behind the programs of a session, as far as that is known."""
        return self.following.behind() if isinstance(self.following, ProgramsFollower) else NOT_BEHIND

    def is_over(self, trace: Trace) -> bool:
        """Whether nothing more comes of the program that is followed; then it is left, and `trace` says why."""
        assert self.following is not None
        why = "" if trace.ended or trace.damage else self.following.problem
        if not (why or trace.ended or trace.damage):
            return False
        self.leave()
        if why:
            trace.damage = why
        else:
            trace.finish()
        trace.generation += 1
        return True


def _goes_on(path: Path | None, header: Header) -> bool:
    return goes_on(header, path)


def _always(_header: Header) -> bool:
    return True
