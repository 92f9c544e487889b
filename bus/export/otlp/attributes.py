"""Attributes of spans as OTLP writes them: typed, of bounded size, and safe on any screen."""

from __future__ import annotations

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from bus.export.words import visible

MOST_LETTERS = 4_000
"""Of one attribute; what is longer ends in an ellipsis."""

_MOST_INT = (1 << 63) - 1


def text(key: str, value: str) -> KeyValue:
    """A text on one line, cut at MOST_LETTERS."""
    return KeyValue(key=key, value=AnyValue(string_value=cut(visible(value[: MOST_LETTERS + 1]))))


def lines(key: str, value: str) -> KeyValue:
    """A text of several lines, of which the last MOST_LETTERS are kept: a traceback ends with what was wrong."""
    kept = "\n".join(map(visible, value[-MOST_LETTERS:].splitlines()))
    if len(kept) > MOST_LETTERS:
        kept = "…" + kept[1 - MOST_LETTERS :]
    return KeyValue(key=key, value=AnyValue(string_value=kept))


def number(key: str, value: int) -> KeyValue:
    """A whole number; as a text where it has no room in 64 bits."""
    if -_MOST_INT <= value <= _MOST_INT:
        return KeyValue(key=key, value=AnyValue(int_value=value))
    return text(key, str(value))


def real(key: str, value: float) -> KeyValue:
    """A number with a fraction."""
    return KeyValue(key=key, value=AnyValue(double_value=value))


def yes(key: str) -> KeyValue:
    """Something that holds."""
    return KeyValue(key=key, value=AnyValue(bool_value=True))


def cut(value: str) -> str:
    """At most MOST_LETTERS of a text: escapes have made some longer."""
    return value if len(value) <= MOST_LETTERS else value[: MOST_LETTERS - 1] + "…"
