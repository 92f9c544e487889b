"""What psygnal keeps of a handler: its kind of slot, and the handler behind it; none of the program's code runs."""

from __future__ import annotations

import weakref
from typing import Any

from psygnal._weak_callback import WeakCallback

from buslens.watching.naming import HandlerName, describe

ALIVE = hasattr(WeakCallback, "_is_alive")
"""Since psygnal 0.16 a slot whose receiver is gone is passed over; before, it is called, and raises ReferenceError."""


_REFERENCES = ("_obj_ref", "_func_ref", "_f")


def is_queued(slot: Any) -> bool:
    """It is called on a thread of its own choice."""
    return type(slot).__name__ == "QueuedCallback"


def is_coroutine(slot: Any) -> bool:
    """It is awaited by psygnal's backend."""
    return "Coroutine" in type(slot).__name__


def receivers_of(slot: Any) -> list[Any]:
    """psygnal's weak references to what it calls: of a method its object and its function; none where it holds that."""
    if is_queued(slot):
        slot = slot._wrapped
    found = [getattr(slot, name, None) for name in _REFERENCES]
    return [each for each in found if type(each) is weakref.ref]


def handler_name(slot: Any) -> HandlerName:
    """The handler of a slot as a person knows it."""
    if is_queued(slot):
        slot = slot._wrapped
    kind = type(slot).__name__
    if kind == "WeakSetattr":
        return HandlerName(f"setattr {slot._attr}")
    if kind == "WeakSetitem":
        return HandlerName("setitem")
    if kind == "WeakBuiltin":
        return HandlerName(str(slot._func_name))
    handler = slot.dereference()
    if handler is None:
        return HandlerName("a handler that is gone")
    # A compiled callable is kept by its `__call__`.
    return describe(getattr(handler, "__self__", handler) if type(handler).__name__ == "method-wrapper" else handler)
