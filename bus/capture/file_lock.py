"""Locks on open files, which go with whoever has opened them, however that ends."""

from __future__ import annotations

import os
from pathlib import Path
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


def is_written(path: Path) -> bool:
    """Whether somebody writes this capture now: whoever does holds a lock on it. False where nobody can tell."""
    if fcntl is None:
        return False
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0))
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False  # this file system has none
    finally:
        os.close(descriptor)
    return False
