"""Names, functions and fields of expressions that are nowhere: found before a run, at their letter."""

from __future__ import annotations

import pytest

from bus.scenario import expressions, names_used
from bus.scenario.names_used import IN_HANDLERS, IN_SCRIPT, unknown

SEEN = {
    "event": {"name": "order.placed", "payload": {"id": 7, "items": [1, 2], "at": "2026-11-28T10:00:00Z"}},
    "count": 3,
    "counters": {"uploads": 2},
}


def said(text: str, variables: tuple[str, ...] = IN_HANDLERS) -> list[tuple[int, str]]:
    return list(unknown(text, variables, frozenset({"uploads"})))


@pytest.mark.parametrize(
    ("text", "offset", "says"),
    [
        ("'a'.upper()", 4, "there is no function upper behind a dot"),
        ("event.payload.name.startWith('a')", 19, "did you mean startsWith?"),
        ("event.payload.items.map(x, x.trim())", 29, "there is no function trim behind a dot"),
        ("foo(1)", 0, "there is no function foo"),
        ("1 + strin(2)", 4, "did you mean string?"),
        ("startsWith(event.name, 'a')", 0, "stands behind a value and a dot"),
        ("event.payload.id.string()", 17, "string stands before its value"),
        ("size()", 0, "size takes one value"),
        ("int(1, 2)", 0, "int takes one value"),
        ("event.name.contains('a', ['b', 'c'])", 11, "contains takes one value in its brackets, found 2"),
        ("[1].map(x)", 4, "map takes 2 or 3 values in its brackets, found 1"),
        ("evnt.name", 0, "did you mean event?"),
        ("event.payloda.id", 6, "an event has no payloda"),
        ("event['nam']", 6, "an event has no nam"),
        ("event[0]", 6, "an event has no 0"),
        ("event.name.first", 10, "event.name is a text: it has no first"),
        ("event['name'][0]", 13, "event.name is a text: it has no items"),
        ("count.x", 5, "count is a whole number"),
        ("count[0]", 5, "count is a whole number"),
        ("count.size()", 5, "count is a whole number"),
        ("counters.upload", 9, "no step counts upload; did you mean uploads?"),
        ("counters['none']", 9, "no step counts none"),
        ("counters.uploads.x", 16, "counters.uploads is a whole number"),
    ],
)
def test_what_is_nowhere_is_found_at_its_letter_and_fails_when_it_is_evaluated(
    text: str, offset: int, says: str
) -> None:
    found = said(text)
    assert [at for at, _problem in found][:1] == [offset], found
    assert says in found[0][1]
    with pytest.raises(expressions.ExpressionError):
        expressions.compile_expression(text)(SEEN)


@pytest.mark.parametrize(
    "text",
    [
        "event.name.size() + size(event.payload.items)",
        "event['payload']['id'] == 7 && event.payload.items[0] == 1",
        "event.payload.items.map(event2, event2 + count)",
        "event.payload.items.filter(x, x > 1).exists(y, y == 2)",
        "timestamp(event.payload.at).getFullYear() > 2000",
        "duration('90s').getMinutes() == 1",
        "has(event.payload.nothing) || has(counters.nothing) || counters.uploads == 2",
        "counters['up' + 'loads']",
        "optional.of(1).orValue(2)",
        "'upper() event.nothing foo(1)' != r\"count.x\" // foo()",
        "'''it's count.x''' == 'x'",
        "event . name == 'x'",
        "type(count) == int",
        "[1, 2].all(x, x in [1, 2, 3]) ? {'a': 1}.a : 2",
    ],
)
def test_what_is_there_is_found_and_can_be_evaluated(text: str) -> None:
    assert said(text) == []
    expressions.compile_expression(text)(SEEN)


def test_every_function_that_is_said_to_be_there_is_there() -> None:
    values = {"timestamp": "'2026-11-28T10:00:00Z'", "duration": "'1s'", "size": "'a'", "bytes": "'a'"}
    for name in names_used.FUNCTIONS - {"has"}:
        expressions.compile_expression(f"{name}({values.get(name, '1')})")({})


def test_the_script_has_no_event() -> None:
    assert [problem for _at, problem in said("{'x': [event.payload]}", IN_SCRIPT)] == [
        "there is no event here: what is emitted from the script is the first of its flow"
    ]
