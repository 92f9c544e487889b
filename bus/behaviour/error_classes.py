"""Types of exceptions that a scenario names, or that another process has told of."""

from __future__ import annotations

import threading


class ErrorClasses:
    """A type of exception for each name, the same one each time. Thread-safe."""

    def __init__(self) -> None:
        self._made: dict[str, type[Exception]] = {}
        self._lock = threading.Lock()

    def named(self, name: str) -> type[Exception]:
        """A type of that name, which seems to be defined in the program's main file."""
        with self._lock:
            if name not in self._made:
                self._made[name] = type(name, (Exception,), {"__module__": "__main__"})
            return self._made[name]
