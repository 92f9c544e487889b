"""Reads the programs of a session in a process of its own, so that decoding takes nothing from whoever shows them.

Of the time to take in what a program records nine tenths are decoding. The process waits where nobody takes what it
says, and ends with this one.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from bus.errors import UserError
from bus.programs import session_folder
from bus.programs.session_folder import SessionFolder
from bus.session.reader_child import FRAMES, HEAD, STATE, packed_request
from bus.stream.behind import NOT_BEHIND, Behind
from bus.workers.worker_talk import command_of
from buslens.recorder import CLOCK_NS

PIECE = 1024 * 1024
"""Bytes that are taken from the pipe at once, which holds as many where the system lets it."""

MOST_BYTES = 256 * 1024 * 1024
"""Of one message: many times what is read of all processes at once."""

GONE = "The process that read the programs of {title} has ended ({how}): what came before is shown. Open them again."


class ReaderProcess:
    """Follows a session as `SessionFollower` does. All methods belong to one thread, and none waits."""

    def __init__(
        self, folder: Path, only: Collection[Path] = (), most_stream: int | None = None, *, command: Sequence[str] = ()
    ) -> None:
        """As `session_folder.follow`, which says what is wrong with a folder. Raises UserError.

        command: what starts the process; empty: `main` of reader_child.py.
        """
        session_folder.check(folder, only)
        self.folder, self.only = folder, only
        self.title = SessionFolder(folder, only).title
        self.problem = ""
        self.ended = False
        self.is_lost = False
        """It has ended though there is more to read, or said what nobody understands; `problem` says how."""

        self._behind = NOT_BEHIND
        self._ahead_ns: int | None = None
        self._waiting = bytearray()
        try:
            self._process = subprocess.Popen(
                list(command) or command_of("bus.session.reader_child"),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,
                bufsize=0,
            )
        except OSError as error:
            raise UserError(f"what reads programs could not be started: {error.strerror or error}") from None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._source = self._process.stdout.fileno()
        os.set_blocking(self._source, False)
        _widen(self._source)
        with contextlib.suppress(OSError):  # it is gone, which is seen at the next step
            self._process.stdin.write(packed_request(folder, [*only], most_stream))

    @property
    def now_ns(self) -> int:
        """Which time it is for the programs; 0 where that is not known."""
        return 0 if self._ahead_ns is None else CLOCK_NS() + self._ahead_ns

    def behind(self) -> Behind:
        """How far this is behind the programs, as it was said last."""
        return self._behind

    def cancel(self) -> None:
        """Leave them at what is there."""
        self.problem = f"Following was stopped: what the programs of {self.title} do from here on is not shown."

    def step(self, seconds: float, feed: Callable[[bytes], None]) -> None:
        """Hand over what came, for so long, at least one piece."""
        until = time.monotonic() + seconds
        while not (self.problem or self.ended) and (message := self._next()) is not None:
            kind, body = message
            if kind == FRAMES:
                feed(body)
            else:
                self._take(body)
            if time.monotonic() >= until:
                return

    def close(self) -> None:
        """End the process. Safe to call twice."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _next(self) -> tuple[int, bytes] | None:
        """The next whole message; None where it is not there yet, or never will be."""
        while True:
            if len(self._waiting) >= HEAD.size:
                length, kind = HEAD.unpack_from(self._waiting)
                if length > MOST_BYTES or kind not in (FRAMES, STATE):
                    self._lose("it said something that is no message")
                    return None
                end = HEAD.size + length
                if len(self._waiting) >= end:
                    body = bytes(memoryview(self._waiting)[HEAD.size : end])
                    del self._waiting[:end]
                    return kind, body
            try:
                more = os.read(self._source, PIECE)
            except BlockingIOError:
                return None
            if not more:
                self._lose(self._how_it_went())
                return None
            self._waiting += more

    def _take(self, body: bytes) -> None:
        said = json.loads(body)
        self.problem, self.ended = said["problem"], said["ended"]
        self._ahead_ns, self._behind = said["ahead_ns"], Behind(said["facts"], said["ns"])

    def _lose(self, how: str) -> None:
        self._behind, self.is_lost = NOT_BEHIND, True
        self.problem = GONE.format(title=self.title, how=how)

    def _how_it_went(self) -> str:
        code = self._process.wait()  # it has closed its pipe
        return f"killed by signal {-code}" if code < 0 else f"exit code {code}"


def _widen(pipe: int) -> None:
    with contextlib.suppress(ImportError, AttributeError, OSError):  # only Linux can, up to a limit of the system's
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIECE)
