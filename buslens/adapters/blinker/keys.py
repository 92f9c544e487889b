"""By what blinker knows receivers and senders, asked for without running anything of theirs."""

from __future__ import annotations

from types import MethodType
from typing import Any, Callable

from blinker import base
from blinker.base import ANY, ANY_ID

_key_of: Callable[[Any], Any] = vars(base).get("make_id") or vars(base)["hashable_identity"]


def static_key(thing: Any) -> Any:
    """blinker's key of a receiver or sender, without asking those for anything that blinker knows by identity."""
    kind = type(thing)
    return _key_of(thing) if kind is MethodType or issubclass(kind, (str, int)) else id(thing)


def sender_key(sender: Any) -> Any:
    return ANY_ID if sender is ANY else static_key(sender)
