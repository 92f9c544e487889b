"""What later records of a run need to be read: when a person clears the trace, its header and names stay."""

from __future__ import annotations

from buslens import wire


class Preamble:
    """Header and names of one run's capture."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def add(self, data: bytes) -> None:
        """Note what is needed of some whole frames, the first ones behind the header."""
        start = 0
        if not self._parts:
            found = wire.unpack_header(data)
            if found is None:
                return
            start = found[1]
            self._parts.append(data[:start])
        for kind, body, _ in wire.frames(data, start):
            if kind == wire.NAMES:
                self._parts.append(wire.pack_frame(kind, bytes(body)))

    def capture(self) -> bytes:
        """A capture with nothing in it, which the coming records continue."""
        return b"".join(self._parts)
