"""The end of a process: captures that it writes end with it.

One that ends with `os._exit`, as forked children mostly do, runs no `atexit`. Only while something is written is
`os._exit` one of ours; it writes what waits and leaves to the system's own.
"""

from __future__ import annotations

import os
import weakref
from typing import Any, Callable, Optional, Protocol

from buslens.at_exit import AT_EXIT
from buslens.log import LOG


class ExitListener(Protocol):
    """Somebody who has something to write before the process ends."""

    def end_of_program(self) -> None:
        """The program has come to its end."""

    def end_now(self) -> None:
        """The process ends now: write, and wait for nothing long."""


class ExitHooks:
    """Tells everybody before `os._exit` ends the process."""

    def __init__(self) -> None:
        self._told: "dict[int, weakref.ref[Any]]" = {}
        self._hook: "Optional[Callable[..., Any]]" = None
        self._before: "Callable[..., Any]" = os._exit

    def tell(self, whom: ExitListener) -> None:
        """`whom` is told while it lives, or until it is forgotten."""
        key = id(whom)
        self._told[key] = weakref.ref(whom, lambda gone: self._forget(key, gone))
        if self._hook is None:
            self._before = os._exit
            self._hook = self._exiting(self._before)
            os._exit = self._hook

    def forget(self, whom: ExitListener) -> None:
        """`whom` has nothing to write any more."""
        self._forget(id(whom), self._told.get(id(whom)))

    def _forget(self, key: int, gone: Any) -> None:
        if gone is not None and self._told.get(key) is gone:  # else somebody new has that id
            self._told.pop(key, None)
        if not self._told and self._hook is not None and os._exit is self._hook:
            os._exit = self._before
            self._hook = None

    def end_of_program(self) -> None:
        """Tell everybody that the program ends."""
        for ref in list(self._told.values()):
            whom = ref()
            if whom is not None:
                try:
                    whom.end_of_program()
                except Exception as error:
                    LOG.error("buslens: the end of this program was not recorded", exc_info=error)

    def _exiting(self, before: "Callable[..., Any]") -> "Callable[..., Any]":
        def _exit(status: int) -> Any:
            for ref in list(self._told.values()):
                whom = ref()
                if whom is not None:
                    try:
                        whom.end_now()
                    except Exception:  # noqa: S110  the process ends, whatever we meet
                        pass
            return before(status)

        return _exit


EXITS = ExitHooks()
"""Of this process."""
AT_EXIT.then = EXITS.end_of_program
