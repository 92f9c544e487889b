"""A capture file that grows as a test says: the shop's orders, by a program that runs, cut anywhere."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

from buslens import wire
from tests.helpers.make_trace import shop_bytes


def written_here(data: bytes, **said: Any) -> bytes:
    """The same capture, as if the process that started this one recorded it just now."""
    found = wire.unpack_header(data)
    assert found is not None
    header = wire.Header.here(mono_ns=0)._asdict() | {"pid": os.getppid()} | said
    return wire.pack_header(wire.Header(**header)) + data[found[1] :]


class Growing:
    """Bytes on their way into a file."""

    def __init__(self, path: Path, orders: int = 60, *, batch: int = 5, **said: Any) -> None:
        self.path = path
        self.data = written_here(shop_bytes(orders, batch=batch), **said)
        self.at = 0
        path.write_bytes(b"")

    @property
    def left(self) -> int:
        return len(self.data) - self.at

    def write(self, size: int) -> None:
        """The next so many bytes."""
        self._append(self.data[self.at : self.at + size])
        self.at = min(self.at + size, len(self.data))

    def write_share(self, share: float) -> None:
        """Up to this share of all."""
        self.write(max(0, round(share * len(self.data)) - self.at))

    def end(self, mark: bytes = wire.END_MARK) -> None:
        """What is left, and that it is all."""
        self.write(self.left)
        self._append(mark)

    def sizes(self, seed: int, most: int) -> list[int]:
        """How the rest can be cut at random."""
        rng, left, sizes = random.Random(seed), self.left, list[int]()
        while left > 0:
            sizes.append(min(left, rng.randint(1, most)))
            left -= sizes[-1]
        return sizes

    def _append(self, data: bytes) -> None:
        with self.path.open("ab") as file:
            file.write(data)
