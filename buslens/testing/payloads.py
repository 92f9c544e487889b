"""Whether a payload is as expected, and where it first differs."""

from __future__ import annotations

import json
from typing import Any, Callable, Mapping

from buslens.packing import blob_of
from buslens.recorder import Recorder
from buslens.records import BlobKind, Kind
from buslens.redaction import Redaction
from buslens.testing.seen import SeenEmit


class Anything:
    """In place of an expected payload: any will do."""

    def __repr__(self) -> str:
        return "anything"


ANYTHING = Anything()


class PayloadMatch:
    """An expected payload.

    A dict is met by one that has all its fields, whatever else that has; a list by one of the same length, item by
    item; anything else by what is equal to it. So `unittest.mock.ANY` and `pytest.approx` may stand anywhere in it.
    Other objects are compared as they are recorded, secrets replaced in both.
    """

    def __init__(self, expected: Any, recorder: Recorder) -> None:
        self.expected = expected
        self._recorded = _as_recorded(recorder)

    @property
    def is_any(self) -> bool:
        """Whether every payload will do."""
        return self.expected is ANYTHING

    def difference(self, emit: SeenEmit) -> str:
        """Where the payload of an emit first differs, such as "id: 1, not 3"; "" where it does not."""
        if self.is_any:
            return ""
        if not emit.is_json:
            return "" if self._recorded(self.expected) == (emit.payload if not emit.text else emit.text) else "differs"
        found = _difference(self.expected, emit.payload, "", self._recorded)
        # Under the name of a secret what was recorded is not what was sent.
        return found and _difference(self._recorded(self.expected), emit.payload, "", self._recorded) and found


def _difference(expected: Any, actual: Any, path: str, recorded: Callable[[Any], Any]) -> str:
    if isinstance(expected, Mapping) and isinstance(actual, dict):
        for key, value in expected.items():
            name = f"{path}.{key}" if path else str(key)
            if str(key) not in actual:
                return f"{name}: not there"
            found = _difference(value, actual[str(key)], name, recorded)
            if found:
                return found
        return ""
    if isinstance(expected, (list, tuple)) and isinstance(actual, list):
        if len(expected) != len(actual):
            return f"{path or 'payload'}: {len(actual)} items, not {len(expected)}"
        differences = (
            _difference(value, actual[number], f"{path}[{number}]", recorded) for number, value in enumerate(expected)
        )
        return next(filter(None, differences), "")
    if _is_equal(expected, actual) or _is_equal(recorded(expected), actual):
        return ""
    return f"{path or 'payload'}: {_short(actual)}, not {_short(expected)}"


def _is_equal(expected: Any, actual: Any) -> bool:
    if isinstance(expected, bool) is not isinstance(actual, bool) and isinstance(expected, (bool, int, float)):
        return False  # True is 1 for Python, and not for whoever reads JSON
    try:
        return bool(expected == actual)
    except Exception:
        return False


def _as_recorded(recorder: Recorder) -> Callable[[Any], Any]:
    def recorded(value: Any) -> Any:
        kind, body, _ = blob_of(
            recorder.snapshot(value), int(Kind.DISPATCH_EMITTED), recorder.limits, recorder.redaction or Redaction()
        )
        text = body.decode("utf-8", "replace")
        return json.loads(text) if kind == BlobKind.PAYLOAD_JSON else text

    return recorded


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:199]}…"
