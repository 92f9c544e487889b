"""Values of the standard library, of numpy and the like, as the plain value that a person means by them.

Each is told by the name of a class that it inherits from, so that nothing is imported for it; whoever gives a class
of his own such a name gets it read just as statically. A text in angle brackets stands for what holds no data.
"""

from __future__ import annotations

import gc
from contextvars import copy_context
from itertools import islice
from types import (
    BuiltinFunctionType,
    FunctionType,
    MappingProxyType,
    MethodDescriptorType,
    MethodType,
    ModuleType,
    WrapperDescriptorType,
)
from typing import Any, Callable, Optional

from buslens.statics import (
    class_dict,
    class_name,
    found_in_class,
    instance_dict,
    member,
    module_of,
    mro_of,
    pairs,
    text_of,
)

UNKNOWN = object()
"""Not one of them."""

CLASS = "<class>"
"""The key under which an object's class stands, before its fields."""

VALUE = "<value>"
"""The name of what a subclass of a list, string or number is, beside its fields."""

_NAME = type.__dict__["__name__"].__get__
_BYTES = (bytes, bytearray)
_VIEWS: "tuple[Any, ...]" = (type({}.keys()), type({}.values()), type({}.items()))
_DATE = ("year", "month", "day")
_TIME = ("hour", "minute", "second", "microsecond")


class StandIn(str):
    """A text in the place of something that holds no data: a function, a lock."""

    is_cut = False


class CutStandIn(StandIn):
    """A text in the place of something that holds too much."""

    is_cut = True


def plain(value: Any, kind: type, letters: int, items: int) -> Any:
    """What stands for the value in JSON, from at most so many of its letters or items; UNKNOWN for any other object."""
    if kind is complex:
        return repr(value)
    for base in _BYTES:
        if issubclass(kind, base):
            return _bytes_text(bytes(base.__getitem__(value, slice(0, letters))), base.__len__(value), letters)
    if kind is memoryview:
        if value.ndim == 1:
            head = bytes(value[: max(1, letters // max(1, value.itemsize))])
        elif value.nbytes <= letters:
            head = value.tobytes()
        else:
            return CutStandIn(f"<memoryview of {' x '.join(map(str, value.shape))}>")
        return _bytes_text(head, value.nbytes, letters)
    if kind is MappingProxyType:
        (inner,) = gc.get_referents(value)
        return inner
    if kind is FunctionType or kind is BuiltinFunctionType or kind is MethodType:
        return StandIn(f"<function {function_name(value)}>")
    if issubclass(kind, type):
        return StandIn(f"<class {class_name(value)}>")
    if issubclass(kind, ModuleType):
        return StandIn(f"<module {_text((instance_dict(value) or {}).get('__name__'))}>")
    if any(kind is view for view in _VIEWS):
        return list(islice(value, items + 1))
    return UNKNOWN


def reader_of(kind: type) -> "Optional[Callable[[Any, int], Any]]":
    """What makes a plain value of an instance and a number of items, for a class that is known by name."""
    for base in mro_of(kind):
        found = _READERS.get(f"{module_of(base)}.{_NAME(base)}")
        if found is not None:
            return found
    return None


def function_name(function: Any) -> str:
    """`shop.charge` of a function, a method or a builtin one."""
    if type(function) is MethodType:
        function = function.__func__
    if type(function) is not FunctionType and type(function) is not BuiltinFunctionType:
        return class_name(type(function))
    module, name = function.__module__, function.__qualname__
    place = f"{module}." if type(module) is str and module not in ("builtins", "__main__") else ""
    return f"{place}{_text(name)}"[:512]


def _text(value: Any) -> str:
    return text_of(value, 512) if issubclass(type(value), str) else "?"


def _bytes_text(head: bytes, length: int, most: int) -> StandIn:
    text = repr(head)
    return StandIn(text) if length <= most and len(text) <= most else CutStandIn(text[:most] + "…")


def _datetime(value: Any, _: int) -> Any:
    from datetime import date, datetime  # whoever has one has imported it

    day = [vars(date)[name].__get__(value) for name in _DATE]
    naive = datetime(*day, *(vars(datetime)[name].__get__(value) for name in _TIME))
    return _with_zone(naive, value, datetime)


def _time(value: Any, _: int) -> Any:
    from datetime import time

    return _with_zone(time(*(vars(time)[name].__get__(value) for name in _TIME)), value, time)


def _with_zone(naive: Any, value: Any, base: Any) -> str:
    from datetime import timezone

    text, zone = str(naive.isoformat()), vars(base)["tzinfo"].__get__(value)
    if zone is None:
        return text
    kind = type(zone)
    # Of any other class it is code that tells the offset.
    if kind is timezone or (class_name(kind) == "zoneinfo.ZoneInfo" and _is_of_c(kind, "utcoffset")):
        return str(naive.replace(tzinfo=zone, fold=vars(base)["fold"].__get__(value)).isoformat())
    return f"{text} <{class_name(kind)}>"


def _date(value: Any, _: int) -> Any:
    from datetime import date

    return date(*(vars(date)[name].__get__(value) for name in _DATE)).isoformat()


def _timedelta(value: Any, _: int) -> Any:
    from datetime import timedelta

    return str(timedelta(*(vars(timedelta)[name].__get__(value) for name in ("days", "seconds", "microseconds"))))


def _uuid(value: Any, _: int) -> Any:
    number = member(value, "int")
    if type(number) is not int or not 0 <= number < 1 << 128:
        return UNKNOWN
    digits = f"{number:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _decimal(value: Any, most: int) -> Any:
    from decimal import Decimal  # whoever has one has imported it

    if not _is_of_c(Decimal, "__str__") or not issubclass(type(value), Decimal):
        return UNKNOWN
    if object.__sizeof__(value) > 64 and vars(Decimal)["__sizeof__"](value) > most:
        return CutStandIn(f"<{class_name(type(value))} of {vars(Decimal)['__sizeof__'](value)} bytes>")
    # It looks for the context's way of writing, and would leave a context of its own behind.
    return copy_context().run(vars(Decimal)["__str__"], value)


def _path(value: Any, _: int) -> Any:
    made = member(value, "_str")
    if type(made) is str:
        return made
    drive, root, parts = member(value, "_drv"), member(value, "_root"), member(value, "_parts")
    separator = "\\" if "Windows" in class_name(type(value)) else "/"
    if type(parts) is list and _all_text(parts) and type(drive) is str and type(root) is str:  # up to Python 3.11
        return drive + root + separator.join(parts[1:]) if drive or root else separator.join(parts) or "."
    raw = member(value, "_raw_paths")
    if type(raw) is list and _all_text(raw):  # not parsed yet, from Python 3.12 on
        return _joined(raw, separator)
    return UNKNOWN


def _joined(parts: "list[str]", separator: str) -> str:
    from pathlib import PurePosixPath, PureWindowsPath  # whoever has a path has imported it

    return str((PureWindowsPath if separator == "\\" else PurePosixPath)(*parts))


def _all_text(parts: "list[Any]") -> bool:
    return len(parts) < 1000 and all(type(part) is str for part in parts)


def _array(value: Any, most: int) -> Any:
    own = class_dict(next(base for base in mro_of(type(value)) if _is_named(base, "array.array")))
    part, listed, letters = (own.get(name) for name in ("__getitem__", "tolist", "typecode"))
    if type(part) is not WrapperDescriptorType or type(listed) is not MethodDescriptorType:
        return UNKNOWN
    items = listed(part(value, slice(0, most + 1)))
    if letters.__get__(value) not in ("u", "w"):
        return items
    return "".join(items) if len(items) <= most else CutStandIn("".join(items[:most]) + "…")


def _numpy_number(value: Any, _: int) -> Any:
    found = found_in_class(type(value), "item")
    if type(found) is not MethodDescriptorType:
        return UNKNOWN
    number = found(value)
    return number if type(number) is not type(value) else _text_by_c(value)


def _numpy_time(value: Any, most: int) -> Any:
    from datetime import date, timedelta

    # Finer than Python's own it would be a bare number, and "not a time" would be nothing.
    number = _numpy_number(value, most)
    return number if isinstance(number, (date, timedelta)) else _text_by_c(value)


def _text_by_c(value: Any) -> Any:
    made_by = found_in_class(type(value), "__str__")
    return made_by(value) if type(made_by) is WrapperDescriptorType else UNKNOWN


def _numpy_array(value: Any, most: int) -> Any:
    kind = type(value)
    own = class_dict(next(base for base in mro_of(kind) if _is_named(base, "numpy.ndarray")))
    size, listed = own.get("size"), own.get("tolist")
    if type(listed) is not MethodDescriptorType or size is None:
        return UNKNOWN
    if size.__get__(value) > most:
        return CutStandIn(f"<{class_name(kind)} of {' x '.join(map(str, own['shape'].__get__(value)))}>")
    title = class_name(kind)
    if kind is not own["tolist"].__objclass__:  # such as a masked array
        return {CLASS: title, VALUE: listed(value), **dict(pairs(instance_dict(value) or {}, most))}
    unit = own["dtype"].__get__(value)
    return {CLASS: f"{title} of {unit.str[1:]}", VALUE: listed(value)} if unit.kind in "mM" else listed(value)


def _is_named(kind: type, name: str) -> bool:
    return f"{module_of(kind)}.{_NAME(kind)}" == name


def _secret(value: Any, _: int) -> Any:
    return StandIn(f"<{class_name(type(value))}, not shown>")


def _is_of_c(kind: type, name: str) -> bool:
    found = class_dict(kind).get(name)
    return found is not None and type(found) is not FunctionType


_READERS: "dict[str, Callable[[Any, int], Any]]" = {
    "datetime.datetime": _datetime,
    "datetime.date": _date,
    "datetime.time": _time,
    "datetime.timedelta": _timedelta,
    "uuid.UUID": _uuid,
    "decimal.Decimal": _decimal,
    "pathlib.PurePath": _path,
    "pathlib._local.PurePath": _path,
    "array.array": _array,
    "numpy.datetime64": _numpy_time,
    "numpy.timedelta64": _numpy_time,
    "numpy.generic": _numpy_number,
    "numpy.ndarray": _numpy_array,
    "pydantic.types.SecretStr": _secret,
    "pydantic.types.SecretBytes": _secret,
    "pydantic.types._SecretBase": _secret,
    "pydantic.v1.types.SecretStr": _secret,
    "pydantic.v1.types.SecretBytes": _secret,
}
