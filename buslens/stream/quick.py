"""The JSON of a payload that is small and plain, in one pass: most are, and cost a tenth of what the careful way does.

Plain are dicts, lists and tuples of texts, numbers, true, false and None in which redaction would change nothing.
Containers are copied before they are looked at: no other thread can change what is written. For all else there is the
careful way of `Recorder.snapshot` and `packing.blob_of`, which says the same of what is plain.
"""

from __future__ import annotations

import json
import json.encoder
from typing import Any, Callable, Dict, List, Optional

from buslens.limits import Limits
from buslens.redaction import FULL, Redaction

_ITEMS, _DEPTH = 64, 4
"""Of all containers together, and containers in containers."""

_SHORT, _LONG, _LARGE = 12, 256, 10**12
"""Letters that are too few for a secret or too many to look at, a number as long as cards'."""

_MAKE = getattr(json.encoder, "c_make_encoder", None)
_ENCODE: Callable[[Any, int], Any] = (
    _MAKE(None, None, json.encoder.encode_basestring, None, ":", ",", False, False, False)
    if _MAKE is not None
    else lambda value, _: json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
)
"""Made once: to make it is most of what `json.dumps` costs for a small dict."""


class PlainJson(bytes):
    """JSON that may be written as it is."""


class QuickJson:
    """For one redaction."""

    def __init__(self, redaction: Redaction, limits: Limits) -> None:
        self._harmless = redaction.harmless
        self._suspicious = redaction.suspicious
        self._is_on = (
            redaction.payloads == FULL
            and limits.depth > _DEPTH
            and limits.items > _ITEMS
            and min(limits.text, limits.total // _ITEMS) >= _LONG
        )

    def of(self, payload: Any) -> Optional[PlainJson]:
        """The JSON of a payload; None where it is not plain, or a key is met for the first time."""
        if not self._is_on:
            return None
        kind = type(payload)
        if kind is dict and len(payload) <= _ITEMS:
            # As `_plain` does it, without a call for each item: nearly all payloads are flat.
            harmless, left = self._harmless, None
            copied = payload.copy()
            for key, item in copied.items():
                kind = type(item)
                if type(key) is not str or key not in harmless:
                    return None
                if kind is str:
                    if len(item) > _SHORT and (len(item) > _LONG or self._suspicious(item)):
                        return None
                elif kind is int:
                    if not -_LARGE < item < _LARGE:
                        return None
                elif not (kind is float or kind is bool or item is None):
                    left = left or [_ITEMS - len(copied)]
                    copied[key] = item = self._plain(item, left, _DEPTH)
                    if item is _NOT_PLAIN:
                        return None
        else:
            copied = self._plain(payload, [_ITEMS], _DEPTH)
            if copied is _NOT_PLAIN:
                return None
        try:
            return PlainJson("".join(_ENCODE(copied, 0)).encode())
        except ValueError:  # not a number, or half a character
            return None

    def _plain(self, value: Any, left: "List[int]", depth: int) -> Any:
        """The value, containers copied; _NOT_PLAIN where it is not. left: items that there is room for."""
        # Types by identity: the hash of a class may be code of its metaclass.
        kind = type(value)
        if kind is str:
            is_plain = len(value) <= _SHORT or (len(value) <= _LONG and not self._suspicious(value))
        elif kind is int:
            is_plain = -_LARGE < value < _LARGE
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
