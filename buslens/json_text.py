"""Plain values as JSON, by the part of Python's `json` that is C: to load the rest takes time when a program starts."""

from __future__ import annotations

from typing import Any, Callable

Encoder = Callable[[Any, int], Any]
"""Pieces of the JSON of a value, by it and 0. Raises ValueError for a number that is none or has no end, and TypeError
for what JSON cannot say."""


def _refused(value: Any) -> Any:
    raise TypeError(f"JSON has no {type(value).__name__}")


def _of_c() -> "tuple[Callable[[str], str], Encoder, Encoder]":
    """Raises ImportError or TypeError where Python is not CPython, or a later one."""
    import _json

    quote: Callable[[str], str] = _json.encode_basestring
    told = quote, None, ":", ","
    plain, by_key = (_json.make_encoder(None, _refused, *told, is_sorted, False, False) for is_sorted in (False, True))
    return quote, plain, by_key


def _of_python() -> "tuple[Callable[[str], str], Encoder, Encoder]":
    import json.encoder

    told: "dict[str, Any]" = {"ensure_ascii": False, "separators": (",", ":"), "allow_nan": False}
    plain, by_key = (json.JSONEncoder(**told, sort_keys=is_sorted) for is_sorted in (False, True))
    quote = json.encoder.encode_basestring
    return quote, lambda value, _: plain.iterencode(value), lambda value, _: by_key.iterencode(value)


try:
    in_quotes, encoded, _by_key = _of_c()
except (ImportError, TypeError):
    in_quotes, encoded, _by_key = _of_python()


def json_of(value: Any, *, by_key: bool = False) -> str:
    """The JSON of a value, which must not lie inside of itself. by_key: the same for dicts in another order.

    Raises as an Encoder does.
    """
    return "".join((_by_key if by_key else encoded)(value, 0))
