"""References inside one document: followed, never fetched; and schemas that can stand alone, with all that they need.

Source: RFC 6901 (JSON Pointer), AsyncAPI 3.0 "Reference Object".
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

MOST_STEPS = 50
"""References that lead to references; a circle of them leads nowhere."""


def steps_to(reference: Any) -> tuple[str, ...]:
    """The keys that a reference into its own document names; none where it is no such reference."""
    target = reference.get("$ref") if isinstance(reference, dict) else None
    if not isinstance(target, str) or not target.startswith("#/"):
        return ()
    return tuple(unquote(step).replace("~1", "/").replace("~0", "~") for step in target[2:].split("/"))


class References:
    """The references of one document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document

    def follow(self, value: Any) -> Any:
        """What a value says, or what it refers to; None where that leads nowhere."""
        for _ in range(MOST_STEPS):
            if not (isinstance(value, dict) and isinstance(value.get("$ref"), str)):
                return value
            value = self._at(steps_to(value))
        return None

    def _at(self, steps: tuple[str, ...]) -> Any:
        node: Any = self._document if steps else None
        for step in steps:
            if isinstance(node, dict):
                node = node.get(step)
            elif isinstance(node, list) and step.isdecimal() and int(step) < len(node):
                node = node[int(step)]
            else:
                return None
        return node

    def alone(self, schema: Any) -> Any:
        """A schema that refers to nothing outside itself: what it needs of the document stands in its `$defs`."""
        names: dict[tuple[str, ...], str] = {}
        definitions: dict[str, Any] = {}
        waiting: list[tuple[str, ...]] = []

        def copied(value: Any) -> Any:
            if isinstance(value, list):
                return [copied(each) for each in value]
            if not isinstance(value, dict):
                return value
            steps = steps_to(value)
            if not steps:
                return {key: copied(each) for key, each in value.items()}
            if steps not in names:
                names[steps] = _new_name(steps[-1], definitions)
                definitions[names[steps]] = True  # until its turn comes
                waiting.append(steps)
            # Beside a reference AsyncAPI's schemas ignore everything else.
            return {"$ref": f"#/$defs/{names[steps]}"}

        followed = self.follow(schema)
        made = copied(schema if followed is None else followed)
        while waiting:
            steps = waiting.pop()
            definitions[names[steps]] = copied(self._at(steps))
        if definitions and isinstance(made, dict):
            made = {**made, "$defs": {name: each for name, each in definitions.items() if each is not None}}
        return made


def _new_name(text: str, taken: dict[str, Any]) -> str:
    plain = "".join(letter if letter.isalnum() or letter in "_-" else "_" for letter in text)[:100] or "schema"
    name, number = plain, 1
    while name in taken:
        number += 1
        name = f"{plain}_{number}"
    return name
