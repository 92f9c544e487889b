"""Payloads drawn from a JSON Schema: what a script emits with `generate: true`. Bounded, whatever the schema says.

What is drawn is checked like any payload. A schema that asks for more than is known here (patterns, dependencies) is
met by chance, by its examples, or not at all: then a sentence says so.
"""

from __future__ import annotations

import math
import random
import uuid
from collections.abc import Callable
from typing import Any, TypeGuard

from bus.scenario.payload import Checker

MOST_TRIES = 20
MOST_VALUES = 1_000
MOST_ITEMS = 5
"""Of a list, where its schema does not ask for more."""

DEEPEST = 8
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_LARGEST = 1_000

_FORMATS: dict[str, Callable[[random.Random], str]] = {
    "date": lambda draws: f"2026-{draws.randint(1, 12):02}-{draws.randint(1, 28):02}",
    "time": lambda draws: f"{draws.randint(0, 23):02}:{draws.randint(0, 59):02}:00Z",
    "date-time": lambda draws: f"{_FORMATS['date'](draws)}T{_FORMATS['time'](draws)}",
    "duration": lambda draws: f"PT{draws.randint(1, 59)}M",
    "uuid": lambda draws: str(uuid.UUID(int=draws.getrandbits(128), version=4)),
    "email": lambda draws: f"{_word(draws)}@example.com",
    "hostname": lambda draws: f"{_word(draws)}.example.com",
    "uri": lambda draws: f"https://example.com/{_word(draws)}",
    "ipv4": lambda draws: ".".join(str(draws.randint(1, 254)) for _ in range(4)),
    "ipv6": lambda draws: f"2001:db8::{draws.getrandbits(16):x}",
    "json-pointer": lambda draws: f"/{_word(draws)}",
}


class CannotGenerate(Exception):
    """No payload was found that the schema takes."""


class Generator:
    """Of one schema."""

    def __init__(self, schema: Any) -> None:
        self._schema = schema
        self._checker = Checker(schema)
        self._left = 0

    def value(self, draws: random.Random) -> Any:
        """A payload that the schema takes. Raises CannotGenerate."""
        problem = ""
        for _ in range(MOST_TRIES):
            self._left = MOST_VALUES
            try:
                made = self._made(self._schema, draws, 0)
            except (ArithmeticError, LookupError, TypeError, ValueError) as error:  # bounds that no number is within
                problem = str(error)
                continue
            problems = self._checker.problems(made)
            if not problems:
                return made
            problem = str(problems[0])
        raise CannotGenerate(f"no payload was found that the schema takes ({problem}): say it in with")

    def _made(self, schema: Any, draws: random.Random, depth: int) -> Any:
        self._left -= 1
        if self._left < 0 or not isinstance(schema, dict):
            return None
        if "$ref" in schema:
            return self._made(self._referred(schema["$ref"]), draws, depth + 1) if depth < DEEPEST else None
        if "const" in schema:
            return schema["const"]
        for choices in ("enum", "examples"):
            if isinstance(schema.get(choices), list) and schema[choices]:
                return draws.choice(schema[choices])
        for several in ("oneOf", "anyOf"):
            if isinstance(schema.get(several), list) and schema[several]:
                return self._made(_with(schema, several, draws.choice(schema[several])), draws, depth + 1)
        if isinstance(schema.get("allOf"), list):
            for part in schema["allOf"][:MOST_VALUES]:
                part = self._referred(part["$ref"]) if isinstance(part, dict) and "$ref" in part else part
                schema = _with(schema, "allOf", part)
        return self._of_kind(_kind(schema, draws), schema, draws, depth)

    def _of_kind(self, kind: str, schema: dict[str, Any], draws: random.Random, depth: int) -> Any:
        if kind == "object":
            return self._mapping(schema, draws, depth)
        if kind == "array":
            return self._list(schema, draws, depth)
        if kind in ("integer", "number"):
            return _number(schema, draws, whole=kind == "integer")
        if kind == "boolean":
            return draws.random() < 0.5
        return _text(schema, draws) if kind == "string" else None

    def _mapping(self, schema: dict[str, Any], draws: random.Random, depth: int) -> dict[str, Any]:
        declared = schema.get("properties")
        properties: dict[str, Any] = declared if isinstance(declared, dict) else {}
        needed = [key for key in schema.get("required", ()) if isinstance(key, str)]
        made = {}
        for key in dict.fromkeys([*properties, *needed]):
            if key in needed or (depth < DEEPEST and draws.random() < 0.5):
                made[key] = self._made(properties.get(key, {"type": "string"}), draws, depth + 1)
        return made

    def _list(self, schema: dict[str, Any], draws: random.Random, depth: int) -> list[Any]:
        least = min(_whole(schema.get("minItems"), 0), MOST_VALUES)
        most = min(_whole(schema.get("maxItems"), max(least, MOST_ITEMS)), max(least, MOST_ITEMS))
        first: list[Any] = schema.get("prefixItems") or []
        count = least if depth >= DEEPEST else draws.randint(least, max(least, most))
        items = schema.get("items", {"type": "string"})
        parts = [first[at] if at < len(first) else items for at in range(max(count, len(first)))]
        return [self._made(part, draws, depth + 1) for part in parts]

    def _referred(self, reference: Any) -> Any:
        """What stands there; the schema was checked, and its references lead to something."""
        found: Any = self._schema
        for step in str(reference).removeprefix("#").strip("/").split("/"):
            if step:
                key = step.replace("~1", "/").replace("~0", "~")
                found = found[int(key)] if isinstance(found, list) else found[key]
        return found


def why_not_generated(event: str, schema: Any) -> str:
    """Why no payloads can be drawn for an event; empty where they can."""
    if schema is None:
        return f"{event} has no schema to draw payloads from"
    try:
        Generator(schema).value(random.Random(event))
    except CannotGenerate as error:
        return f"{event}: {error}"
    return ""


def _with(schema: dict[str, Any], key: str, part: Any) -> dict[str, Any]:
    """A schema that also says what one of its parts does, which is left out of it."""
    rest = {name: value for name, value in schema.items() if name != key}
    if not isinstance(part, dict):
        return rest
    merged = {**rest, **part}
    for name in ("properties", "required"):
        one, other = rest.get(name), part.get(name)
        if isinstance(one, dict) and isinstance(other, dict):
            merged[name] = {**one, **other}
        elif isinstance(one, list) and isinstance(other, list):
            merged[name] = [*one, *other]
    return merged


def _kind(schema: dict[str, Any], draws: random.Random) -> str:
    kind = schema.get("type")
    if isinstance(kind, list) and kind:
        return str(draws.choice(kind))
    if isinstance(kind, str):
        return kind
    for key, meant in (("properties", "object"), ("required", "object"), ("items", "array"), ("minimum", "number")):
        if key in schema:
            return meant
    return "string"


def _number(schema: dict[str, Any], draws: random.Random, *, whole: bool) -> float | int:
    given: Any = schema.get("multipleOf")
    step: Any = given if _is_number(given) and given > 0 else 1 if whole else None
    gap = step or 1e-6
    least, most = _bound(schema, "inimum", gap), _bound(schema, "aximum", -gap)
    if least is None:
        least = 0 if most is None else most - _LARGEST
    if most is None:
        most = least + _LARGEST
    if step is None:
        return round(draws.uniform(least, max(least, most)), 6)
    first, last = math.ceil(least / step), math.floor(most / step)
    drawn = draws.randint(first, max(first, last)) * step
    return int(drawn) if whole else drawn


def _bound(schema: dict[str, Any], ending: str, gap: float) -> Any:
    """What `minimum` and `exclusiveMinimum` say, or their like; None: nothing."""
    inclusive, exclusive = schema.get(f"m{ending}"), schema.get(f"exclusiveM{ending}")
    return inclusive if _is_number(inclusive) else exclusive + gap if _is_number(exclusive) else None


def _text(schema: dict[str, Any], draws: random.Random) -> str:
    made = _FORMATS.get(str(schema.get("format")))
    if made is not None:
        return made(draws)
    least = min(_whole(schema.get("minLength"), 1), _LARGEST)
    most = min(_whole(schema.get("maxLength"), max(least, 8)), _LARGEST)
    return "".join(draws.choices(_LETTERS, k=draws.randint(least, max(least, most))))


def _word(draws: random.Random) -> str:
    return "".join(draws.choices(_LETTERS, k=8))


def _whole(value: Any, otherwise: int) -> int:
    return value if type(value) is int and value >= 0 else otherwise


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
