"""What an object holds, read without running any code of its class: no property, no `__getattr__`, no metaclass.

A watched program may have overridden anything, and its code may wait for a lock that the emitting thread holds. So
every look here goes through a slot of CPython itself: `type(x)` instead of `x.__class__`, descriptors that C made
instead of attributes, and `is` instead of a set of classes, whose hash a metaclass may compute.
"""

from __future__ import annotations

from itertools import islice
from types import GetSetDescriptorType, MemberDescriptorType
from typing import Any, Callable, Optional

_MRO = type.__dict__["__mro__"].__get__
_CLASS_DICT = type.__dict__["__dict__"].__get__
_QUALNAME = type.__dict__["__qualname__"].__get__
_MODULE = type.__dict__["__module__"].__get__
_MOST_NAME = 512
_TRIES = 3


def mro_of(kind: type) -> "tuple[type, ...]":
    """The classes that a class inherits from, itself first."""
    found: "tuple[type, ...]" = _MRO(kind)
    return found


def class_dict(kind: type) -> Any:
    """What stands in the body of one class: a read-only view."""
    return _CLASS_DICT(kind)


def module_of(kind: type) -> str:
    """The module that a class says it stands in, "" where it says nothing that is text."""
    try:
        module = _MODULE(kind)
    except AttributeError:
        return ""
    return module if type(module) is str else ""


def class_name(kind: type) -> str:
    """`shop.Order`; without the module for what is built in or stands in the program's main script."""
    name, module = text_of(_QUALNAME(kind), _MOST_NAME), module_of(kind)
    return name if module in ("", "builtins", "__main__") else f"{module}.{name}"[:_MOST_NAME]


def found_in_class(kind: type, name: str) -> Any:
    """What the class or the first of its bases that has the name has under it; None where none has."""
    for base in mro_of(kind):
        own = class_dict(base)
        if name in own:
            return own[name]
    return None


def dict_descriptor(kind: type) -> Any:
    """What finds the `__dict__` of an instance itself; None where it has none, or where its class hides it."""
    for base in mro_of(kind):
        descriptor = class_dict(base).get("__dict__")
        if type(descriptor) is GetSetDescriptorType or type(descriptor) is MemberDescriptorType:
            return descriptor
    return None


def instance_dict(value: object) -> "Optional[dict[Any, Any]]":
    """The `__dict__` of an object itself; None where it has none."""
    descriptor = dict_descriptor(type(value))
    if descriptor is None:
        return None
    try:
        found = descriptor.__get__(value)
    except (AttributeError, TypeError):
        return None
    return found if issubclass(type(found), dict) else None


def member(value: object, name: str, default: Any = None) -> Any:
    """The value of a slot, or of a field of the instance; never what a property computes."""
    for base in mro_of(type(value)):
        descriptor = class_dict(base).get(name)
        if type(descriptor) is MemberDescriptorType:
            try:
                return descriptor.__get__(value)
            except AttributeError:
                return default
    own = instance_dict(value)
    return default if own is None else dict.get(own, name, default)


def slots_of(kind: type) -> "list[tuple[str, Any]]":
    """Names of the slots of a class and what reads each, those of the bases first."""
    return [
        (name, descriptor)
        for base in reversed(mro_of(kind))
        for name, descriptor in list(class_dict(base).items())
        if type(descriptor) is MemberDescriptorType and type(name) is str and not name.startswith("__")
    ]


def pairs(mapping: "dict[Any, Any]", most: int) -> "list[tuple[Any, Any]]":
    """The first keys and values of a dict or of a subclass, by dict's own iteration."""
    return first(dict.items, mapping, most)


def first(iterate: "Callable[[Any], Any]", value: Any, most: int) -> "list[Any]":
    """At most so many items; none where other threads never let it stand still."""
    # One call of C; where another thread changes it all the same, it is tried again.
    for _ in range(_TRIES):
        try:
            return list(islice(iterate(value), max(most, 0)))
        except RuntimeError:
            continue
    return []


def text_of(value: str, most: int) -> str:
    """The first characters of a string or of a subclass, as an exact string."""
    return str.__getitem__(value, slice(0, max(most, 0)))
