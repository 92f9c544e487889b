"""Whether a payload is what its event's JSON Schema says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jsonschema
from jsonschema.protocols import Validator
from referencing import Registry
from referencing.exceptions import NoSuchResource, Unresolvable

MOST_PROBLEMS = 20
"""Problems that one check reports."""


@dataclass(frozen=True, slots=True)
class PayloadProblem:
    """One thing that is wrong with a payload."""

    path: str
    """Where, as a JSON path: $.items[0].price."""

    problem: str

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}"


def _never_fetch(uri: str) -> Any:
    raise NoSuchResource(ref=uri)


def check_schema(schema: Any) -> None:
    """Raise ValueError where this is no JSON Schema, or one that points outside itself."""
    if schema is None:
        return
    if not isinstance(schema, dict | bool):
        raise ValueError("expected a JSON Schema (a mapping)")
    try:
        jsonschema.Draft202012Validator.check_schema(schema)
    except jsonschema.SchemaError as error:
        raise ValueError(f"not a JSON Schema: at {error.json_path}: {error.message[:300]}") from None
    outside = _reference_outside(schema)
    if outside:
        raise ValueError(f"$ref {outside} points outside this schema; only references that start with # are allowed")


def compiled(schema: Any) -> Validator | None:
    """A checker to be used many times; None where anything goes."""
    if schema is None:
        return None
    registry: Registry[Any] = Registry(retrieve=_never_fetch)  # type: ignore[call-arg]
    return jsonschema.Draft202012Validator(schema, registry=registry)


def problems(validator: Validator | None, value: Any) -> list[PayloadProblem]:
    """What is wrong with a payload; empty where it is right."""
    if validator is None:
        return []
    found: list[PayloadProblem] = []
    try:
        for error in validator.iter_errors(value):
            found.append(PayloadProblem(error.json_path, error.message[:300]))
            if len(found) >= MOST_PROBLEMS:
                break
    except (Unresolvable, RecursionError) as error:
        found.append(PayloadProblem("$", f"the schema cannot be followed: {str(error)[:200]}"))
    return found


def check(event: Any, value: Any) -> list[PayloadProblem]:
    """What is wrong with a payload of this event (bus.scenario.model.Event); empty where it is right."""
    return problems(compiled(event.schema_), value)


def _reference_outside(schema: Any) -> str:
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            target = part.get("$ref", part.get("$dynamicRef"))
            if isinstance(target, str) and not target.startswith("#"):
                return target[:200]
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)
    return ""
