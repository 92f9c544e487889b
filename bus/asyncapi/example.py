"""A small payload that a schema allows: what a scenario emits where the document gives no example."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

DEEPEST = 12
"""Levels that are made; a schema that asks for itself has no smallest payload."""

MOST_ITEMS = 5
_FORMATS = {
    "date-time": "2026-01-01T00:00:00Z", "date": "2026-01-01", "time": "00:00:00Z", "duration": "P1D",
    "email": "ann@example.org", "hostname": "example.org", "ipv4": "192.0.2.1", "ipv6": "2001:db8::1",
    "uri": "https://example.org/", "uuid": "00000000-0000-4000-8000-000000000000", "json-pointer": "/a",
}  # fmt: skip


def examples_of(schema: Any) -> Iterator[Any]:
    """Payloads: one with everything near the top, one with what must be there alone.

    Whether the schema allows one must be checked: patterns and conditions are not solved.
    """
    for show in (DEEPEST // 3, 0):
        yield _Example(schema, show).made(schema, 0)


class _Example:
    """One payload. Of the levels above `show` all properties are made, below them those that must be there."""

    def __init__(self, root: Any, show: int) -> None:
        self.root = root
        self.show = show

    def made(self, schema: Any, depth: int) -> Any:
        if not isinstance(schema, dict) or depth > DEEPEST:
            return None
        known = next(_said(schema), None)
        if known is not None:
            return known[0]
        target = schema.get("$ref")
        if isinstance(target, str):
            definitions = self.root.get("$defs") if isinstance(self.root, dict) else None
            name = target.removeprefix("#/$defs/")
            return self.made(definitions.get(name) if isinstance(definitions, dict) else None, depth + 1)
        for key in ("oneOf", "anyOf"):
            if isinstance(schema.get(key), list) and schema[key]:
                return self.made(_with(schema, schema[key][0], key), depth + 1)
        if isinstance(schema.get("allOf"), list):
            return self._all(schema, depth)
        return self._plain(schema, depth)

    def _all(self, schema: dict[str, Any], depth: int) -> Any:
        rest = {name: each for name, each in schema.items() if name != "allOf"}
        made = [self.made(part, depth + 1) for part in (*schema["allOf"], *([rest] if rest else []))]
        mappings = [each for each in made if isinstance(each, dict)]
        if mappings:
            return {key: value for each in mappings for key, value in each.items()}
        return next((each for each in made if each is not None), None)

    def _plain(self, schema: dict[str, Any], depth: int) -> Any:
        kind = schema.get("type")
        if isinstance(kind, list):
            kind = next((each for each in kind if each != "null"), "null")
        if kind == "object" or (kind is None and "properties" in schema):
            properties = schema.get("properties")
            named = properties if isinstance(properties, dict) else {}
            required = [each for each in _list(schema.get("required")) if isinstance(each, str)]
            wanted = [*named, *required] if depth < self.show else required
            return {key: self.made(named.get(key), depth + 1) for key in dict.fromkeys(wanted)}
        if kind == "array":
            count = _whole(schema.get("minItems", int(depth < self.show)))
            return [self.made(schema.get("items"), depth + 1) for _ in range(min(count, MOST_ITEMS))]
        if kind == "string":
            return _text(schema)
        if kind in ("integer", "number"):
            return _number(schema)
        return False if kind == "boolean" else None


def _said(schema: dict[str, Any]) -> Iterator[tuple[Any]]:
    """Values that the schema itself names, where they are of its own type."""
    values = [schema[key] for key in ("const", "default") if key in schema]
    values += [each for key in ("examples", "enum") for each in _list(schema.get(key))[:1]]
    kinds = schema.get("type")
    wanted = [kinds] if isinstance(kinds, str) else _list(kinds)
    for value in values:
        if not wanted or _kind(value) in wanted or (_kind(value) == "integer" and "number" in wanted):
            yield (value,)


def _kind(value: Any) -> str:
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return kinds.get(type(value), "null")


def _with(schema: dict[str, Any], branch: Any, key: str) -> Any:
    """One branch, beside what stands beside the choice."""
    rest = {name: each for name, each in schema.items() if name != key}
    return {"allOf": [rest, branch]} if rest.keys() - {"description", "title"} else branch


def _text(schema: dict[str, Any]) -> str:
    known = _FORMATS.get(str(schema.get("format")))
    return known if known is not None else "text".ljust(min(_whole(schema.get("minLength", 0)), 1000), "x")


def _number(schema: dict[str, Any]) -> float:
    low, high = (_bound(schema.get(key)) for key in ("minimum", "maximum"))
    above, below = (_bound(schema.get(key)) for key in ("exclusiveMinimum", "exclusiveMaximum"))
    step = schema.get("multipleOf") or 1
    found: float = 0
    if low is not None:
        found = low
    if above is not None and found <= above:
        found = above + step
    if high is not None:
        found = min(found, high)
    if below is not None and found >= below:
        found = below - step
    return found


def _bound(value: Any) -> Any:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
