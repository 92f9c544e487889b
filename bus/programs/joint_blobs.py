"""Payloads, errors and notes of one process on their way into a joint capture, where all of them ascend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.programs.message_notes import MessageNotes
from bus.trace.blob_frames import heads_of, ids_at
from buslens.wire import BLOB_ENTRY, BLOBS, pack_frame

Array = npt.NDArray[Any]

_MOST_RUNS = 1024
"""Stretches of ids that are remembered: facts name blobs that came shortly before them."""


class JointBlobs:
    """Blobs of one process. Its own ids ascend."""

    def __init__(self, reserve: Callable[[int], int]) -> None:
        """reserve: the first of so many ids in the joint capture that nobody else gets."""
        self._reserve = reserve
        self.notes = MessageNotes()
        """What of them says which messages they are about."""

        self._own = np.zeros((2, 0), np.uint64)
        """The first and the last id of each stretch, ascending."""

        self._joint = np.zeros(0, np.uint64)
        """What the first id of each stretch is in the joint capture."""

    def frame(self, body: memoryview) -> bytes:
        """The BLOBS frame for one of the process's. Raises ValueError where it is damaged."""
        heads = np.array(heads_of(bytes(body)), np.int64)
        ids = ids_at(body, heads)
        if not len(ids) or int(heads[-1]) + _length(body, int(heads[-1])) != len(body):
            raise ValueError("a payload is cut short")
        if (ids[1:] <= ids[:-1]).any() or (self._own.size and ids[0] <= self._own[1, -1]):
            raise ValueError("payloads that do not ascend")
        self.notes.read(body, ids, heads)
        first = self._reserve(len(ids))
        joint = np.arange(first, first + len(ids), dtype=np.uint64)
        self._remember(ids, joint)
        renamed = np.frombuffer(bytearray(body), np.uint8)
        renamed[heads[:, None] + np.arange(8)] = joint.astype("<u8").view(np.uint8).reshape(-1, 8)
        return pack_frame(BLOBS, renamed.tobytes())

    def joint(self, ids: Array) -> Array:
        """What these ids are in the joint capture; 0 for one that never came."""
        if not self._own.size:
            return np.zeros(len(ids), np.uint64)
        stretch = np.searchsorted(self._own[0], ids, "right") - 1
        known = (stretch >= 0) & (ids <= self._own[1, stretch])
        return np.where(known, self._joint[stretch] + (ids - self._own[0, stretch]), 0).astype(np.uint64)

    def _remember(self, ids: Array, joint: Array) -> None:
        """Neighbours are one stretch, and mostly all of a frame are."""
        begins = np.concatenate([[0], (np.diff(ids) != 1).nonzero()[0] + 1])
        ends = np.concatenate([begins[1:], [len(ids)]]) - 1
        own = np.concatenate([self._own, np.stack([ids[begins], ids[ends]])], axis=1)
        self._own = own[:, -_MOST_RUNS:]
        self._joint = np.concatenate([self._joint, joint[begins]])[-_MOST_RUNS:]


def _length(body: memoryview, head: int) -> int:
    return BLOB_ENTRY.size + int(BLOB_ENTRY.unpack_from(body, head)[4])
