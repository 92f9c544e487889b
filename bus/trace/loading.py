"""Takes in a capture file piece by piece, so that whoever loads it can show what is there and end it at any moment."""

from __future__ import annotations

import mmap
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from bus.errors import Place, UserError
from bus.trace.raw import Raw
from bus.trace.trace import Trace
from buslens.wire import WireError


class Loading:
    """One file on its way into a trace, which may be read between two steps as if it were a live one.

    Raises UserError where the file is no capture; damage further on is said in `trace.damage`.
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self.done = False
        """Nothing more will come."""

        self._taken = 0
        try:
            self._size = self._begin()
        except WireError as error:
            raise UserError(str(error), at=Place(str(path))) from None
        except OSError as error:
            raise UserError(f"cannot be read: {error.strerror or error}", at=Place(str(path))) from None

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
            self.done = True

    def _begin(self) -> int:
        if not stat.S_ISREG(self.path.stat().st_mode):
            raise UserError("this is not a file", at=Place(str(self.path)))
        self.trace = Trace(Raw.of_file(self.path))
        with self.path.open("rb") as file:
            size = file.seek(0, 2)
            if not size:
                raise UserError("this file is empty", at=Place(str(self.path)))
            mapped = mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ)
        # Not closed by hand: views of it may live on in a frame that was read last.
        self._pieces: Iterator[int] = self.trace.feeding(memoryview(mapped))
        self._next()  # a file that is no capture at all is refused here
        return size

    def _next(self) -> None:
        taken = next(self._pieces, None)
        if taken is None:
            self.done = True
            self.trace.finish()
        else:
            self._taken = taken
