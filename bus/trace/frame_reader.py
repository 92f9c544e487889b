"""Whole frames out of bytes that come cut anywhere: only a frame that lies across a cut is copied."""

from __future__ import annotations

from collections.abc import Iterator

from buslens import wire

Frame = tuple[int, memoryview, int]
"""Its kind, its body, and where in the capture the body begins."""


class FrameReader:
    """What came so far of a capture. Raises wire.WireError where it is none, wire.Cut at damage."""

    def __init__(self) -> None:
        self.header: wire.Header | None = None
        self.header_size = 0
        self._at = 0
        """Where in the capture the next frame begins."""

        self._waiting = bytearray()
        """Bytes of a frame whose end has not come."""
        self._wanted = 0
        """How many of them it takes to know more."""

    @property
    def waiting(self) -> int:
        """How many bytes of a frame wait for its end."""
        return len(self._waiting)

    def forget_waiting(self) -> None:
        """The frame whose end has not come will come again, from its beginning."""
        self._waiting.clear()

    def feed(self, data: bytes | memoryview) -> Iterator[Frame]:
        """Each frame that these bytes complete.

        A body is a view: of `data`, unless the frame began before.
        """
        view = memoryview(data)
        while self._waiting and len(view):
            part = view[: self._wanted - len(self._waiting)]
            self._waiting += part
            view = view[len(part) :]
            if len(self._waiting) < self._wanted:
                return
            begun = memoryview(bytes(self._waiting))
            self._waiting.clear()
            yield from self._cut(begun)
        if len(view):
            yield from self._cut(view)

    def _cut(self, view: memoryview) -> Iterator[Frame]:
        at = 0
        if self.header is None:
            found = wire.unpack_header(view)
            if found is None:
                self._wait(view, _header_size(view))
                return
            self.header, at = found
            self.header_size = self._at = at
        for kind, body, end in wire.frames(view, at):
            self._at += end - at
            yield kind, body, self._at - len(body)
            at = end
        self._wait(view[at:], _frame_size(view[at:]))

    def _wait(self, rest: memoryview, wanted: int) -> None:
        self._waiting += rest
        self._wanted = wanted


def _header_size(begun: memoryview) -> int:
    if len(begun) < wire.PRELUDE.size:
        return wire.PRELUDE.size
    return wire.PRELUDE.size + int(wire.PRELUDE.unpack_from(begun)[3])


def _frame_size(begun: memoryview) -> int:
    if len(begun) < wire.FRAME.size:
        return wire.FRAME.size
    return wire.FRAME.size + int(wire.FRAME.unpack_from(begun)[0])
