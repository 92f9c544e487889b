"""Weak references that know under which key they are kept, as those of `weakref.WeakValueDictionary` do."""

from __future__ import annotations

from typing import Any, Callable
from weakref import ref as weak_ref


class KeyedRef(weak_ref):  # type: ignore[type-arg]
    """One of them. A closure for each as its callback would take three times as much memory."""

    __slots__ = ("key",)

    key: int

    def __new__(cls, whom: Any, gone: Callable[["KeyedRef"], Any], key: int) -> KeyedRef:
        """gone: called with it when nobody else has `whom` any more."""
        made: KeyedRef = super().__new__(cls, whom, gone)
        made.key = key
        return made

    def __init__(self, whom: Any, gone: Callable[["KeyedRef"], Any], key: int) -> None:
        super().__init__(whom, gone)  # type: ignore[call-arg]
