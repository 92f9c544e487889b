"""A lock on an open file that goes with whoever has opened it, however that ends."""

from __future__ import annotations

from types import ModuleType

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # Windows, where there are no streams
    fcntl = None


def lock(descriptor: int) -> bool:
    """Lock it; False where somebody else has. Raises OSError where this file system, or system, has no locks."""
    if fcntl is None:
        raise OSError("this system has no such locks")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
