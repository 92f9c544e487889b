"""Files of one process, each mapped into its memory, and allocated before: a store into a hole of a full disk kills.

What is allocated is bounded by settings and by what the disk has left; then facts are dropped and counted.
"""

import errno
import itertools
import mmap
import os
from typing import Callable, NamedTuple

from buslens.stream.layout import chunk_name

_ZEROS = bytes(1 << 16)
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


class StreamLimits(NamedTuple):
    """How much a stream may take."""

    first: int = 256 * 1024
    """Bytes of a first chunk: a process that does little pays for little."""

    largest: int = 8 * 1024 * 1024
    """Each chunk has twice the bytes of the one before, up to this."""

    total: int = 8 * 1024 * 1024 * 1024
    """Bytes of all chunks that no reader has removed yet."""

    left_on_disk: int = 256 * 1024 * 1024
    """Bytes that stay free for others, and a twentieth of the disk at most."""


class StreamSpace:
    """What one stream has on its disk."""

    def __init__(self, folder: str, limits: StreamLimits) -> None:
        self.folder = folder
        self.limits = limits
        self._sizes: "dict[str, int]" = {}
        """By the path of each chunk that nobody has removed, as far as we know."""

    def map_file(self, name: str, size: int) -> mmap.mmap:
        """A new file of so many zeros, mapped. Raises OSError, and leaves nothing, where it cannot be."""
        path = os.path.join(self.folder, name)
        descriptor = os.open(path, _FLAGS, 0o600)
        try:
            _allocate(descriptor, size)
            return mmap.mmap(descriptor, size)
        except BaseException:
            os.unlink(path)
            raise
        finally:
            os.close(descriptor)

    def map_chunk(self, name: str, size: int) -> mmap.mmap:
        """The same for a chunk, where the limits have room for it."""
        if sum(self._sizes.values()) + size > self.limits.total:
            self._sizes = {path: size for path, size in self._sizes.items() if os.path.exists(path)}
            if sum(self._sizes.values()) + size > self.limits.total:
                raise OSError(errno.EDQUOT, "no reader has removed what it has read")
        if room_on_disk(self.folder, self.limits) < size:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        mapping = self.map_file(name, size)
        self._sizes[os.path.join(self.folder, name)] = size
        return mapping


class Chunks:
    """The chunks of one stem, opened one after another."""

    def __init__(self, space: StreamSpace, stem: str, first: int = 0) -> None:
        """first: bytes of the first one; 0: as the limits say."""
        self._space = space
        self._stem = stem
        self._size = first or space.limits.first
        self.opened = 0
        """Bytes of all so far."""

        self._next: "Callable[[], int]" = itertools.count(1).__next__

    def open(self, at_least: int = 0) -> mmap.mmap:
        """The next chunk. Raises OSError where there is no room."""
        number = self._next()
        try:
            chunk = self._space.map_chunk(chunk_name(self._stem, number), max(self._size, at_least))
        except OSError:
            self._next = itertools.count(number).__next__  # a reader looks for them by number
            raise
        self.opened += len(chunk)
        self._size = min(2 * self._size, self._space.limits.largest)
        return chunk


def room_on_disk(folder: str, limits: StreamLimits) -> int:
    """How many bytes may still be taken of the disk of a folder; negative where too many are. Raises OSError."""
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize - min(limits.left_on_disk, disk.f_blocks * disk.f_frsize // 20)


def _allocate(descriptor: int, size: int) -> None:
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, size)
        return
    for at in range(0, size, len(_ZEROS)):  # macOS
        os.pwrite(descriptor, _ZEROS[: size - at], at)
