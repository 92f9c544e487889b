"""The schema that editors use is made from the model, finds what is wrong, and says a word to every key."""

from __future__ import annotations

from typing import Any

import jsonschema

from bus.scenario import schema


def test_the_schema_is_current() -> None:
    assert schema.FILE.read_text(encoding="utf-8") == schema.text(), "run: python3 dev.py generate"


def test_the_schema_finds_what_is_wrong() -> None:
    checker = jsonschema.Draft202012Validator(schema.schema())
    assert not checker.is_valid({"buslens": 1, "engin": "pyee"})
    assert not checker.is_valid({"buslens": 1, "handlers": {"h": {"on": "a", "do": [{"wiat": "1s"}]}}})
    assert checker.is_valid(
        {"buslens": 1, "events": {"a": None}, "handlers": {"h": {"on": "a", "do": [{"fail": None}]}}}
    )


def test_it_is_a_schema_itself_and_says_what_it_is() -> None:
    made = schema.schema()
    jsonschema.Draft202012Validator.check_schema(made)
    assert (made["$schema"], made["title"]) == (*("https://json-schema.org/draft/2020-12/schema", "Buslens scenario"),)


def test_no_key_that_nobody_knows_is_taken_anywhere() -> None:
    open_ones = [name for name, part in schema.schema()["$defs"].items() if is_open(part)]
    assert open_ones == []


def is_open(part: dict[str, Any]) -> bool:
    """Whether an object with named keys takes others too."""
    return "properties" in part and part.get("additionalProperties") is not False
