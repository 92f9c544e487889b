"""AsyncAPI documents become scenarios that open, run and come back; hostile ones are refused soon."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bus.asyncapi.reading import scenario_from
from bus.asyncapi.writing import document_of
from bus.errors import UserError
from bus.scenario import loads
from bus.scenario.examine import examine
from bus.scenario.model import Scenario
from bus.scenario.texts import ScenarioTexts
from bus.trace import Trace
from tests.helpers.told import events as told_events
from tests.unit.bus.asyncapi.documents import SECOND, THIRD


def scenario(text: str) -> Scenario:
    made = scenario_from(text, "shop.yaml").text
    read = loads(made).scenario
    assert examine(read, ScenarioTexts(made), Path("shop.yaml")).mistakes == ()
    return read


def test_version_2_is_named_from_the_side_of_others() -> None:
    found = scenario(SECOND)
    assert (found.name, found.description) == ("Shop", "Orders")
    assert list(found.events) == ["shop/shopId/order", "mail/bill", "mail/thanks"]
    assert {name: handler.patterns for name, handler in found.handlers.items()} == {"takeOrder": ("shop/shopId/order",)}
    assert found.handlers["takeOrder"].description == "Take an order"


def test_version_3_says_what_is_answered() -> None:
    found = scenario(THIRD)
    assert list(found.events) == ["shop/shopId/order", "mail/bill", "mail/thanks", "answers"]
    assert [step.emit for step in found.handlers["takeOrder"].do] == ["answers"]  # type: ignore[attr-defined]
    assert [step.emit for step in found.script[::2]] == ["shop/shopId/order", "mail/bill", "mail/thanks"]  # type: ignore[union-attr]


@pytest.mark.parametrize("text", [SECOND, THIRD])
def test_each_event_has_its_schema_alone_and_a_payload_that_meets_it(text: str) -> None:
    found = scenario(text)
    order = found.events["shop/shopId/order"]
    assert order.sample == {"id": 7, "lines": [{"sku": "a"}]}
    assert order.schema_["properties"]["lines"]["items"] == {"$ref": "#/$defs/Line"}
    assert order.checker.problems({"id": 1, "lines": [{"parts": [{"sku": 5}]}]})
    assert found.events["mail/bill"].sample == {"total": 1}
    assert found.events["mail/thanks"].sample == "text"


def test_the_scenario_runs(run: Callable[[str], Trace]) -> None:
    text = scenario_from(THIRD, "").text.replace("buslens: 1\n", "").replace("name: Shop\n", "")
    assert told_events(run(text)) == ["shop/shopId/order", "answers", "mail/bill", "mail/thanks"]


@pytest.mark.parametrize("text", [SECOND, THIRD])
def test_what_was_written_comes_back_as_it_was(text: str) -> None:
    first = scenario(text)
    document = document_of(first)
    again = scenario(json.dumps(document))
    assert {name: (event.schema_, event.sample) for name, event in again.events.items()} == {
        name: (event.schema_, event.sample) for name, event in first.events.items()
    }
    assert {name: each.patterns for name, each in again.handlers.items()} == {
        name: each.patterns for name, each in first.handlers.items()
    }
    assert document_of(again)["components"] == document["components"]


@pytest.mark.parametrize(
    ("message", "note"),
    [
        ("{schemaFormat: 'application/vnd.apache.avro;version=1.9.0', payload: {type: record}}", "avro"),
        ("{payload: {schemaFormat: application/vnd.google.protobuf, schema: x}}", "protobuf"),
        ("{$ref: 'other.yaml#/message'}", "other.yaml#/message leads nowhere in this document"),
        ("{payload: {type: nonsense}}", "its schema is left out: expected one of"),
        ("{payload: {$ref: 'https://example.org/s.json'}}", "points outside"),
        ("{payload: {type: integer}, examples: [{payload: x}]}", "its example breaks its own schema"),
        ("{payload: {type: string, pattern: '^[0-9]{9}$'}}", "no payload was found that its schema allows"),
    ],
)
def test_what_is_left_out_is_said(message: str, note: str) -> None:
    made = scenario_from(f"asyncapi: 2.6.0\nchannels: {{a: {{publish: {{message: {message}}}}}}}\n", "x")
    assert any(note in each for each in made.notes), made.notes
    assert list(loads(made.text).scenario.events) == ["a"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "x:1:1: the file is empty"),
        ("openapi: 3.0.0", "x:1:1: this is not an AsyncAPI document: the key asyncapi is missing"),
        ("asyncapi: 3", "the key asyncapi is missing"),
        ("asyncapi: 1.2.0", "AsyncAPI 1.2.0 is not known here"),
        ("asyncapi: [", "x:1:"),
        ("a: &a [*a]", "x:1:"),
    ],
)
def test_what_is_no_document_is_refused_with_its_place(text: str, told: str) -> None:
    with pytest.raises(UserError) as caught:
        scenario_from(text, "x")
    assert told in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "asyncapi: 3.0.0\nchannels: 5\noperations: [1]\n",
        "asyncapi: 3.0.0\nchannels: {a: 1, b: {messages: [1]}, c: {messages: {m: 5}}}\noperations: {o: {action: x}}\n",
        "asyncapi: 2.0.0\nchannels: {a: {publish: {message: {oneOf: [1, null, {}]}}}, '': {}}\n",
        "asyncapi: 3.0.0\nchannels: {a: {$ref: '#/channels/b'}, b: {$ref: '#/channels/a'}}\n",
        "asyncapi: 3.0.0\nchannels: {a: {messages: {m: {payload: {$ref: '#/channels/a/messages/m/payload'}}}}}\n",
        "asyncapi: 3.0.0\nchannels: {a: {messages: {m: {payload: {allOf: [$ref: '#/x']}}}}}\nx: {not: {$ref: '#/x'}}\n",
        "asyncapi: 3.0.0\nchannels: {a: {messages: {m: {payload: {type: array, minItems: 1000000000}}}}}\n",
        "asyncapi: 3.0.0\nchannels: {a: {messages: {m: {payload: {type: string, minLength: 1000000000}}}}}\n",
    ],
)
def test_a_document_of_the_wrong_shape_gives_a_scenario_that_opens_all_the_same(text: str) -> None:
    loads(scenario_from(text, "x").text)
