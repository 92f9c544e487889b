"""What JSON Schema passes over in silence, and a person may have meant: misspelt keywords, formats nobody checks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bus.scenario import formats
from bus.scenario.nearest import nearest
from bus.scenario.schema_references import NAMED, Path, schemas_in

KEYWORDS = frozenset(
    "$schema $id $ref $anchor $dynamicRef $dynamicAnchor $defs $comment $vocabulary definitions allOf anyOf oneOf "
    "not if then else dependentSchemas dependencies prefixItems items additionalItems contains properties "
    "patternProperties additionalProperties propertyNames unevaluatedItems unevaluatedProperties type enum const "
    "multipleOf maximum exclusiveMaximum minimum exclusiveMinimum maxLength minLength pattern maxItems minItems "
    "uniqueItems maxContains minContains maxProperties minProperties required dependentRequired title description "
    "default deprecated readOnly writeOnly examples format contentEncoding contentMediaType contentSchema".split()
)
ANNOTATIONS = frozenset("example nullable discriminator xml externalDocs".split())
"""OpenAPI's and AsyncAPI's words, which say nothing of a payload."""


def remarks(schema: Any) -> Iterator[tuple[Path, str, str]]:
    """Path, problem and hint of each."""
    if not isinstance(schema, dict):
        return
    for path, part in schemas_in(schema):
        if path and not _is_schema(path):
            continue
        for key in part:
            if key not in KEYWORDS and key not in ANNOTATIONS and not key.startswith("x-"):
                hint = nearest(key, KEYWORDS) or "the keywords are those of JSON Schema 2020-12"
                yield (*path, key), f"JSON Schema has no keyword {key}, and nothing is checked by it", hint
        named = part.get("format")
        if isinstance(named, str) and named not in formats.CHECKED:
            hint = nearest(named, formats.CHECKED) or f"checked are {', '.join(sorted(formats.CHECKED))}"
            yield (*path, "format"), f"payloads are not checked for the format {named[:60]}", hint


def _is_schema(path: Path) -> bool:
    """Whether a keyword of JSON Schema leads there, and not one that nobody knows."""
    at = 0
    while at < len(path):
        if path[at] not in KEYWORDS:
            return False
        at += 2 if path[at] in NAMED or (at + 1 < len(path) and isinstance(path[at + 1], int)) else 1
    return True
