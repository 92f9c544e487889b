"""What a handler gives back that does nothing until somebody drives it: a coroutine, a generator, an awaitable.

Where nobody will, the handler's body never ran, however well it returned. Looked at without running any of the program.
"""

from __future__ import annotations

from collections.abc import Coroutine
from sys import getrefcount
from types import AsyncGeneratorType, CoroutineType, FrameType, GeneratorType
from typing import Any, Optional

from buslens.watching.naming import HandlerName

_RUNS_ANYWAY = ("_asyncio_future_blocking", "add_done_callback", "addBoth")
"""What futures of asyncio, of other libraries, and twisted's Deferred have: they stand for what is under way."""

_ALONE = [object()]
_REFERENCES = getrefcount(_ALONE[0])
"""Of what is in a list and nowhere else, as this Python counts them."""


def undone(given: list[Any], name: HandlerName) -> str:
    """One sentence where the only thing in the list must be driven, did not begin, and nobody else has it; else ""."""
    return "" if getrefcount(given[0]) > _REFERENCES else why_undone(given, name)


def why_undone(given: list[Any], name: HandlerName) -> str:
    """Why the body of a handler never ran whose coroutine or job nobody else will drive; "" where it did."""
    kind = type(given[0])
    if kind is CoroutineType or issubclass(kind, Coroutine):
        return (
            "" if has_begun(given[0]) else f"{name.text} returned a coroutine that nobody awaited: its body never ran"
        )
    if kind is AsyncGeneratorType:
        return f"{name.text} returned an async generator that nobody iterated: its body never ran"
    if kind is GeneratorType:
        # Of any other handler it is a value like any other, and its body did run.
        own = name.is_generator and not has_begun(given[0])
        return f"{name.text} returned a generator that nobody iterated: its body never ran" if own else ""
    if _has(kind, "__await__") and not _is_under_way(given[0]):
        return f"{name.text} returned a {kind.__name__} that nobody awaited: what it stands for never ran"
    return ""


def has_begun(driven: Any) -> bool:
    """Whether a coroutine or generator has taken its first step; of one of a type that we do not know: False."""
    if type(driven) is CoroutineType:
        return _is_further(driven.cr_running, getattr(driven, "cr_suspended", None), driven.cr_frame)
    if type(driven) is GeneratorType:
        return _is_further(driven.gi_running, getattr(driven, "gi_suspended", None), driven.gi_frame)
    return False


def _is_further(is_running: bool, is_suspended: Optional[bool], frame: Optional[FrameType]) -> bool:
    """Whether it is in any state but the first, as `inspect` would say, which takes long to load."""
    if is_running or frame is None:
        return True
    return frame.f_lasti != -1 if is_suspended is None else is_suspended  # up to Python 3.10, and since


def is_future(kind: type) -> bool:
    """Whether objects of this type stand for what is under way."""
    return any(_has(kind, name) for name in _RUNS_ANYWAY)


def _is_under_way(awaitable: Any) -> bool:
    """Whether it is a future, or a wrapper of one."""
    if is_future(type(awaitable)):
        return True
    try:
        inside = object.__getattribute__(awaitable, "__dict__")
    except AttributeError:
        return False
    return type(inside) is dict and any(is_future(type(value)) for value in list(inside.values())[:64])


def _has(kind: type, name: str) -> bool:
    return any(name in vars(base) for base in type.__dict__["__mro__"].__get__(kind))
