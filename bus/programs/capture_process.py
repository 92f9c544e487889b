"""The capture file of one process of a session, which may still be written."""

from __future__ import annotations

from pathlib import Path

from bus.capture.follower import LOOK_S, CaptureFollower
from bus.errors import Place, UserError
from bus.stream.behind import NOT_BEHIND, Behind
from bus.system_errors import cannot_read
from bus.trace.capture_bytes import CaptureBytes
from bus.trace.trace import Trace
from buslens import wire


class CaptureProcess:
    """A ProcessFollower of a file. All methods belong to one thread."""

    def __init__(self, path: Path, *, look_s: float = LOOK_S) -> None:
        """look_s: between two looks at a file that has not grown. Raises UserError where it is no capture."""
        try:
            self._raw = CaptureBytes.of_file(path)
            begin = self._raw.read(0, wire.PRELUDE.size + wire.MAX_HEADER)
        except OSError as error:
            raise cannot_read(path, error) from None
        trace = Trace(self._raw)
        try:
            found = wire.unpack_header(begin)
            if found is None:
                raise wire.WireError("the capture is cut in its first bytes: nothing can be read of it")
            trace.feed(begin[: found[1]])
        except wire.WireError as error:
            self._raw.close()
            raise UserError(str(error), at=Place(str(path))) from None
        self.header = found[0]
        self.ended = False
        self._follower = CaptureFollower(path, trace, look_s=look_s)
        self._head = begin[: found[1]]

    @property
    def problem(self) -> str:
        """Why nothing more will come, in one sentence; empty while more may."""
        return "" if self.ended else self._follower.problem

    @property
    def died(self) -> bool:
        """Whether the program is gone and has not closed the capture."""
        return self._follower.died

    @property
    def now_ns(self) -> int:
        """Which time it is for the program; 0 where that is not known."""
        return self._follower.now_ns

    @staticmethod
    def behind() -> Behind:
        """Of a file nobody knows how far it is behind its program, which writes some times a second."""
        return NOT_BEHIND

    def read_frames(self) -> bytes:
        """The next whole frames, the first ones with the header."""
        if self.ended:
            return b""
        data = self._follower.read_frames()
        self.ended = data.endswith(wire.END_MARK)
        head, self._head = self._head, b""
        return head + data

    def close(self) -> None:
        """Close the file. Safe to call twice."""
        self._raw.close()
