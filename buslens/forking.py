"""A process that was forked from a watched one has copies of everything, and threads of nothing: it starts anew.

What the hook does in the child is short and waits for no lock: another thread may have held it when the process forked.
While a process is forked no thread of ours runs: from Python 3.12 on a fork among threads is warned about.
"""

from __future__ import annotations

import os
import weakref
from typing import Any, Protocol

from buslens.keyed_ref import KeyedRef


class ForkListener(Protocol):
    """Somebody who must do something in a forked child."""

    def after_fork(self, parent_pid: int) -> None:
        """The process is another one now."""


class PausedByFork(Protocol):
    """Somebody whose thread must not run while the process is forked."""

    def rest(self) -> None:
        """The process is about to be forked: end the thread, and wait for that a short time at most."""

    def go_on(self) -> None:
        """Start the thread again, in the parent: the process was forked, or could not be."""


class ForkHooks:
    """Tells everybody of it, in the order in which they asked."""

    def __init__(self) -> None:
        self._told: "dict[int, weakref.ref[Any]]" = {}
        """By the id of whom it refers to, in the order in which they asked."""

        self._resting: "weakref.WeakSet[Any]" = weakref.WeakSet()
        self._pid = 0

    def tell(self, whom: ForkListener) -> None:
        """`whom` is told while it lives; asking twice is fine."""
        if not hasattr(os, "register_at_fork"):  # Windows
            return
        if not self._pid:
            os.register_at_fork(before=self._rest, after_in_child=self._run, after_in_parent=self._go_on)
        self._pid = os.getpid()
        key = id(whom)
        known = self._told.get(key)
        if known is None or known() is not whom:
            self._told[key] = KeyedRef(whom, self._forget, key)

    def let_rest(self, whom: PausedByFork) -> None:
        """`whom` rests, while it lives, when the process is forked; it has asked to be told, too."""
        self._resting.add(whom)

    def _rest(self) -> None:
        for whom in list(self._resting):
            try:
                whom.rest()
            except Exception:  # noqa: S110  the program forks all the same
                pass

    def _go_on(self) -> None:
        for whom in list(self._resting):
            try:
                whom.go_on()
            except Exception:  # noqa: S110  such as no room for a thread: what waits is written at the end
                pass

    def _forget(self, gone: KeyedRef) -> None:
        key = gone.key
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


FORKS = ForkHooks()
"""Of this process."""
