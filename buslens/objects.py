"""The parts of an object of any class: names and values, found without running code of the class.

Slots and the instance's `__dict__`, what pydantic keeps beside it, the items of a subclass of a builtin, the arguments
of an exception.
"""

from __future__ import annotations

from itertools import islice
from types import FunctionType
from typing import Any, Optional

from buslens.known import UNKNOWN, VALUE
from buslens.shapes import Shape
from buslens.statics import member, pairs, text_of

_ARGS = BaseException.__dict__["args"].__get__
_OURS = "buslens."


def parts_of(value: Any, shape: Shape, most: int) -> "Optional[list[tuple[Any, Any]]]":
    """At most about so many parts; None for an object that has no place for any."""
    if not shape.is_open:
        return None
    if shape.is_enum:
        return [("name", member(value, "_name_")), ("value", member(value, "_value_"))]
    found = _fields(value, shape, most)
    kind = type(value)
    if issubclass(kind, BaseException):
        return [("args", _ARGS(value)), *found]
    if issubclass(kind, dict):
        return found + pairs(value, most + 1)
    if shape.tuple_names is not None:
        return list(zip(shape.tuple_names, tuple.__iter__(value))) + found  # noqa: B905  Python 3.9
    return found if shape.builtin is None else [*found, (VALUE, builtin_value(value, shape, most))]


def builtin_value(value: Any, shape: Shape, most: int) -> Any:
    """What an instance of a builtin's subclass is as the builtin, from so many items and one more."""
    base = shape.builtin
    if base is str:
        return text_of(value, most + 1)
    if base is int:
        return int.__int__(value)
    if base is float:
        return float.__float__(value)
    return UNKNOWN if base is None else list(islice(base.__iter__(value), most + 1))  # type: ignore[attr-defined]


def is_bare(value: Any, shape: Shape) -> bool:
    """A string or number of a subclass that carries nothing besides."""
    return shape.builtin in (str, int, float) and not shape.slots and not _fields(value, shape, 1)


def _fields(value: Any, shape: Shape, most: int) -> "list[tuple[Any, Any]]":
    found: "list[tuple[Any, Any]]" = []
    for name, descriptor in shape.slots[: most + 1]:
        try:
            found.append((name, descriptor.__get__(value)))
        except AttributeError:
            continue  # an empty slot
    if shape.dictionary is not None:
        try:
            own = shape.dictionary.__get__(value)
        except (AttributeError, TypeError):
            own = None
        if own is not None and issubclass(type(own), dict):
            found += pairs(own, most + 1)
        extra = member(value, "__pydantic_extra__") if shape.has_extra else None
        if extra is not None and issubclass(type(extra), dict):
            found += pairs(extra, most + 1)
    if shape.hidden:
        found = [(name, "<not shown>" if type(name) is str and name in shape.hidden else it) for name, it in found]
    return [(name, item) for name, item in found if type(item) is not FunctionType or not _is_ours(item)]


def _is_ours(item: Any) -> bool:
    """A hook that the probe itself has put into an emitter."""
    module = item.__globals__.get("__name__")
    return type(module) is str and module.startswith(_OURS)
