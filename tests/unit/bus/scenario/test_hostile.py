"""Files that are made to do harm: each is a mistake in words, at once, and takes no memory."""

from __future__ import annotations

import pytest

from bus.errors import UserErrors
from bus.scenario import loads
from bus.scenario.expressions import MOST_COPIED, ExpressionError, compile_expression
from bus.scenario.steps import MOST_TIMES

MOST = round(MOST_COPIED ** (1 / 3))
"""Values through which one may walk in a list inside of a list of as many."""

NESTED = "event.payload.map(a, event.payload.map(b, a + b))"


def mistake(text: str) -> str:
    with pytest.raises(UserErrors) as caught:
        loads(f"buslens: 1\nevents: {{a: {{}}}}\n{text}\n", "shop.yaml")
    return str(caught.value)


def script(step: str) -> str:
    return f"script:\n  - {step}"


@pytest.mark.parametrize(
    "step",
    [
        "{repeat: 10000000, do: [{repeat: 10000000, do: [{mark: x}]}]}",
        "{repeat: 10000000, users: 2, do: [{wait: 0ms}]}",
        "{repeat: 10000, do: [{emit: a, times: 10000}]}",
        "{repeat: 1001, do: [{repeat: 1001, do: [{emit: a}, {mark: x}, {mark: y}, {mark: z}, {emit: a, times: 6}]}]}",
    ],
)
def test_repetitions_inside_repetitions_are_counted_before_anything_runs(step: str) -> None:
    told = mistake(script(step))
    assert told.startswith("shop.yaml:4:14: expected at most 10000000 steps in all")


def test_steps_one_after_another_count_together_and_each_emit_is_one() -> None:
    told = mistake(f"script: [{{emit: a, times: {MOST_TIMES}}}, {{emit: a}}]")
    assert f"expected at most 10000000 steps in all, these are {MOST_TIMES + 1}" in told


def test_as_many_steps_as_are_allowed_are_no_mistake() -> None:
    loads(f"buslens: 1\nevents: {{a: {{}}}}\nscript: [{{repeat: {MOST_TIMES}, do: [{{emit: a}}]}}]\n")


def test_a_list_inside_a_list_is_walked_through_while_both_are_short() -> None:
    assert compile_expression(NESTED)({"event": {"payload": [1, 2]}}) == [[2, 3], [3, 4]]


@pytest.mark.parametrize("payload", [list(range(MOST + 1)), [[0] * 50] * 100, [{"n": 1}] * MOST])
def test_where_they_are_long_the_expression_fails_at_once(payload: list[object]) -> None:
    with pytest.raises(ExpressionError, match="walks through one list inside of another"):
        compile_expression(NESTED)({"event": {"payload": payload}})


@pytest.mark.parametrize(
    "text",
    [
        "event.payload.map(a, a != ')' && event.payload.exists(b, a == b))",
        "event.payload.map(a, a != r'\\' && event.payload.exists(b, b != ')'))",
        'event.payload.map(a, """)""" == a || event.payload.exists(b, a == b))',
        "event.payload.map(a, a > 0 // )\n && event.payload.exists(b, a == b))",
        "event.payload.map(a, event.payload.existsOne(b, a == b))",
        "event.payload. // the items\nmap(a, event.payload. // again\nmap(b, b))",
    ],
)
def test_neither_a_text_nor_a_comment_hides_that_one_walk_stands_inside_of_another(text: str) -> None:
    with pytest.raises(ExpressionError, match="walks through one list inside of another"):
        compile_expression(text)({"event": {"payload": list(range(MOST + 1))}})


def test_walks_are_counted_as_the_parser_sees_them() -> None:
    hidden = "event.payload. //\nall(a, event.payload. //\nall(b, event.payload. //\nall(c, true)))"
    with pytest.raises(ValueError, match="walks through lists more than 2 times"):
        compile_expression(hidden)
    assert compile_expression("'a.map( b.map( c.map(' + event.name")({"event": {"name": "x"}}).endswith("x")


def test_long_lists_that_stand_in_the_expression_are_refused_when_the_file_is_read() -> None:
    numbers = ",".join("0" * (MOST + 1))
    with pytest.raises(ValueError, match="walks through one list inside of another"):
        compile_expression(f"[{numbers}].map(a, [1].map(b, a))")


@pytest.mark.parametrize(
    "text",
    [
        "event.payload.all(a, a in event.payload)",
        "event.payload.all(a, a < size(event.payload))",
        "event.payload.map(a, a + 1)",
        "event.payload.exists(a, counters.seen > a) // event",
    ],
)
def test_a_walk_that_reads_all_again_for_each_value_is_refused_where_they_are_many(text: str) -> None:
    evaluate, most = compile_expression(text), round(MOST_COPIED**0.5)
    evaluate({"event": {"payload": [1, 2]}, "counters": {"seen": 9}})
    with pytest.raises(ExpressionError, match=f"that is too much of {most + 5} values, {most} of them in one list"):
        evaluate({"event": {"payload": list(range(most))}, "counters": {"seen": 9}})


def test_a_reply_counts_as_an_event_does_where_a_walk_reads_it_again() -> None:
    evaluate, most = compile_expression("reply.payload.all(a, a < size(reply.payload))"), round(MOST_COPIED**0.5)
    assert evaluate({"reply": {"payload": [0, 1]}})
    with pytest.raises(ExpressionError, match="reads all that there is again for each value of a list"):
        evaluate({"reply": {"payload": list(range(most))}})


def test_a_short_list_beside_many_values_may_be_walked_through() -> None:
    event = {"payload": {"few": [1, 2, 3], "many": [[0] * 100] * 200, "least": 0}}
    assert compile_expression("event.payload.few.all(a, a > event.payload.least)")({"event": event})


def test_a_walk_that_reads_each_value_once_may_be_of_any_length() -> None:
    evaluate = compile_expression("event.payload.all(a, a >= 0 && a != count && 'event' != ')')")
    assert evaluate({"event": {"payload": list(range(10_000))}, "count": -1})


def test_two_walks_one_after_the_other_may_be_long() -> None:
    evaluate = compile_expression("event.payload.filter(a, a > 500).map(b, b + 1)")
    assert len(evaluate({"event": {"payload": list(range(1_000))}})) == 499


@pytest.mark.parametrize(
    "schema",
    [
        "{type: array, uniqueItems: true, minItems: 1000, items: {enum: [1, 2]}}",
        "{$ref: '#/$defs/n', $defs: {n: {type: object, required: [n], properties: {n: {$ref: '#/$defs/n'}}}}}",
        "{type: string, pattern: '^(a+)+$', minLength: 100000}",
        "{type: string, minLength: 100000000}",
        "{type: array, minItems: 100000000}",
        "{not: {}}",
    ],
)
def test_a_schema_that_no_payload_can_be_drawn_for_is_told_by_validate(schema: str) -> None:
    text = f"buslens: 1\nevents: {{a: {{schema: {schema}}}}}\nscript: [{{emit: a, generate: true}}]\n"
    (told,) = loads(text, "shop.yaml").examined().mistakes
    assert "a: no payload was found that the schema takes" in str(told)
    assert len(str(told)) < 1_000
