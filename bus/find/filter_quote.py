"""Writes a value so that the search line reads it as one word again."""

from __future__ import annotations


def quote(value: str) -> str:
    """A name as one word of the search line."""
    plain = value and not any(letter.isspace() or letter in "\"'()" for letter in value)
    if plain:
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
