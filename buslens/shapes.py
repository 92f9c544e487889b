"""What the instances of one class hold, found out once for each class: that costs more than reading an instance."""

from __future__ import annotations

import weakref
from enum import Enum
from typing import Any, Optional

from buslens.known import reader_of
from buslens.statics import class_dict, class_name, dict_descriptor, found_in_class, member, module_of, mro_of, slots_of

_MOST_SHAPES = 4096
_FIELDS_OF = ("__dataclass_fields__", "__pydantic_fields__", "model_fields", "__fields__")
_BUILTINS = (str, int, float, list, tuple, set, frozenset)


class Shape:
    """A class as the probe reads its instances."""

    __slots__ = (
        "builtin",
        "dictionary",
        "has_extra",
        "hidden",
        "is_enum",
        "is_open",
        "kind",
        "name",
        "reader",
        "slots",
        "tuple_names",
    )

    def __init__(self, kind: type) -> None:
        self.kind = weakref.ref(kind)
        self.name = class_name(kind)
        self.reader = reader_of(kind)
        """Makes a plain value of an instance; None for a class that is not known by name."""

        self.is_enum = issubclass(kind, Enum)
        self.builtin: Optional[type] = next((base for base in _BUILTINS if issubclass(kind, base)), None)
        """What it is a subclass of; of a dict and of an exception it is none."""

        self.slots = slots_of(kind)
        self.dictionary = dict_descriptor(kind)
        self.has_extra = found_in_class(kind, "__pydantic_extra__") is not None
        """Whether it keeps fields beside its `__dict__`, as models of pydantic do."""

        self.hidden = _hidden_fields(kind)
        self.tuple_names = _tuple_names(kind)
        of_python = "__slots__" in class_dict(kind) or self.dictionary is not None
        is_builtin = module_of(kind) == "builtins" and not issubclass(kind, (BaseException, range, slice))
        self.is_open = (not is_builtin and (of_python or bool(self.slots))) or issubclass(kind, (BaseException, dict))
        """Whether it can have parts; a lock or a generator is shown as that."""


class Shapes:
    """The shapes of all classes that were seen."""

    def __init__(self) -> None:
        # By id, because a class may have a hash of its own that runs the program's code; the shape knows whose it is.
        self._known: "dict[int, Shape]" = {}

    def of(self, kind: type) -> Shape:
        """The shape of a class."""
        found = self._known.get(id(kind))
        if found is None or found.kind() is not kind:
            if len(self._known) >= _MOST_SHAPES:
                self._known.clear()
            found = self._known[id(kind)] = Shape(kind)
        return found


def _hidden_fields(kind: type) -> "frozenset[str]":
    """Fields whose class says that they are not to be shown: `repr=False` of dataclasses, attrs and pydantic."""
    hidden: "set[str]" = set()
    for base in mro_of(kind):
        own = class_dict(base)
        for place in _FIELDS_OF:
            found = own.get(place)
            if type(found) is dict:
                hidden.update(name for name, field in list(found.items()) if type(name) is str and _hides(field))
        attributes = own.get("__attrs_attrs__")
        if attributes is not None and issubclass(type(attributes), tuple):
            names = [member(field, "name") for field in tuple.__iter__(attributes) if _hides(field)]
            hidden.update(name for name in names if type(name) is str)
    return frozenset(hidden)


def _hides(field: Any) -> bool:
    inner: Any = member(field, "field_info")  # of pydantic 1
    return member(field if inner is None else inner, "repr") is False


def _tuple_names(kind: type) -> "Optional[list[str]]":
    if not issubclass(kind, tuple):
        return None
    names = found_in_class(kind, "_fields")
    if type(names) is tuple and 0 < len(names) < 1000 and all(type(name) is str for name in names):
        return list(names)
    return None
