"""The process that reads what the programs of a session record, for the window, and hands on the joint capture.

Its request is a line of JSON on standard input, which is closed where nobody wants more. On standard output it says
messages: length, kind, body; frames of the capture, and between them how it stands, as JSON.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import struct
import time
from pathlib import Path
from typing import IO, Any

from bus.errors import UserError
from bus.programs import session_folder
from bus.programs.session_follower import SessionFollower
from buslens.recorder import CLOCK_NS

HEAD = struct.Struct("<IB")
FRAMES, STATE = 1, 2
PAUSE_S = 0.01
TELLS_S = 0.1
"""How often it says how it stands, while nothing of that changes what is shown."""


def packed_request(folder: Path, only: list[Path], most_stream: int | None) -> bytes:
    """What is asked of it."""
    return json.dumps({"folder": str(folder), "only": [*map(str, only)], "most_stream": most_stream}).encode() + b"\n"


class Reading:
    """One session, read for whoever has the other ends of these pipes."""

    def __init__(self, source: IO[bytes], sink: IO[bytes]) -> None:
        self._source = source
        self._sink = sink
        self._tells_at = 0.0

    def serve(self) -> None:
        """Until there is nothing more to read, or nobody who wants it."""
        said = json.loads(self._source.readline())
        only = [Path(each) for each in said["only"]]
        try:
            follower = session_folder.follow(Path(said["folder"]), only, said["most_stream"])
        except UserError as error:  # it was removed just now
            self._say(STATE, _packed(str(error)))
            return
        with contextlib.closing(follower), contextlib.suppress(BrokenPipeError):
            while not self._is_left():
                if not self._read(follower):
                    return

    def _read(self, follower: SessionFollower) -> bool:
        frames = follower.read_frames()
        if frames:
            self._say(FRAMES, frames)
        is_over = bool(follower.problem) or follower.ended
        if is_over or time.monotonic() >= self._tells_at:
            self._tells_at = time.monotonic() + TELLS_S
            self._say(STATE, _packed_state(follower))
        if not frames and not is_over:
            select.select([self._source], [], [], PAUSE_S)
        return not is_over

    def _is_left(self) -> bool:
        return bool(select.select([self._source], [], [], 0)[0])

    def _say(self, kind: int, body: bytes) -> None:
        self._sink.write(HEAD.pack(len(body), kind))
        self._sink.write(body)
        self._sink.flush()


def _packed_state(follower: SessionFollower) -> bytes:
    now, behind = follower.now_ns, follower.behind()
    said: dict[str, Any] = {"ahead_ns": now - CLOCK_NS() if now else None, "facts": behind.facts, "ns": behind.ns}
    return _packed(follower.problem, ended=follower.ended, **said)


def _packed(problem: str, **said: Any) -> bytes:
    return json.dumps({"problem": problem, "ended": False, "ahead_ns": None, "facts": 0, "ns": 0, **said}).encode()


def main() -> None:
    """Serve whoever has started this process."""
    source, sink = os.fdopen(os.dup(0), "rb", buffering=0), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what somebody prints is no message
    Reading(source, sink).serve()
