"""Whether a payload is what its event's JSON Schema says. Nothing is fetched, and no schema takes for ever."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import jsonschema
from jsonschema.validators import extend
from referencing import Registry
from referencing.exceptions import Unresolvable

from bus.scenario import formats, patterns, schema_references
from bus.scenario.schema_references import schemas_in

MOST_PROBLEMS = 20
"""Problems that one check reports."""

MOST_REFERENCES = 20_000
"""$refs that one check follows: a few that name each other twice can make 2**40 of them."""

_DIALECT = jsonschema.Draft202012Validator
_KINDS = ("array", "boolean", "integer", "null", "number", "object", "string")


@dataclass(frozen=True, slots=True)
class PayloadProblem:
    """One mistake in a payload: where, and what was expected."""

    path: str
    """Where, as a JSON path: $.items[0].price."""

    problem: str

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}"


class Checker:
    """One schema, ready to check many payloads. None for a schema lets everything pass."""

    def __init__(self, schema: Any) -> None:
        self._followed = 0
        self._validator: Any = None
        if schema is not None:
            own = {
                "pattern": patterns.pattern,
                "patternProperties": patterns.pattern_properties,
                "additionalProperties": patterns.additional_properties,
                "$ref": self._follow,
                "$dynamicRef": self._follow_dynamic,
            }
            self._validator = extend(_DIALECT, own)(schema, registry=Registry(), format_checker=formats.checker())

    def problems(self, value: Any) -> list[PayloadProblem]:
        """What is wrong with a payload; empty where it is right."""
        if self._validator is None:
            return []
        self._followed = 0
        found: list[PayloadProblem] = []
        try:
            for error in self._validator.iter_errors(value):
                found.append(PayloadProblem(error.json_path, _message(error)[:300]))
                if len(found) >= MOST_PROBLEMS:
                    break
        except (Unresolvable, RecursionError, TooManyReferencesError) as error:
            found.append(PayloadProblem("$", f"the schema cannot be followed: {str(error)[:200]}"))
        return found

    def _follow(self, validator: Any, target: str, instance: Any, schema: Any) -> Iterator[Any]:
        self._count()
        yield from _DIALECT.VALIDATORS["$ref"](validator, target, instance, schema) or ()

    def _follow_dynamic(self, validator: Any, target: str, instance: Any, schema: Any) -> Iterator[Any]:
        self._count()
        yield from _DIALECT.VALIDATORS["$dynamicRef"](validator, target, instance, schema) or ()

    def _count(self) -> None:
        self._followed += 1
        if self._followed > MOST_REFERENCES:
            raise TooManyReferencesError(f"it refers to itself more than {MOST_REFERENCES} times")


def _message(error: jsonschema.ValidationError) -> str:
    """In JSON's words: jsonschema says None for null."""
    message: str = error.message
    instance = error.instance
    if instance is None or isinstance(instance, bool):
        word = "null" if instance is None else str(instance).lower()
        return word + message.removeprefix(repr(instance)) if message.startswith(repr(instance)) else message
    return message


class TooManyReferencesError(Exception):
    """A schema that grows without an end."""


def check(event: Any, value: Any) -> list[PayloadProblem]:
    """What is wrong with a payload of this event (bus.scenario.model.Event); empty where it is right."""
    found: list[PayloadProblem] = event.checker.problems(value)
    return found


def check_schema(schema: Any) -> None:
    """Raise ValueError where this is not a valid JSON Schema, or one that points outside itself."""
    for _path, problem in schema_mistakes(schema):
        raise ValueError(problem)


def schema_mistakes(schema: Any) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Where a schema is wrong, and why."""
    if schema is None:
        return
    if not isinstance(schema, dict | bool):
        yield (), "expected a JSON Schema (a mapping)"
        return
    wrong = False
    for path, problem in _parts_we_refuse(schema):
        wrong = True
        yield path, problem
    try:
        _DIALECT.check_schema(schema)
    except jsonschema.SchemaError as error:
        if not (wrong and error.validator == "format"):
            path = tuple(error.absolute_path)
            kinds = f"expected one of {', '.join(_KINDS)}; found {error.instance!r}"
            yield path, kinds if path[-1:] == ("type",) else f"not a JSON Schema: {error.message[:300]}"
            return
    if not wrong:
        yield from schema_references.mistakes(schema)


def _parts_we_refuse(schema: Any) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Where in a schema stands what jsonschema accepts and we do not, and why."""
    for path, part in schemas_in(schema):
        yield from _refused_in(part, path)


def _refused_in(part: dict[str, Any], path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], str]]:
    for key in ("$ref", "$dynamicRef"):
        target = part.get(key)
        if isinstance(target, str) and not target.startswith("#"):
            problem = f"{key} {target[:200]} points outside this schema; only references that start with # are allowed"
            yield (*path, key), problem
    named = part.get("patternProperties")
    for where, pattern in [
        ((*path, "pattern"), part.get("pattern")),
        *(((*path, "patternProperties", each), each) for each in (named if isinstance(named, dict) else ())),
    ]:
        if isinstance(pattern, str):
            try:
                patterns.check_pattern(pattern)
            except ValueError as error:
                yield where, str(error)
    if named is not None and "unevaluatedProperties" in part:
        problem = "unevaluatedProperties beside patternProperties is not supported; use additionalProperties"
        yield (*path, "unevaluatedProperties"), problem
