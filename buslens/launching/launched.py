"""The probe in a launched program, from the first bus library on: it records, and says in its session's folder what."""

from __future__ import annotations

import atexit
import os
from typing import Any, Callable, Optional

from buslens.adapters import Adapter
from buslens.at_exit import AT_EXIT
from buslens.exiting import EXITS
from buslens.forking import FORKS
from buslens.launching.import_hook import ImportHook
from buslens.launching.program import PROGRAM, ProgramWatch
from buslens.launching.session import Process
from buslens.launching.variables import PARENT
from buslens.log import LOG
from buslens.redaction import FULL, Redaction
from buslens.shares import share_of
from buslens.stream import StreamRecorder
from buslens.stream.space import StreamLimits

_UNSEEN = (
    "buslens watches this process and those that are forked from it; Pythons that it starts are not seen",
    "buslens watches this process and the Pythons that it starts, but for those with an environment of their own",
)
"""Without the variables for children, and with them."""

_AS_THE_DISK_HAS = 1 << 62
_NO_COMMANDS = "this program takes no commands: it writes a capture file, and has no folder for their socket"


class LaunchedProcess:
    """A process of a session, and what becomes of it in its forked children."""

    def __init__(self, process: Process, program: ProgramWatch) -> None:
        self._process = process
        self._program = program
        self._capture = ""
        """The file; empty where the process writes a stream."""

        self._is_forked = False

    def start(
        self,
        hook: ImportHook,
        to: str,
        only: "list[str]",
        budget: str = "",
        inject: bool = False,
        control: bool = False,
        payloads: str = "",
        redact: str = "",
        stacks: bool = False,
    ) -> None:
        """Watch. Raises OSError where the capture cannot be written, ValueError for a budget that is no share.

        to: the capture file; a folder for streams; "" for streams in that of the session. payloads, redact: as the
        variables say them.
        """
        unseen = _UNSEEN[PARENT in os.environ]
        self._program.on_bus = self._process.one_bus_more
        if to and not os.path.isdir(to):
            from buslens.launching.collecting import STREAMS

            if to.endswith(STREAMS):
                to = ""  # the capture was made before this process began: what it records stays with the session
        redaction = Redaction(payloads or FULL, filter(None, redact.replace(" ", "").split(",")))
        is_file = bool(to) and not os.path.isdir(to)
        stream = None if is_file else self._stream(to, share_of(budget) if budget else 0.0, redaction)
        if stream is None:
            self._capture = self._process.session.capture(to if is_file else "")
            self._program.start(
                to=self._capture, only=only, hook=hook, unseen=unseen, inject=inject, redaction=redaction
            )
            if control:
                self.cannot_see(_NO_COMMANDS)
        else:
            self._program.start(recorder=stream, only=only, hook=hook, unseen=unseen, inject=inject, control=control)
        if stacks:
            self._program.look_at_stacks()
        self._process.records_into(self._place())
        atexit.unregister(AT_EXIT)  # `end` is called later than that
        EXITS.tell(self)
        FORKS.tell(self)  # after the recorder and the file, whose turn comes first

    def cannot_see(self, what: str) -> None:
        """Say it once, in the capture."""
        self._program.cannot_see(what)

    def _stream(self, to: str, budget: float, redaction: Redaction) -> Optional[StreamRecorder]:
        """What loses nothing however the process ends; None where there is no room for it.

        In a folder of somebody's choice it has the room that the disk has.
        """
        space = StreamLimits(total=_AS_THE_DISK_HAS) if to else None
        try:
            return StreamRecorder.into(
                to or self._process.session.folder, space=space, budget=budget, redaction=redaction
            )
        except OSError as error:
            LOG.error("buslens: a capture file is written, because there can be no stream: %s", error)
            return None

    def _place(self) -> str:
        """Where this process records: its own stream, or the file that a forked child makes beside its parent's."""
        recorder = self._program.recorder
        if isinstance(recorder, StreamRecorder):
            return recorder.path
        stem, extension = os.path.splitext(self._capture)
        return f"{stem}.{self._process.pid}{extension}" if self._is_forked else self._capture

    def end(self) -> None:
        """The program is at its end: all that it did is written."""
        EXITS.end_of_program()
        self._process.end()

    def end_of_program(self) -> None:
        """Not yet: `end` comes last."""

    def end_now(self) -> None:
        """The process ends by `os._exit`."""
        self._process.end()

    def after_fork(self, parent_pid: int) -> None:
        """In a forked child: it shows up with the first thing that it records; many never record any."""
        recorder = self._program.recorder
        if recorder is not None:
            before = recorder.on_first_fact
            recorder.on_first_fact = lambda: self._appear(before)

    def _appear(self, before: "Callable[[], Any] | None") -> None:
        if before is not None:
            before()
        try:
            self._process = process = self._process.forked()
            process.write()
            self._is_forked = True
            process.records_into(self._place())
            self._program.on_bus = process.one_bus_more
            if PARENT in os.environ:
                os.environ[PARENT] = process.name
        except OSError as error:
            LOG.error("buslens: this forked process is in no list: %s", error)


def start(
    process: Process,
    hook: ImportHook,
    to: str,
    only: "list[str]",
    load: Callable[[Adapter], Any],
    say: Callable[[str], Any],
    budget: str = "",
    inject: bool = False,
    control: bool = False,
    payloads: str = "",
    redact: str = "",
    stacks: bool = False,
) -> LaunchedProcess:
    """Watch this process. load: imports an adapter. say: takes a line for the person.

    Raises OSError and ValueError as `LaunchedProcess.start` does.
    """
    LOG.say = say
    PROGRAM.load = load
    launched = LaunchedProcess(process, PROGRAM)
    launched.start(hook, to, only, budget, inject, control, payloads, redact, stacks)
    return launched
