"""Takes in a capture file piece by piece, so that whoever loads it can show what is there and end it at any moment."""

from __future__ import annotations

import stat
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bus.errors import Place, UserError
from bus.system_errors import cannot_read, reason
from bus.trace.capture_bytes import CaptureBytes
from bus.trace.frame_reader import Frame
from bus.trace.trace import Trace
from buslens.wire import Header, WireError

PIECE = 8 * 1024 * 1024
"""Bytes read at once. Read and not mapped: a mapped file that somebody shortens kills whoever looks at it."""


class CaptureLoader:
    """Reads one file into a trace, which may be read between two steps as if it were a live one.

    Raises UserError where the file is not a capture; damage further on is said in `trace.damage`.
    """

    def __init__(
        self, source: Path | CaptureBytes, may_grow: Callable[[Header], bool] | None = None, *, piece: int = PIECE
    ) -> None:
        """source: a file, or the bytes of a capture that was seen before.

        may_grow: whether the program of this header still writes; None: what is there now is all of it.
        piece: bytes that are read at once.
        """
        known = source if isinstance(source, CaptureBytes) else None
        self.path = (source.path or Path("the run")) if isinstance(source, CaptureBytes) else Path(source)
        self.done = False
        """Nothing more will come."""

        self.grows = False
        """Whether it is not complete: half a frame at its end is not damage; `CaptureFollower` goes on from there."""

        self._taken = 0
        self._size = 0
        self._most_at_once = piece
        try:
            self._begin(known or self._opened(), may_grow)
        except WireError as error:
            raise UserError(str(error), at=Place(str(self.path))) from None
        except OSError as error:
            raise cannot_read(self.path, error) from None

    @property
    def share(self) -> float:
        """How much of the file is taken in, from 0 to 1."""
        return 1.0 if self.done else min(1.0, self._taken / self._size)

    def step(self, seconds: float) -> bool:
        """Go on for so long, at least by one piece. Whether there is more."""
        until = time.monotonic() + seconds
        while not self.done:
            self._next()
            if time.monotonic() >= until:
                break
        return not self.done

    def cancel(self) -> None:
        """Leave it at what is there; the trace says so."""
        if not self.done:
            self.trace.damage = f"Opening was cancelled: the first {self.share:.0%} of the capture are shown."
            self.trace.generation += 1
            self.done, self.grows = True, False

    def _opened(self) -> CaptureBytes:
        if not stat.S_ISREG(self.path.stat().st_mode):
            raise UserError("this is not a file", at=Place(str(self.path)))
        return CaptureBytes.of_file(self.path)

    def _begin(self, raw: CaptureBytes, may_grow: Callable[[Header], bool] | None) -> None:
        self._size = raw.size()
        if not self._size:
            raw.close()
            raise UserError("this file is empty", at=Place(str(self.path)))
        self.trace = Trace(raw)
        """Between two steps it may become another one: its newest part."""

        self._pieces = self._read()
        while self.trace.header is None:
            self._next()  # a file that is not a capture at all is refused here
        self.grows = may_grow is not None and not self.trace.ended and may_grow(self.trace.header)

    def _next(self) -> None:
        taken = next(self._pieces, None)
        if taken is None:
            self.done = True
        else:
            self._taken = taken

    def _read(self) -> Iterator[int]:
        """Feed the trace: how many bytes of the file it has taken in so far."""
        rooms = [memoryview(bytearray(min(self._most_at_once, self._size))) for _ in range(2)]
        piece = self._piece(rooms[0], 0)
        end = piece.size
        # While one piece is joined the next one is read and its checksums are compared, which is a quarter of the work.
        # Between two steps no thread is left, so that whoever drops this need not end one.
        while end < self._size and piece.error is None and not self.trace.damage:
            rooms.reverse()
            with ThreadPoolExecutor(1, "capture") as ahead:
                coming = ahead.submit(self._piece, rooms[0], end)
                for _ in self.trace.taking(piece):
                    pass
            yield self.trace.whole
            piece = coming.result()
            end += piece.size
        if not self.trace.damage:
            for _ in self.trace.taking(piece):
                pass
            yield self.trace.whole
        if self.trace.damage or self.trace.ended:
            self.grows = False
        if self.grows:
            self.trace.framing.forget_waiting()
        else:
            self.trace.finish(self._size)

    def _piece(self, room: memoryview, start: int) -> _Piece:
        """What lies in the file from `start` on."""
        piece = _Piece()
        try:
            piece.size = self.trace.raw.read_into(room, start)
            if not piece.size:
                raise ValueError("the file became shorter while it was read")
            for frame in self.trace.framing.feed(room[: piece.size]):
                piece.frames.append(frame)
        except OSError as error:
            piece.error = ValueError(f"it cannot be read on ({reason(error)})")
        except ValueError as error:
            piece.error = error
        return piece


class _Piece:
    """The frames of a part of the file, and what is wrong behind them."""

    def __init__(self) -> None:
        self.size = 0
        self.frames: list[Frame] = []
        self.error: ValueError | None = None

    def __iter__(self) -> Iterator[Frame]:
        yield from self.frames
        if self.error is not None:
            raise self.error
