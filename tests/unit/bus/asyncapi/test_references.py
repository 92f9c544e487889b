"""References inside a document: followed, bounded, and schemas that stand alone."""

from __future__ import annotations

from bus.asyncapi.references import References, steps_to

DOCUMENT = {
    "a": {"$ref": "#/b~1c"}, "b/c": {"$ref": "#/list/1"}, "list": [0, {"x": 1}], "loop": {"$ref": "#/loop"},
    "tree": {"type": "object", "properties": {"child": {"$ref": "#/tree"}, "leaf": {"$ref": "#/list/1"}}},
}  # fmt: skip


def test_a_reference_is_followed_to_what_it_means() -> None:
    assert References(DOCUMENT).follow({"$ref": "#/a"}) == {"x": 1}
    assert References(DOCUMENT).follow(5) == 5


def test_what_leads_nowhere_or_in_a_circle_or_outside_is_nothing() -> None:
    for target in ("#/loop", "#/none", "#/list/9", "#/list/x", "#", "other.yaml#/a", "https://example.org"):
        assert References(DOCUMENT).follow({"$ref": target}) is None


def test_steps_of_a_pointer() -> None:
    assert steps_to({"$ref": "#/channels/a~1b%20c~0"}) == ("channels", "a/b c~")
    assert steps_to({"$ref": 5}) == steps_to(None) == steps_to({}) == ()


def test_a_schema_stands_alone_with_what_it_needs() -> None:
    alone = References(DOCUMENT).alone({"$ref": "#/tree"})
    assert alone["properties"] == {"child": {"$ref": "#/$defs/tree"}, "leaf": {"$ref": "#/$defs/1"}}
    assert alone["$defs"]["1"] == {"x": 1}
    assert alone["$defs"]["tree"]["properties"]["child"] == {"$ref": "#/$defs/tree"}
