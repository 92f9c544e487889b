"""Sends all processes of a watched launch to a receiver of spans, each as a service of its own, and those that join.

What they write is the queue: whoever reads it waits for the receiver, and nothing is lost meanwhile.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from bus.errors import UserError
from bus.export.otlp.following import MOST_RECORDS, TURN_S, GoesOn
from bus.export.otlp.live import LiveSpans
from bus.programs import session_folder
from bus.programs.session_follower import MOST_PROCESSES, ProcessFollower
from bus.trace.trace import Trace
from buslens.wire import WireError


class SentProcess:
    """One process on its way, piece by piece."""

    def __init__(self, path: Path, follower: ProcessFollower, live: LiveSpans) -> None:
        self.path = path
        self.trace = Trace()
        """Its newest part."""

        self.is_over = False
        """Whether nothing more will come of it."""

        self._follower = follower
        self._live = live

    def step(self, goes_on: GoesOn) -> bool:
        """Hand over what came. Whether there was anything."""
        data = self._follower.read_frames()
        try:
            self.trace.feed(data)
        except WireError as error:
            self.trace.damage = str(error)
        if self._follower.problem and not self.trace.damage:
            self.trace.damage = self._follower.problem
        self.is_over = self._follower.ended or bool(self.trace.damage)
        if data:
            self._live.look(self.trace, goes_on)
            if len(self.trace.dispatches) + len(self.trace.calls) > 2 * MOST_RECORDS:
                self.trace = self.trace.newest(MOST_RECORDS)
        return bool(data)

    def finish(self, goes_on: GoesOn) -> None:
        """Hand over what has not ended too."""
        self._live.finish(self.trace, goes_on)
        self._follower.close()


def send_launch(
    folder: Path,
    spans: Callable[[], LiveSpans],
    goes_on: GoesOn,
    *,
    follow: bool = False,
    most_stream: int | None = None,
) -> tuple[list[SentProcess], list[UserError]]:
    """Hand over the spans of all processes of a launch that `buslens record` has begun.

    Its processes, and why some cannot be read. spans: makes what takes them, for each process.
    follow: until the last one has ended; without, what is there now. most_stream: bytes of each process's stream that
    stay on the disk meanwhile, once they are read; None: all. Raises UserError where there is none.
    """
    found: dict[Path, SentProcess] = {}
    unread: dict[Path, UserError] = {}
    session, came = session_folder.SessionFolder(folder), time.monotonic()
    while goes_on():
        may_be_over = not session.lives()  # before anything is read: what came last is there then
        for path in session.records()[:MOST_PROCESSES]:
            if path not in found and path not in unread:
                try:
                    found[path] = SentProcess(path, session_folder.opened(path, most_stream), spans())
                except UserError as error:
                    unread[path] = error
        moved = [process.step(goes_on) for process in found.values() if not process.is_over]
        if any(moved):
            came = time.monotonic()
            continue
        is_quiet = time.monotonic() > came + session_folder.IDLE_S
        if is_quiet and (not follow or may_be_over):
            break
        threading.Event().wait(TURN_S)
    for process in found.values():
        process.finish(goes_on)
    if not found and not unread:
        raise UserError(f"no process of {folder} has recorded anything", hint="see buslens ps")
    return list(found.values()), list(unread.values())
