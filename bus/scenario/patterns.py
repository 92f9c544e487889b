"""Regular expressions of payload schemas, matched in linear time.

A scenario comes from anybody, and `^(a+)+$` takes Python's own `re` years. CEL's `matches` is Rust's regex: no
look-around and no back-references, and no text that stops it. Here are jsonschema's keywords that use `re`, again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema
from jsonschema.protocols import Validator

from bus.scenario.cel_library import cel

_MATCHES = cel.compile("text.matches(pattern)")


def check_pattern(pattern: str) -> None:
    """Raise ValueError where this is not a regular expression that can be matched in linear time."""
    try:
        matches(pattern, "")
    except RuntimeError as error:
        reason = next((line[7:] for line in str(error).splitlines() if line.startswith("error: ")), "it is too large")
        reason = reason.split(". Check ")[0]
        raise ValueError(f"the pattern {pattern[:60]!r} cannot be used: {reason}") from None


def matches(pattern: str, text: str) -> bool:
    """Whether the pattern is found somewhere in the text."""
    return bool(_MATCHES.execute({"text": text, "pattern": pattern}))


def pattern(_validator: Validator, wanted: str, instance: Any, _schema: Any) -> Iterator[jsonschema.ValidationError]:
    """JSON Schema's `pattern`, with regular expressions that cannot take for ever."""
    if isinstance(instance, str) and not matches(wanted, instance):
        yield jsonschema.ValidationError(f"{instance!r} does not match {wanted!r}")


def pattern_properties(
    validator: Any, wanted: dict[str, Any], instance: Any, _schema: Any
) -> Iterator[jsonschema.ValidationError]:
    """JSON Schema's `patternProperties`, with regular expressions that cannot take for ever."""
    if isinstance(instance, dict):
        for each, schema in wanted.items():
            for key, value in instance.items():
                if matches(each, key):
                    yield from validator.descend(value, schema, path=key, schema_path=each)


def additional_properties(
    validator: Any, wanted: Any, instance: Any, schema: Any
) -> Iterator[jsonschema.ValidationError]:
    """JSON Schema's `additionalProperties`, with regular expressions that cannot take for ever."""
    if not isinstance(instance, dict):
        return
    known, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    for key, value in instance.items():
        if key in known or any(matches(each, key) for each in patterns):
            continue
        if wanted is False:
            yield jsonschema.ValidationError(f"unknown property {key!r}")
        else:
            yield from validator.descend(value, wanted, path=key)
