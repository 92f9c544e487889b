"""Rules as a file says them: what is right is read, what is wrong is told with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from bus.errors import UserErrors
from bus.scenario import loads
from bus.scenario.examine import examine
from bus.scenario.rules import RULES, parse_rate
from bus.scenario.texts import ScenarioTexts

HEAD = """buslens: 1
events: {a: {}, b: {}}
handlers: {h: {on: a}}
expect:
  - """


@pytest.mark.parametrize(
    "rule",
    [
        "{never: b, if: event.payload.id > 1}",
        "{never: b, after: a, by: [id, 'customer.id']}",
        "{always: a, holds: 'has(event.payload.id)'}",
        "{eventually: b, within: 2min}",
        "{each: a, leads_to: [a, b], within: 5ms, by: 'items[0].id'}",
        "{each: a, ends_in: [b]}",
        "{in_order: [a, b]}",
        "{handled_in_order: h, by: id}",
        "{at_least_once: b, for: a}",
        "{bounded: latency, p50: 5ms, longest: 1s}",
        "{bounded: queue, handler: h, most: 0}",
        "{bounded: rate, least: 0.5/min, most: 100/h}",
        "{no_rows: SELECT 1, title: none}",
        "{no_problems: hint, except: [capture]}",
    ],
)
def test_a_rule_is_read(rule: str) -> None:
    (read,) = loads(HEAD + rule).scenario.expect
    assert type(read) in RULES.values()


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("{never: b, by: id}", "expected after beside by: what belongs to what"),
        ("{always: a}", "5:5: the key holds is missing here"),
        ("{always: a, holds: event.payload.}", "not an expression"),
        ("{always: a, holds: a > 1, whenever: 1}", "unknown key whenever"),
        ("{eventualy: b}", "5:6: unknown key eventualy (did you mean eventually?)"),
        ("{each: a, leads_to: c}", "no event c"),
        ("{in_order: [a]}", "expected at least 2"),
        ("{in_order: a}", "expected a list"),
        ("{handled_in_order: g}", "no handler g"),
        ("{each: a, ends_in: [b], within: soon}", "expected a time such as"),
        ("{exactly_once: a, by: ''}", "expected the path of a field, such as id or customer.id"),
        ("{exactly_once: a, by: 'id['}", "expected the path of a field"),
        ("{bounded: latency}", "expected p50, p95, p99 or longest beside bounded: latency"),
        ("{bounded: latency, most: 3}", "expected p50, p95, p99 or longest beside bounded: latency"),
        ("{bounded: queue, most: 3/s}", "expected most: and a number of calls beside bounded: queue"),
        ("{bounded: queue, p99: 3s}", "expected most beside bounded: queue"),
        ("{bounded: rate, most: 3}", "expected most or least and a rate such as 20/s"),
        ("{bounded: rate, most: 3/year}", "expected a rate such as 20/s, 5/min or 100/h"),
        ("{bounded: rate, handler: h, most: 3/s}", "expected an event, not a handler, beside bounded: rate"),
        ("{bounded: width, most: 3}", "expected latency, duration, waiting, queue or rate, found 'width'"),
        ("{no_problems: fatal}", "expected hint, warning or error, found 'fatal'"),
        ("7", "expected a mapping"),
    ],
)
def test_a_wrong_rule_is_told_with_its_place(rule: str, told: str) -> None:
    with pytest.raises(UserErrors) as caught:
        loads(HEAD + rule, "x.yaml")
    assert any(told in str(error) for error in caught.value.errors), [str(error) for error in caught.value.errors]


@pytest.mark.parametrize(
    ("text", "rate"),
    [("20/s", (20, 10**9)), ("0.5/min", (0.5, 60 * 10**9)), ("3 / ms", (3, 10**6)), ("0/h", (0, 3600 * 10**9))],
)
def test_a_rate(text: str, rate: tuple[float, int]) -> None:
    assert parse_rate(text) == rate


@pytest.mark.parametrize("text", ["20", "s", "20/", "-1/s", "inf/s", "nan/s", "1e13/s", "", None])
def test_no_rate(text: object) -> None:
    with pytest.raises(ValueError, match="expected a rate"):
        parse_rate(text)


def test_a_name_that_no_condition_knows_is_a_mistake(tmp_path: Path) -> None:
    text = HEAD + "{always: a, holds: evnt.payload.id > counters.x}"
    found = examine(loads(text).scenario, ScenarioTexts(text), Path("x.yaml"))
    assert [str(each) for each in found.mistakes] == [
        "x.yaml:5:24: there is no evnt here, there is event; did you mean event?",
        "x.yaml:5:42: there is no counters here, there is event",
    ]
