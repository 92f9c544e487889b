"""Room for the files of many processes: each stream takes some, and the usual limit of a process ends at some 170."""

from __future__ import annotations

import contextlib

MOST = 65_536
"""Files, where nothing else limits them."""

_MOST_OF_MACOS = 10_240
"""More than these are refused there, whatever it says that the limit is."""


def allow_many() -> None:
    """Let this process have as many files open as the system lets it, or MOST."""
    with contextlib.suppress(ImportError):  # Windows, where there are no streams
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        for wanted in (MOST, _MOST_OF_MACOS):
            if hard != resource.RLIM_INFINITY:
                wanted = min(wanted, hard)
            if soft == resource.RLIM_INFINITY or soft >= wanted:
                return
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
                return
