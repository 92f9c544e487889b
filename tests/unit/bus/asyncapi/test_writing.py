"""A scenario as an AsyncAPI 3.0 document."""

from __future__ import annotations

from bus.asyncapi.writing import document_of
from bus.scenario import loads

TEXT = """buslens: 1
name: Shop
events:
  order.placed:
    description: An order
    schema:
      {type: object, properties: {lines: {$ref: '#/$defs/Line'}, next: {$ref: '#'}}, $defs: {Line: {type: string}}}
    sample: {lines: a}
  order.paid: {schema: {$ref: '#/$defs/Line', $defs: {Line: {type: string}}}}
  order/größe: {schema: {$ref: '#/$defs/Line', $defs: {Line: {type: integer}}}}
handlers:
  charge: {on: order.*, description: Takes money, do: [{emit: order/größe, with: 1}]}
  mail: {on: order.paid}
script: [{emit: order.placed}]
"""


def test_events_are_channels_with_one_message() -> None:
    document = document_of(loads(TEXT).scenario)
    assert document["asyncapi"] == "3.0.0"
    assert document["info"] == {"title": "Shop", "version": "1.0.0"}
    assert {key: each["address"] for key, each in document["channels"].items()} == {
        "order.placed": "order.placed", "order.paid": "order.paid", "order_gr__e": "order/größe",
    }  # fmt: skip
    message = document["components"]["messages"]["order.placed"]
    assert message["examples"] == [{"payload": {"lines": "a"}}]
    assert message["summary"] == "An order"


def test_definitions_are_shared_where_they_are_the_same_and_apart_where_not() -> None:
    schemas = document_of(loads(TEXT).scenario)["components"]["schemas"]
    assert schemas["order.placed"]["properties"] == {
        "lines": {"$ref": "#/components/schemas/Line"}, "next": {"$ref": "#/components/schemas/order.placed"},
    }  # fmt: skip
    assert schemas["order.paid"] == {"$ref": "#/components/schemas/Line"}
    assert schemas["order_gr__e"] == {"$ref": "#/components/schemas/Line-2"}
    assert (schemas["Line"], schemas["Line-2"]) == ({"type": "string"}, {"type": "integer"})


def test_handlers_receive_and_what_is_emitted_is_sent() -> None:
    operations = document_of(loads(TEXT).scenario)["operations"]
    received = {name: each["channel"]["$ref"] for name, each in operations.items() if each["action"] == "receive"}
    sent = {each["channel"]["$ref"] for each in operations.values() if each["action"] == "send"}
    assert received == {
        "charge.order.placed": "#/channels/order.placed", "charge.order.paid": "#/channels/order.paid",
        "mail": "#/channels/order.paid",
    }  # fmt: skip
    assert sent == {"#/channels/order.placed", "#/channels/order_gr__e"}
    assert operations["charge.order.paid"]["x-buslens-handler"] == "charge"
