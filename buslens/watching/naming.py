"""What a handler is called and where its code stands, found without running any code of the handler.

Looked up statically: asking a stand-in object for an attribute may run anything, while the emitter's lock is held.
"""

import functools
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any, Callable, NamedTuple

from buslens.failures import Frames
from buslens.payloads import shown
from buslens.statics import class_name, found_in_class, instance_dict, module_of, pairs

_MOST_LAYERS = 32
_MOST_ATTRIBUTES = 256
_CO_GENERATOR, _CO_COROUTINE = 0x20, 0x80
"""As `inspect` has them, which takes long to load."""

_PARTIAL_OF = functools.partial.__dict__["func"].__get__


class HandlerName(NamedTuple):
    """A handler as a person knows it."""

    text: str
    file: str = ""
    line: int = 0
    is_async: bool = False
    """Calling it only makes a coroutine."""

    is_generator: bool = False
    """Calling it only makes a generator."""

    plain: Frames = False
    """Its errors are shown without the frames that led to them: they are not the person's code."""

    defers: bool = False
    """It gives back a Deferred (see calls.py), with which its call ends."""

    module: str = ""
    """The name under which the module of its code was imported, "" for not known: a file may be imported twice."""


def describe(handler: Callable[..., Any]) -> HandlerName:
    """Name and place of a handler; `__buslens_name__` and `__buslens_place__` of its function come first.

    Behind wrappers that say what they wrap it is the person's function that is named.
    """
    function = _function_of(handler)
    own = instance_dict(function if type(function) is FunctionType else handler) or {}
    get = functools.partial(dict.get, own)
    text, place = get("__buslens_name__"), get("__buslens_place__")
    inner = _innermost(handler)
    if type(text) is not str:
        text = _text(inner)
    if type(place) is tuple and len(place) == 2:
        file, line = str(place[0]), int(place[1])
        frames: Frames = file
    else:
        frames = False
        file, line = _place(inner)
    is_async, is_generator = (_has_flag(function, flag) for flag in (_CO_COROUTINE, _CO_GENERATOR))
    defers = get("__buslens_defers__") is True
    if get("__buslens_plain__") is True:
        frames = True
    return HandlerName(text, file, line, is_async, is_generator, frames, defers, _module(inner))


def event_text(event: object) -> str:
    """The name of an event, which a library may allow to be anything."""
    return event if type(event) is str else shown(event)[:1024]


def _function_of(handler: Any) -> Any:
    """The Python function that runs first, where there is one."""
    for _ in range(_MOST_LAYERS):
        if issubclass(type(handler), functools.partial):
            handler = _PARTIAL_OF(handler)
        elif type(handler) is MethodType:
            handler = handler.__func__
        elif issubclass(type(handler), (FunctionType, BuiltinFunctionType, type)):
            return handler
        else:
            call = found_in_class(type(handler), "__call__")
            return call if type(call) is FunctionType else handler
    return handler


def _innermost(handler: Any) -> Any:
    """What lies behind partials, methods and wrappers, as far as they say so themselves."""
    for _ in range(_MOST_LAYERS):
        if issubclass(type(handler), functools.partial):
            inner = _PARTIAL_OF(handler)
        elif type(handler) is MethodType:
            inner = handler.__func__
        else:
            inner = dict.get(instance_dict(handler) or {}, "__wrapped__")
            inner = _mapped(handler) if not callable(inner) else inner
        if inner is None:
            break
        handler = inner
    return handler


def _mapped(wrapper: Any) -> Any:
    """What a closure wraps, where that in turn has the closure among its attributes, as handlers of Playwright do.

    Both know each other, so nothing is guessed: a closure may hold any other function without being its wrapper.
    """
    if type(wrapper) is not FunctionType:
        return None
    for cell in wrapper.__closure__ or ():
        try:
            inside = cell.cell_contents
        except ValueError:  # not filled yet
            continue
        owner = inside.__self__ if type(inside) is MethodType else inside
        if type(inside) in (FunctionType, MethodType) and any(
            value is wrapper for _, value in pairs(instance_dict(owner) or {}, _MOST_ATTRIBUTES)
        ):
            return inside
    return None


def _text(handler: Any) -> str:
    if issubclass(type(handler), (FunctionType, BuiltinFunctionType)):
        return str(handler.__qualname__)
    kind = handler if issubclass(type(handler), type) else type(handler)
    name, module = class_name(kind), module_of(kind)
    return name[len(module) + 1 :] if module and name.startswith(f"{module}.") else name


def _place(handler: Any) -> tuple[str, int]:
    function = _function_of(handler)
    if type(function) is FunctionType:
        return function.__code__.co_filename, function.__code__.co_firstlineno
    return "", 0


def _module(handler: Any) -> str:
    function = _function_of(handler)
    # What the code itself sees: `__module__` is often copied from one function to another.
    module = dict.get(function.__globals__, "__name__") if type(function) is FunctionType else ""
    return module if type(module) is str else ""


def _has_flag(function: Any, flag: int) -> bool:
    return type(function) is FunctionType and bool(function.__code__.co_flags & flag)
