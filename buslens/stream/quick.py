"""The JSON of a payload that is small and plain, in one pass: most are, and cost a tenth of what the careful way does.

Plain are dicts, lists and tuples of texts, numbers, true, false and None in which redaction would change nothing.
Containers are copied before they are looked at: no other thread can change what is written. For all else there is the
careful way of `Recorder.snapshot` and `packing.blob_of`, which says the same of what is plain.
"""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from buslens.json_text import encoded, in_quotes
from buslens.limits import Limits
from buslens.redaction import FULL, Redaction

ITEMS, DEPTH = 64, 4
"""Of all containers together, and containers in containers."""

SHORT, LONG, LARGE = 12, 256, 10**12
"""Letters that are too few for a secret or too many to look at, a number as long as cards'."""

_CONSTANTS = {None: "null", True: "true", False: "false"}


class PlainJson(bytes):
    """JSON that may be written as it is."""


def is_quick(redaction: Redaction, limits: Limits) -> bool:
    """Whether what is plain is written as it is."""
    return (
        redaction.payloads == FULL
        and limits.depth > DEPTH
        and limits.items > ITEMS
        and min(limits.text, limits.total // ITEMS) >= LONG
    )


class QuickJson:
    """For one redaction."""

    def __init__(self, redaction: Redaction, limits: Limits) -> None:
        self._harmless = redaction.harmless
        self._suspicious = redaction.suspicious
        self._is_on = is_quick(redaction, limits)

    def of(self, payload: Any) -> Optional[bytes]:
        """The JSON of a payload; None where it is not plain, or a key is met for the first time."""
        if not self._is_on:
            return None
        try:
            if type(payload) is dict and len(payload) <= ITEMS:
                # By hand, item by item: nearly all payloads are such, and it takes two thirds of what the encoder does.
                harmless, parts, left = self._harmless.get, [], [ITEMS - len(payload)]
                for key, item in payload.copy().items():
                    # Types by identity: the hash of a class may be code of its metaclass.
                    name = harmless(key) if type(key) is str else None
                    if name is None:
                        return None
                    kind = type(item)
                    if kind is int and -LARGE < item < LARGE:
                        parts.append(f"{name}{item}")
                    elif kind is str and (len(item) <= SHORT or (len(item) <= LONG and not self._suspicious(item))):
                        parts.append(name + in_quotes(item))
                    elif kind is float and item - item == 0.0:  # else it is none, or has no end
                        parts.append(f"{name}{item!r}")
                    elif item is None or kind is bool:
                        parts.append(name + _CONSTANTS[item])
                    else:
                        plain = self._plain(item, left, DEPTH)
                        if plain is _NOT_PLAIN:
                            return None
                        parts.append(name + "".join(encoded(plain, 0)))
                return ("{" + ",".join(parts) + "}").encode()
            plain = self._plain(payload, [ITEMS], DEPTH)
            return None if plain is _NOT_PLAIN else "".join(encoded(plain, 0)).encode()
        except ValueError:  # not a number, or half a character
            return None

    def _plain(self, value: Any, left: "List[int]", depth: int) -> Any:
        """The value, containers copied; _NOT_PLAIN where it is not. left: items that there is room for."""
        kind = type(value)
        if kind is str:
            is_plain = len(value) <= SHORT or (len(value) <= LONG and not self._suspicious(value))
        elif kind is int:
            is_plain = -LARGE < value < LARGE
        elif kind is list or kind is tuple or kind is dict:
            left[0] -= len(value)
            if left[0] < 0 or not depth:
                return _NOT_PLAIN
            return self._in_dict(value, left, depth) if kind is dict else self._in_list(value, left, depth)
        else:
            is_plain = kind is float or kind is bool or value is None
        return value if is_plain else _NOT_PLAIN

    def _in_dict(self, value: "Dict[Any, Any]", left: "List[int]", depth: int) -> Any:
        copied = value.copy()
        for key, item in copied.items():
            if type(key) is not str or key not in self._harmless:
                return _NOT_PLAIN
            copied[key] = plain = self._plain(item, left, depth - 1)
            if plain is _NOT_PLAIN:
                return _NOT_PLAIN
        return copied

    def _in_list(self, value: Any, left: "List[int]", depth: int) -> Any:
        copied = [self._plain(item, left, depth - 1) for item in [*value]]
        return _NOT_PLAIN if any(item is _NOT_PLAIN for item in copied) else copied


_NOT_PLAIN = object()
