"""What the cells of a CSV file are: texts that a schema, or how they all look, makes numbers or truth values."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from bus.scenario import tree

_INTEGER = re.compile(r"-?(0|[1-9]\d{0,18})")
_NUMBER = re.compile(r"-?(0|[1-9]\d{0,30})(\.\d{1,30})?([eE][+-]?\d{1,3})?")
_TRUTH = {"true": True, "false": False}
MOST_SHOWN = 40


class Empty:
    """Stands for: the cell is empty, and its field is left out. The class itself is the mark."""


def kind_of(texts: Iterable[str]) -> str:
    """The JSON type that all cells of a column can be: a number with zeros in front of it is a text."""
    kinds = {_looks_like(text) for text in texts if text}
    if kinds == {"integer", "number"}:
        return "number"
    return kinds.pop() if len(kinds) == 1 else "string"


def kinds_of(schema: Mapping[str, Any]) -> dict[str, str]:
    """The types of the fields that a JSON Schema describes; of several, the first that is not null."""
    properties = schema.get("properties")
    found: dict[str, str] = {}
    for name, each in properties.items() if isinstance(properties, dict) else ():
        kind = each.get("type") if isinstance(each, dict) else None
        kinds = [kind] if isinstance(kind, str) else kind if isinstance(kind, list) else []
        found[name] = next((one for one in kinds if isinstance(one, str) and one != "null"), "string")
    return found


def schema_of(kinds: Mapping[str, str]) -> dict[str, Any]:
    """A JSON Schema that says these types."""
    return {"type": "object", "properties": {name: {"type": kind} for name, kind in kinds.items()}}


def value_of(text: str, kind: str) -> Any:
    """A cell as a value of that JSON type; `Empty` where nothing stands in it. Raises ValueError."""
    if not text:
        return Empty
    value: Any = Empty
    if kind == "string":
        value = text
    elif kind == "integer" and _INTEGER.fullmatch(text) and abs(int(text)) <= tree.LARGEST_INTEGER:
        value = int(text)
    elif kind == "number" and _NUMBER.fullmatch(text):
        value = float(text) if math.isfinite(float(text)) else Empty
    elif kind == "boolean":
        value = _TRUTH.get(text.lower(), Empty)
    elif kind in ("array", "object"):
        value = _parsed(text, list if kind == "array" else dict)
    if value is Empty:
        shown = text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"
        raise ValueError(f"expected {_WORDS.get(kind, kind)}, found {json.dumps(shown, ensure_ascii=False)}")
    return value


_WORDS = {"integer": "a whole number", "number": "a number", "boolean": "true or false",
          "array": "a list as JSON", "object": "an object as JSON"}  # fmt: skip


def _parsed(text: str, wanted: type) -> Any:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return Empty
    return value if isinstance(value, wanted) else Empty


def _looks_like(text: str) -> str:
    if _INTEGER.fullmatch(text):
        return "integer" if abs(int(text)) <= tree.LARGEST_INTEGER else "string"
    # A whole number of many digits is somebody's identifier: as a number it would lose some.
    if _NUMBER.fullmatch(text) and not text.lstrip("-").isdecimal():
        return "number"
    return "boolean" if text.lower() in _TRUTH else "string"
