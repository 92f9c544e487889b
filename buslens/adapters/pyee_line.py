"""Handlers are called from the very line that would call them if nobody watched.

What looks at its caller finds pyee there (`warnings.warn(..., stacklevel=2)`, a traceback, `inspect.stack()`), and a
coroutine that is thrown away is warned about at the same place.
"""

from __future__ import annotations

import dis
from types import CodeType, FrameType, FunctionType
from typing import Any, Callable

Line = Callable[[Any, "tuple[Any, ...]", "dict[str, Any]"], Any]

_MOST_LINES = 256


def line_of(function: Any, asks_for: str = "") -> Line:
    """A function that calls what it gets where this one of pyee calls a handler, and gives back what that gives.

    asks_for: where it calls a method of this name instead.
    """
    code = getattr(function, "__code__", None)
    if type(code) is not CodeType:
        return _call
    steps = [
        step.offset
        for step in dis.get_instructions(code)
        if (step.argval == asks_for if asks_for else step.opname == "CALL_FUNCTION_EX")
    ]
    lines = [line for offset, line in dis.findlinestarts(code) if steps and offset <= steps[0] and line]
    return _made(code, lines[-1] if lines else code.co_firstlineno, function.__globals__)


class Lines:
    """The same for whoever calls, found by its frame; a program calls handlers from few places."""

    def __init__(self) -> None:
        self._known: dict[tuple[CodeType, int], Line] = {}

    def of(self, frame: FrameType) -> Line:
        """The line that this frame is at."""
        key = frame.f_code, frame.f_lineno
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _MOST_LINES:
                self._known.clear()
            found = self._known[key] = _made(frame.f_code, frame.f_lineno or 1, frame.f_globals)
        return found


def _made(code: CodeType, line: int, names: dict[str, Any]) -> Line:
    told: dict[str, Any] = {"co_name": code.co_name, "co_filename": code.co_filename, "co_firstlineno": line}
    if hasattr(code, "co_qualname"):  # Python 3.11
        told["co_qualname"] = code.co_qualname
    return FunctionType(_call.__code__.replace(**told), names)


def _call(f: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any: return f(*args, **kwargs)  # fmt: skip
