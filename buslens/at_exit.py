"""The end of the program, asked for as soon as `buslens` is imported, long before there is anything to write.

What was registered with `atexit` last runs first: so what the program does at its end is recorded, where it imports us
before that.
"""

from __future__ import annotations

import atexit

TYPE_CHECKING = False  # see `buslens`
if TYPE_CHECKING:
    from typing import Any, Callable


class AtExit:
    """Calls one function when the program ends."""

    def __init__(self) -> None:
        self.then: "Callable[[], Any] | None" = None
        """What is to be called; None: nothing is watched."""

    def __call__(self) -> None:
        if self.then is not None:
            self.then()


AT_EXIT = AtExit()
"""Of this process."""

atexit.register(AT_EXIT)
