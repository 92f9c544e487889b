"""Handlers are called from the very line that would call them if nobody watched.

What looks at its caller finds the library there (`warnings.warn(..., stacklevel=2)`, a traceback,
`inspect.stack()`), and a coroutine that is thrown away is warned about at the same place.
"""

from __future__ import annotations

import dis
import sys
from types import CodeType, FrameType, FunctionType
from typing import Any, Callable, Optional
from weakref import WeakKeyDictionary

CallSite = Callable[[Any, "tuple[Any, ...]", "dict[str, Any]"], Any]

_MOST_LINES = 256
_MOST_DRESSED = 64


def call_site_of(function: Any, asks_for: str = "", *, no_keywords: bool = False) -> CallSite:
    """A function that calls what it gets where this one of a library calls a handler, and gives back what that gives.

    asks_for: where it calls a method of this name instead. no_keywords: the third argument will be an empty dict, which
    need not be copied: a third of what the call costs.
    """
    call: Any = _call_without if no_keywords else _call
    code = getattr(function, "__code__", None)
    if type(code) is not CodeType:
        return call  # type: ignore[no-any-return]
    return _SITES.of(function, asks_for, call)


def in_the_place_of(function: Any, asks_for: str, stand_in: Any) -> Any:
    """The stand-in for a library's function, whose frame says that it is that one, calling its method `asks_for`.

    asks_for: "" where it calls, in several places, what it got; the last of them is taken. The stand-in must not use
    anything global of its own module. Where theirs is no Python function it stays as it is.
    """
    code = getattr(function, "__code__", None)
    if type(code) is not CodeType:
        return stand_in
    dressed = _DRESSED.of(stand_in.__code__, code, asks_for, -1)
    made = FunctionType(dressed, function.__globals__, closure=stand_in.__closure__, name=stand_in.__name__)
    made.__defaults__ = stand_in.__defaults__
    return made


class CallSites:
    """Call sites by the frame of whoever calls, made once each; a program calls handlers from few places."""

    def __init__(self, *, no_keywords: bool = False) -> None:
        self._call: Any = _call_without if no_keywords else _call
        self._known: dict[tuple[int, int], tuple[CallSite, CodeType]] = {}
        """By the code's id and the step in there: to ask for the hash of a code, or a line, takes as long as a call."""

    def of(self, frame: Optional[FrameType]) -> CallSite:
        """The line that this frame is at; None: nobody's."""
        if frame is None:
            return self._call  # type: ignore[no-any-return]
        code = frame.f_code
        found = self._known.get((id(code), frame.f_lasti))
        if found is None:
            if len(self._known) >= _MOST_LINES:
                self._known.clear()
            made = _made(code, frame.f_lineno or 1, frame.f_globals, self._call)
            found = self._known[id(code), frame.f_lasti] = made, code
        return found[0]


class _DressedCodes:
    """Code of ours in the place of a library's, once for all objects of a class: it takes more than each of them."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int, str, int], tuple[CodeType, CodeType, CodeType]] = {}
        """By both codes' ids, behind the two: what is equal may be of another file."""

    def of(self, own: CodeType, code: CodeType, asks_for: str, which: int) -> CodeType:
        key = id(own), id(code), asks_for, which
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _MOST_DRESSED:
                self._known.clear()
            made = own.replace(**_told(code, _line(code, asks_for, which)), **_one_line(own))
            found = self._known[key] = own, code, made
        return found[2]


_DRESSED = _DressedCodes()


class _CallSitesOf:
    """The call sites of each function of a library that lives: they are the same for all objects of a class."""

    def __init__(self) -> None:
        self._known: WeakKeyDictionary[Any, dict[tuple[str, int], CallSite]] = WeakKeyDictionary()

    def of(self, function: Any, asks_for: str, call: Any) -> CallSite:
        known, key = self._known.setdefault(function, {}), (asks_for, id(call))
        found = known.get(key)
        if found is None:
            code = _DRESSED.of(call.__code__, function.__code__, asks_for, 0)
            found = known[key] = FunctionType(code, function.__globals__)
        return found


_SITES = _CallSitesOf()


def _made(code: CodeType, line: int, names: dict[str, Any], call: Any) -> CallSite:
    return FunctionType(call.__code__.replace(**_told(code, line), **_one_line(call.__code__)), names)


def _line(code: CodeType, asks_for: str, which: int = 0) -> int:
    """Where the code calls a method of this name, or else what it got as an argument; which of these calls."""
    steps = [
        step.offset
        for step in dis.get_instructions(code)
        if (step.argval == asks_for if asks_for else step.opname == "CALL_FUNCTION_EX")
    ]
    lines = [line for offset, line in dis.findlinestarts(code) if steps and offset <= steps[which] and line]
    return lines[-1] if lines else code.co_firstlineno


def _told(code: CodeType, line: int) -> dict[str, Any]:
    """What a frame says of itself."""
    told: dict[str, Any] = {"co_name": code.co_name, "co_filename": code.co_filename, "co_firstlineno": line}
    if hasattr(code, "co_qualname"):  # Python 3.11
        told["co_qualname"] = code.co_qualname
    return told


def _one_line(code: CodeType) -> dict[str, Any]:
    """The table of a code whose every step stands in its first line."""
    length = len(code.co_code)
    if sys.version_info < (3, 10):
        return {"co_lnotab": b""}
    if sys.version_info < (3, 11):  # pairs: bytes of code, lines further
        return {"co_linetable": bytes((254, 0)) * (length // 254) + bytes((length % 254, 0))}
    # CPython, InternalDocs/code_objects.md: entries of up to 8 steps without columns, no line further.
    whole, rest = divmod(length // 2, 8)
    return {"co_linetable": bytes((0xEF, 0)) * whole + (bytes((0xE7 + rest, 0)) if rest else b"")}


def _call(f: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any: return f(*args, **kwargs)  # fmt: skip


def _call_without(f: Any, args: tuple[Any, ...], _: dict[str, Any]) -> Any: return f(*args)  # fmt: skip
