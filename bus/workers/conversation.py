"""One call's talk with a child process: the code goes there, its emits and logs come back and happen here."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, Self

from bus.workers.python_child import MOST_OUTPUT, OUTSIDE

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,199}")
_MOST_LINES = 1_000
_MOST_FRAMES = 30


@dataclass(frozen=True, slots=True)
class CallFailure:
    """What the code raised, or why it did not come to its end."""

    type: str
    message: str
    frames: tuple[tuple[int, str], ...] = ()
    """Line of the code, from 1, and function; the outermost first."""

    cause: Exception | None = None
    """What an emit raised into the code, where that is what ended it."""


class Child(Protocol):
    """A process, or a task of Celery, that does one call at a time."""

    def send(self, said: dict[str, Any]) -> None:
        """Tell it something."""

    def hear(self) -> dict[str, Any] | None:
        """What it says next; None where nothing more will come."""


class Host(Protocol):
    """Lends children for calls."""

    def take(self) -> Any:
        """A child for one call."""

    def give_back(self, child: Any) -> None:
        """The call is over, and it is well."""

    def discard(self, child: Any) -> str:
        """Give up a child that is not to be used again; how it went, such as "ended with exit code 3"."""


class Conversation:
    """From the request to the end of the code."""

    who = "the process of the Python code"
    lost_type = "PythonEnded"
    lost_when = ""

    def __init__(
        self,
        host: Host,
        *,
        emit: Callable[[str, Any], None],
        log: Callable[[str], None],
        outside: Callable[[str, int], None] | None = None,
    ) -> None:
        """outside: told what the code does in the real world, and at which of its lines; None: nobody has asked."""
        self._host = host
        self._outside = outside
        self._emit = emit
        self.log = log
        self.child: Child | None = None
        """Whom the call was handed to, until it is over."""

        self._lines_left = _MOST_LINES
        self._characters_left = MOST_OUTPUT
        self._raised: Exception | None = None
        self._well = False
        self.over = False
        self.failure: CallFailure | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, at: TracebackType | None) -> None:
        child, self.child = self.child, None
        if child is None:
            return
        if self._well:
            self._host.give_back(child)
        else:
            self._host.discard(child)

    def begin(self, request: dict[str, Any]) -> None:
        """Hand the code to a child."""
        self.child = self._host.take()
        self.child.send(request)

    def hear(self) -> dict[str, Any] | None:
        """What the child says next; blocks."""
        return self.child.hear() if self.child is not None else None

    def answer(self, said: dict[str, Any] | None) -> None:
        """Do what it asks for."""
        if said is None:
            self._lost()
        elif isinstance(said.get("log"), str):
            self._print(said["log"])
        elif isinstance(said.get("emit"), list) and len(said["emit"]) == 2 and isinstance(said["emit"][0], str):
            self._put(*said["emit"])
        elif self._outside is not None and _is_outside(said.get("outside")):
            function, line = said["outside"]
            self._outside(OUTSIDE[function], line)
        elif said.get("done") is True:
            self.over = self._well = True
        elif "error" in said:
            self.over = self._well = True
            self.failure = self._failure(said["error"])
        else:
            self._lost()

    def _put(self, event: str, payload: Any) -> None:
        assert self.child is not None
        try:
            self._emit(event, payload)
        except Exception as error:  # whatever the emit raises belongs to the code
            self._raised = error
            self.child.send({"error": [type(error).__name__, str(error)[:10_000]]})
        else:
            self.child.send({"ok": True})

    def _print(self, text: str) -> None:
        for line in text.split("\n"):
            if self._lines_left <= 0 or self._characters_left <= 0:
                return
            self._lines_left -= 1
            self._characters_left -= len(line) + 1
            self.log(line if self._lines_left else "… more lines were printed than are kept")

    def lost(self) -> CallFailure:
        """The process is gone, or says what is no message: why."""
        assert self.child is not None
        child, self.child = self.child, None
        return CallFailure(self.lost_type, f"{self.who} {self._host.discard(child)}{self.lost_when}")

    def _lost(self) -> None:
        self.over = True
        self.failure = self.lost()

    def _failure(self, said: Any) -> CallFailure:
        try:
            kind, message, frames = said
            lines = tuple((int(line), str(name)[:200]) for line, name in frames[:_MOST_FRAMES])
        except (TypeError, ValueError):
            return CallFailure(self.lost_type, f"{self.who} sent something that is no message")
        raised = self._raised
        caused = raised is not None and type(raised).__name__ == kind and str(raised)[:10_000] == message
        name = kind if isinstance(kind, str) and _NAME.fullmatch(kind) else "PythonError"
        return CallFailure(name, str(message)[:10_000], lines, raised if caused else None)


def _is_outside(said: Any) -> bool:
    return (
        isinstance(said, list)
        and len(said) == 2
        and isinstance(said[0], str)
        and said[0] in OUTSIDE
        and type(said[1]) is int
    )
