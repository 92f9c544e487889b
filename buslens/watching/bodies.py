"""What a message over a broker carries, for people: its body as JSON or text where it says or shows that it is that.

A body is bytes that somebody else may have sent: it is parsed by the standard library alone, and only a short one.
"""

from __future__ import annotations

import json
from typing import Any

from buslens.payloads import NoPayload

LONGEST_PARSED = 64 * 1024
"""Bytes of a body that is parsed, in the program's own time: less than a millisecond."""

LONGEST_NOTED = 512
_JSON_BEGINS = b'{["0123456789-tfn'
_IDENTITY = ("message-id", "correlation-id", "traceparent", "tracestate", "content-type", "type", "app-id", "task-id")


def payload_of(body: Any, content_type: Any = "") -> Any:
    """The value, text or bytes that a body is; NoPayload for an empty one.

    content_type: what the sender says of it, if anything; without it what looks like JSON is read as that.
    """
    kind = type(body)
    if body is None or (kind in (bytes, str, bytearray) and not body):
        return NoPayload
    if kind in (bytearray, memoryview):
        body = bytes(body)
    elif kind is not bytes:
        return body
    if len(body) > LONGEST_PARSED:
        return body
    says = content_type if type(content_type) is str else ""
    if "json" in says or (not says and body[:1] in _JSON_BEGINS) or (says == "application/octet-stream"):
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            pass
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body


def noted(place: str, headers: "dict[str, Any]") -> str:
    """The note of a message that was sent, confirmed or delivered (docs/capture-format.md).

    place: where it was put, for people. headers: of these only what says which message it is, and its trace context;
    whatever else travels with a message is not kept.
    """
    told = {}
    for name in _IDENTITY:
        text = _text(headers.get(name))
        if text:
            told[name] = text
    return json.dumps({"place": place[:LONGEST_NOTED], "headers": told}, ensure_ascii=False)


def header(headers: Any, name: str) -> Any:
    """A header of a message by its name; None where it has none, or no table that may be read."""
    return dict.get(headers, name) if issubclass(type(headers), dict) else None


def _text(value: Any) -> str:
    if type(value) is bytes:
        value = value.decode("utf-8", "replace")
    return value[:LONGEST_NOTED] if type(value) is str else str(value) if type(value) is int else ""
