"""Where the $refs of a payload schema lead: nowhere, or round in a circle that no payload ever gets out of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

Path = tuple[Any, ...]

DATA = ("const", "enum", "default", "examples")
"""Keywords that hold values, not schemas."""

NAMED = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
"""Keywords that hold a schema for each of many names."""

_SAME = ("allOf", "anyOf", "oneOf")
_SAME_ALONE = ("not", "if", "then", "else")
"""Keywords whose schemas look at the same value: a circle of them and of $refs never ends."""


def mistakes(schema: Any) -> Iterator[tuple[Path, str]]:
    """Where a $ref cannot be followed, and why."""
    if not isinstance(schema, dict):
        return
    parts = dict(schemas_in(schema))
    if any("$id" in part for path, part in parts.items() if path):
        return  # a schema in the schema with an address of its own: what # means there, its reader says
    resolver = Registry().resolver_with_root(DRAFT202012.create_resource(schema))
    places = {id(part): path for path, part in parts.items()}
    targets: dict[Path, Path] = {}
    for path, part in parts.items():
        for key in ("$ref", "$dynamicRef"):
            target = part.get(key)
            if not isinstance(target, str) or not target.startswith("#"):
                continue
            try:
                found = resolver.lookup(target).contents
            except (Unresolvable, LookupError, ValueError, TypeError, AttributeError, RecursionError):
                yield (*path, key), f"{key} {target[:200]} points nowhere in this schema{_instead(schema, target)}"
                continue
            if id(found) in places:
                targets[path] = places[id(found)]
    yield from _circles(parts, targets)


def _instead(schema: dict[str, Any], target: str) -> str:
    definitions = schema.get("$defs")
    name = target.rpartition("/")[2]
    if isinstance(definitions, dict) and name in definitions:
        return f"; did you mean #/$defs/{name}?"
    return "; what it names belongs into $defs of the same schema: #/$defs/NAME"


def schemas_in(schema: Any) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every schema of a schema, itself included, with its path; names of properties are no keywords."""
    waiting: list[tuple[Any, Path]] = [(schema, ())]
    while waiting:
        value, at = waiting.pop()
        if isinstance(value, dict):
            yield at, value
            for key, each in value.items():
                if key in NAMED and isinstance(each, dict):
                    waiting += [(inner, (*at, key, name)) for name, inner in each.items()]
                elif key not in DATA:
                    waiting.append((each, (*at, key)))
        elif isinstance(value, list):
            waiting += [(each, (*at, index)) for index, each in enumerate(value)]


def _circles(parts: dict[Path, dict[str, Any]], targets: dict[Path, Path]) -> Iterator[tuple[Path, str]]:
    settled: set[Path] = set()
    for start in targets:
        at, walked = start, {start}
        stack = [(start, iter(_next(parts, targets, start)))]
        while stack:
            at, following = stack[-1]
            step = next(following, None)
            if step is None:
                settled.add(at)
                walked.discard(at)
                stack.pop()
            elif step in walked:
                yield (*start, "$ref"), "this $ref leads back to itself without looking further into the payload"
                settled.update(walked)
                break
            elif step not in settled:
                walked.add(step)
                stack.append((step, iter(_next(parts, targets, step))))


def _next(parts: dict[Path, dict[str, Any]], targets: dict[Path, Path], path: Path) -> Iterator[Path]:
    """Which schemas a value is held against next, the same value."""
    part = parts[path]
    if path in targets:
        yield targets[path]
    for key in _SAME:
        for index, each in enumerate(part[key] if isinstance(part.get(key), list) else []):
            if isinstance(each, dict):
                yield (*path, key, index)
    for key in _SAME_ALONE:
        if isinstance(part.get(key), dict):
            yield (*path, key)
