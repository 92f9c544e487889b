"""Follows a capture file that a program still writes: hands out the whole frames that came since, as a recorder does.

The file itself is the store; nothing of it is copied. A frame that is not all there yet is not damage: it comes later.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from bus.capture.writer import clock_ns, goes_on, who_recorded
from bus.system_errors import reason
from bus.trace.trace import Trace
from buslens import wire

PIECE = 1024 * 1024
"""Bytes that are handed out at once; more only where one frame is larger."""

LOOK_S = 0.1
"""How often it is seen whether the file grew."""


def hand_over(read_frames: Callable[[], bytes], seconds: float, feed: Callable[[bytes], None]) -> None:
    """Feed what came, for so long, at least one piece; read_frames: none where there is nothing more now."""
    until = time.monotonic() + seconds
    while data := read_frames():
        feed(data)
        if time.monotonic() >= until:
            return


class CaptureFollower:
    """Reads what a program appends to one capture file, from where its trace stands.

    All methods belong to one thread.
    """

    def __init__(self, path: Path, trace: Trace, *, piece: int = PIECE, look_s: float = LOOK_S) -> None:
        """piece: bytes that are read at once. look_s: between two looks at a file that has not grown."""
        assert trace.header is not None
        self.path = path
        self._piece = piece
        self._look_s = look_s
        self.problem = ""
        """Why nothing more will come, in one sentence; empty while more may."""

        self.died = False
        """Whether its program is gone and has not closed it."""

        self.header = trace.header
        self._raw = trace.raw
        self._at = trace.whole
        self._head = trace.raw.read(0, trace.framing.header_size)
        self._looks_at = 0.0
        self._watches_writer = goes_on(trace.header, path)
        """Whether its end can be seen."""

    @property
    def now_ns(self) -> int:
        """Which time it is for the program; 0 where that is not known."""
        return clock_ns(self.header)

    def cancel(self) -> None:
        """Leave it at what is there."""
        self.problem = f"Following was stopped: what is written to {self.path.name} from here on is not shown."

    def step(self, seconds: float, feed: Callable[[bytes], None]) -> None:
        """Hand over what came, for so long, at least one piece."""
        hand_over(self.read_frames, seconds, feed)

    def read_frames(self) -> bytes:
        """The next whole frames; none where there are none, or it is too soon to look again."""
        if self.problem or time.monotonic() < self._looks_at:
            return b""
        # Before the file is read: what the program wrote last is there then.
        gone = self._watches_writer and not goes_on(self.header, self.path)
        try:
            data = self._next()
        except OSError as error:
            self.problem = f"{self.path.name} cannot be followed any more: {reason(error)}."
            return b""
        if not data and not self.problem:
            self._looks_at = time.monotonic() + self._look_s
            if gone:
                self.died, self.problem = True, self._gone()
        return data

    def _next(self) -> bytes:
        size = self._raw.size()
        if size < self._at or self._raw.read(0, len(self._head)) != self._head:
            self._raw.give_up()
            self.problem = (
                f"{self.path.name} was cut or begun anew while it was followed: what was in it before is shown, "
                "without payloads. Open it again for what is in it now."
            )
            return b""
        data = self._frames(size)
        if not data:
            self.problem = self._moved()
        return data

    def _frames(self, size: int) -> bytes:
        """Whole frames from here on."""
        data = self._raw.read(self._at, min(self._piece, size - self._at))
        if not data and size > self._at:
            raise OSError("it cannot be read on")
        end = _end_of_frames(data)
        if not end and len(data) >= wire.FRAME.size:
            wanted = wire.FRAME.size + int(wire.FRAME.unpack_from(data)[0])
            if wanted > wire.FRAME.size + wire.MAX_FRAME:
                end = len(data)  # whoever reads this says what is wrong
            elif wanted <= size - self._at:
                data = self._raw.read(self._at, wanted)
                end = len(data)
        self._at += end
        return data[:end]

    def _moved(self) -> str:
        """What became of the file's name, where it is not the name of this file any more. Raises OSError."""
        try:
            if self._raw.is_at(self.path):
                return ""
        except FileNotFoundError:
            return f"{self.path.name} was removed while it was followed: what was in it until then is shown."
        return (
            f"{self.path.name} was replaced by another file while it was followed: the one before is shown. "
            "Open it again for the new one."
        )

    def _gone(self) -> str:
        rest = self._raw.size() - self._at
        half = f" The last {rest:,} bytes are not a whole frame." if rest else ""
        return f"{who_recorded(self.header)} ended without closing its capture: what it did last may be missing.{half}"


def _end_of_frames(data: bytes) -> int:
    """Where the last whole frame ends."""
    at = 0
    while at + wire.FRAME.size <= len(data):
        end = at + wire.FRAME.size + int(wire.FRAME.unpack_from(data, at)[0])
        if end > len(data):
            break
        at = end
    return at
