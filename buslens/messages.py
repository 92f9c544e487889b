"""What an exception says, without running its `__str__`: that may wait for a lock which the raising thread holds.

The texts of Python's own exceptions are made by C from their arguments; they are taken from there where the arguments
are plain. Of a class with a `__str__` of its own the arguments and fields are told instead.
"""

from __future__ import annotations

from types import WrapperDescriptorType
from typing import Any

from buslens.limits import Limits
from buslens.payloads import shown
from buslens.statics import class_dict, class_name, instance_dict, member, module_of, mro_of, pairs, slots_of

_ARGS = BaseException.__dict__["args"].__get__
_MOST_ARGUMENTS = 20
_MOST_INNER = 10
_SHORT = 1024
_DEPTH = 3


def message(error: BaseException, limits: Limits) -> str:
    """The text of an exception, its notes and what a group of them holds. Never raises."""
    try:
        lines = [_text(error, limits), *_notes(error, limits), *_inner(error, limits)]
        text = "\n".join(lines)
    except Exception as problem:  # changed by another thread while it was read
        return f"<not shown: {type(problem).__name__}>"
    return text if len(text) <= limits.text else text[: limits.text] + "…"


def _text(error: BaseException, limits: Limits) -> str:
    args = _ARGS(error)
    made_by = _str_of(type(error))
    if made_by is not None and len(args) <= _MOST_ARGUMENTS:
        held = [member(error, name) for name, _ in slots_of(type(error))]
        if all(_is_plain(value, limits, _DEPTH) for value in (*args, *held)):
            return str(made_by(error))
    inner = member(error, "exceptions")
    if type(inner) is tuple and type(member(error, "message")) is str:
        count = len(inner)
        return f"{member(error, 'message')[: limits.text]} ({count} sub-exception{'s' if count != 1 else ''})"
    return _told(error, args, made_by is not None, limits)


def _told(error: BaseException, args: "tuple[Any, ...]", is_plain_class: bool, limits: Limits) -> str:
    shown_args = [shown(value, limits) for value in args[:_MOST_ARGUMENTS]]
    text = shown_args[0] if len(shown_args) == 1 else f"({', '.join(shown_args)})" if shown_args else ""
    if is_plain_class:
        return text
    own = [
        f"{name}={shown(value, limits)!r}" if issubclass(type(value), str) else f"{name}={shown(value, limits)}"
        for name, value in pairs(instance_dict(error) or {}, _MOST_ARGUMENTS)
        if type(name) is str and not name.startswith("__")
    ]
    if not shown_args and not own:
        return "<its text is made by code of its class, which watching does not run>"
    return f"{text} [{', '.join(own)}]".lstrip() if own else text


def _str_of(kind: type) -> Any:
    """The `__str__` of Python's own exceptions that a class has; None where somebody has written another."""
    for base in mro_of(kind):
        found = class_dict(base).get("__str__")
        if found is not None:
            is_ours = type(found) is WrapperDescriptorType and module_of(base) == "builtins"
            return found if is_ours and base is not object else None
    return None


def _is_plain(value: Any, limits: Limits, depth: int) -> bool:
    """Whether C can make a text of it without anybody's code, and a short one."""
    kind = type(value)
    if value is None or kind is bool or kind is float:
        return True
    if kind is str or kind is bytes:
        return bool(len(value) <= limits.text)
    if kind is int:
        return bool(value.bit_length() <= _SHORT)
    if kind is tuple or kind is list:
        return depth > 0 and len(value) <= _MOST_ARGUMENTS and all(_is_plain(it, limits, depth - 1) for it in value)
    return False


def _notes(error: BaseException, limits: Limits) -> "list[str]":
    notes = (instance_dict(error) or {}).get("__notes__")
    return [shown(note, limits)[:_SHORT] for note in notes[:_MOST_INNER]] if type(notes) is list else []


def _inner(error: BaseException, limits: Limits) -> "list[str]":
    inner = member(error, "exceptions")
    if type(inner) is not tuple:
        return []
    return [
        f"  + {class_name(type(one))}: {_text(one, limits)[:_SHORT]}"
        for one in inner[:_MOST_INNER]
        if issubclass(type(one), BaseException)
    ]
