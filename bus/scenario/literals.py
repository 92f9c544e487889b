"""Payloads that were seen, as a scenario writes them: they mean themselves, whatever is in their texts."""

from __future__ import annotations

import json
from typing import Any

from bus.scenario import expressions, tree

LONGEST_KEY = 1_000
"""Characters of the name of a field, quoted. https://yaml.org/spec/1.2.2/#742-flow-mappings: 1024 at most."""


def literal(value: Any, levels: int = tree.MAX_DEPTH - 4) -> Any:
    """A payload in which nothing is an expression. Raises ValueError where a scenario cannot hold it."""
    if levels <= 0:
        raise ValueError("it is nested deeper than a scenario may be")
    if isinstance(value, list):
        return [literal(each, levels - 1) for each in value]
    if isinstance(value, dict):
        if any(len(json.dumps(key)) > LONGEST_KEY for key in value):
            raise ValueError("it has a field whose name is longer than a key of YAML may be")
        return {key: literal(each, levels - 1) for key, each in value.items()}
    if isinstance(value, int) and abs(value) > tree.LARGEST_INTEGER:
        raise ValueError("it has a whole number of more than 63 bits")
    if not isinstance(value, str):
        return value
    if value.startswith("$"):
        return f"${value}"  # `$` begins an expression, `$$` is a plain dollar sign
    if "${" in value:
        if len(value) > expressions.LONGEST // 2:
            raise ValueError("it has a long text with ${ in it")
        return "$" + json.dumps(value, ensure_ascii=False)  # an expression that is this very text
    return value


def values_in(value: Any) -> int:
    """How many values stand in one, itself and keys included."""
    count, waiting = 0, [value]
    while waiting:
        each = waiting.pop()
        count += 1
        if isinstance(each, list):
            waiting += each
        elif isinstance(each, dict):
            count += len(each)
            waiting += each.values()
    return count
