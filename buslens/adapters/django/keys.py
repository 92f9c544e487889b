"""By what Django knows receivers and senders, asked for without running anything of theirs."""

from __future__ import annotations

from types import MethodType
from typing import Any


def static_id(thing: Any) -> Any:
    """Django's key of a receiver or sender, without asking that for anything."""
    return (id(thing.__self__), id(thing.__func__)) if type(thing) is MethodType else id(thing)


def hashable(lookup: Any) -> Any:
    """Django's key of a registration; what a program has made up as `dispatch_uid` is not asked for its hash."""
    first, sender = lookup
    return lookup if type(first) in (int, str, tuple) else (("object", id(first)), sender)
