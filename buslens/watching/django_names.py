"""What signals of Django, their senders and what requests carry are called in a capture, without asking any of them."""

from __future__ import annotations

import sys
from typing import Any

from buslens.statics import class_name, instance_dict


def plain_or_class(value: Any) -> Any:
    """A value of a builtin type itself, and of anything else what it is."""
    kind = type(value)
    if kind is str or kind is tuple or kind is bool or kind is int or value is None:
        return value
    # One by one: a request has a dozen of them.
    return value if kind is float or kind is list or kind is dict else f"<{class_name(kind)}>"


def model_of(key: Any) -> str:
    """The name of the model whose id this is, of those that are there; who else may send is not known."""
    base = getattr(sys.modules.get("django.db.models.base"), "Model", None)
    waiting = [base] if base is not None else []
    while waiting:
        kind = waiting.pop()
        if id(kind) == key:
            return class_name(kind)
        waiting.extend(type.__subclasses__(kind))
    return "that is not known"


def found_in(signal: Any) -> tuple[str, str]:
    """The module that has a signal, and what it calls it: the first that is found; "" for both where none has."""
    modules = [(name, module) for name, module in list(sys.modules.items()) if type(name) is str]
    modules.sort(key=lambda each: not each[0].endswith("signals"))
    for module_name, module in modules:
        for name, value in list((instance_dict(module) or {}).items()):
            if value is signal and type(name) is str:
                return module_name, name
    return "", ""
