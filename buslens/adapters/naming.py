"""What a handler is called and where its code stands, found without running any code of the handler.

Looked up statically: asking a stand-in object for an attribute may run anything, while the emitter's lock is held.
"""

from __future__ import annotations

import functools
import inspect
from dataclasses import dataclass
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any, Callable

from buslens.payloads import shown

_MOST_LAYERS = 10


@dataclass(frozen=True)
class HandlerName:
    """A handler as a person knows it."""

    text: str
    file: str = ""
    line: int = 0
    is_async: bool = False
    """Calling it only makes a coroutine."""

    plain: bool = False
    """Its errors are shown without the frames that led to them: they are not the person's code."""

    defers: bool = False
    """It gives back a Deferred (see pyee_calls.py), with which its call ends."""


def describe(handler: Callable[..., Any]) -> HandlerName:
    """Name and place of a handler; `__buslens_name__` and `__buslens_place__` of its function come first."""
    function = _function_of(handler)
    own = vars(function) if isinstance(function, FunctionType) else _attributes(handler)
    text = own.get("__buslens_name__")
    place = own.get("__buslens_place__")
    if type(text) is not str:
        text = _text(handler, function)
    if type(place) is tuple and len(place) == 2:
        file, line = str(place[0]), int(place[1])
    else:
        file, line = _place(function)
    plain = own.get("__buslens_plain__", False) is True
    defers = own.get("__buslens_defers__", False) is True
    return HandlerName(text, file, line, _is_async(function), plain, defers)


def event_text(event: object) -> str:
    """The name of an event, which pyee allows to be anything hashable."""
    return event if type(event) is str else shown(event)[:1024]


def _function_of(handler: Any) -> Any:
    """The Python function that runs in the end, where there is one."""
    for _ in range(_MOST_LAYERS):
        if type(handler) is functools.partial:
            handler = handler.func
        elif type(handler) is MethodType:
            handler = handler.__func__
        elif isinstance(handler, (FunctionType, BuiltinFunctionType, type)):
            return handler
        else:
            call = inspect.getattr_static(type(handler), "__call__", None)
            return call if type(call) is FunctionType else handler
    return handler


def _attributes(handler: Any) -> dict[str, Any]:
    try:
        found = object.__getattribute__(handler, "__dict__")
    except AttributeError:
        return {}
    return found if type(found) is dict else {}


def _text(handler: Any, function: Any) -> str:
    while type(handler) is functools.partial:
        handler = handler.func
    if isinstance(handler, (FunctionType, BuiltinFunctionType, type)):
        return handler.__qualname__
    if type(handler) is MethodType and isinstance(function, (FunctionType, BuiltinFunctionType)):
        return function.__qualname__
    return type(handler).__qualname__


def _place(function: Any) -> tuple[str, int]:
    for _ in range(_MOST_LAYERS):
        inner = vars(function).get("__wrapped__") if isinstance(function, FunctionType) else None
        if type(inner) is not FunctionType:
            break
        function = inner
    if isinstance(function, FunctionType):
        return function.__code__.co_filename, function.__code__.co_firstlineno
    return "", 0


def _is_async(function: Any) -> bool:
    return isinstance(function, FunctionType) and bool(function.__code__.co_flags & inspect.CO_COROUTINE)
