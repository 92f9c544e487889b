"""A process that was forked from a watched one has copies of everything, and threads of nothing: it starts anew.

What the hook does is short and waits for no lock: another thread may have held it when the process forked.
"""

from __future__ import annotations

import os
import weakref
from typing import Any, Protocol


class Forked(Protocol):
    """Somebody who must do something in a forked child."""

    def after_fork(self, parent_pid: int) -> None:
        """The process is another one now."""


class Forks:
    """Tells everybody of it, in the order in which they asked."""

    def __init__(self) -> None:
        self._told: "dict[int, weakref.ref[Any]]" = {}
        """By the id of whom it refers to, in the order in which they asked."""

        self._pid = 0

    def tell(self, whom: Forked) -> None:
        """`whom` is told while it lives; asking twice is fine."""
        if not hasattr(os, "register_at_fork"):  # Windows
            return
        if not self._pid:
            os.register_at_fork(after_in_child=self._run)
        self._pid = os.getpid()
        key = id(whom)
        known = self._told.get(key)
        if known is None or known() is not whom:
            self._told[key] = weakref.ref(whom, lambda gone: self._forget(key, gone))

    def _forget(self, key: int, gone: Any) -> None:
        if self._told.get(key) is gone:  # else somebody new has that id
            self._told.pop(key, None)

    def _run(self) -> None:
        parent, self._pid = self._pid, os.getpid()
        for ref in list(self._told.values()):
            whom = ref()
            if whom is not None:
                try:
                    whom.after_fork(parent)
                except Exception:  # noqa: S110  nothing of ours may stop the program's child
                    pass


FORKS = Forks()
"""Of this process."""
