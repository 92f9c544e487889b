"""What payloads of one event have in common, as a JSON Schema: it allows all that were looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bus.scenario import formats

DEEPEST = 6
MOST_FIELDS = 60
"""Of one object; one with more is a table, whose keys are data."""

MOST_ITEMS = 50
"""Of a list that are looked at."""

MOST_CHOICES = 8
"""Texts that a field may have to be a choice between them."""

CHOSEN = 5
"""How often each of them must have come on average."""

LONGEST_CHOICE = 40
FORMATS = ("date-time", "date", "uuid", "email", "ipv4", "ipv6")
"""Those that hardly any text meets by chance."""

_KINDS = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}


def schema_of(values: Sequence[Any], *, choices: bool = True, depth: int = 0) -> dict[str, Any]:
    """The schema of these JSON values; there must be one. choices: whether texts that were seen may stand in it."""
    by_kind: dict[str, list[Any]] = {}
    for value in values:
        by_kind.setdefault(_KINDS.get(type(value), "null"), []).append(value)
    if "number" in by_kind and "integer" in by_kind:
        by_kind["number"] += by_kind.pop("integer")
    kinds = list(by_kind)
    schema: dict[str, Any] = {"type": kinds[0] if len(kinds) == 1 else kinds}
    if "object" in by_kind and depth < DEEPEST:
        schema.update(_of_objects(by_kind["object"], choices, depth))
    if "array" in by_kind and depth < DEEPEST:
        items = [item for each in by_kind["array"] for item in each[:MOST_ITEMS]]
        if items:
            schema["items"] = schema_of(items, choices=choices, depth=depth + 1)
    if kinds == ["string"]:
        schema.update(_of_texts(by_kind["string"], choices))
    return schema


def _of_objects(objects: list[dict[str, Any]], choices: bool, depth: int) -> dict[str, Any]:
    fields: dict[str, list[Any]] = {}
    for each in objects:
        for key, value in each.items():
            fields.setdefault(key, []).append(value)
            if len(fields) > MOST_FIELDS:
                return {}
    required = [key for key, found in fields.items() if len(found) == len(objects)]
    said: dict[str, Any] = {"required": required} if required else {}
    if fields:
        said["properties"] = {key: schema_of(found, choices=choices, depth=depth + 1) for key, found in fields.items()}
    return said


def _of_texts(texts: list[str], choices: bool) -> dict[str, Any]:
    checker = formats.checker()
    for name in FORMATS:
        if all(checker.conforms(each, name) for each in texts):
            return {"format": name}
    found = set(texts)
    is_choice = choices and 1 < len(found) <= MOST_CHOICES and len(texts) >= CHOSEN * len(found)
    return {"enum": sorted(found)} if is_choice and max(map(len, found)) <= LONGEST_CHOICE else {}
