"""What is made ready once: emits that are the same each time, and those that are not."""

from __future__ import annotations

from bus.behaviour.places import Lines
from bus.kernel.plans import PlannedHandler
from bus.scenario import loads
from buslens.records import Outcome
from tests.helpers.two_levels import recorded

TEXT = """
buslens: 1
events: {a: {sample: {n: 1}}, b: {schema: {type: object}}}
handlers:
  h:
    on: [a, "b*"]
    do:
      - emit: b
        with: {fixed: [1, 2]}
      - emit: b
        with: {n: $count}
      - emit: b
        with: 7
      - wait: 1ms..2ms
script: [{emit: a}]
"""


def test_an_emit_without_an_expression_is_made_once() -> None:
    document = loads(TEXT)
    plan = PlannedHandler("h", document.scenario.handlers["h"], document.scenario, Lines(document))
    fixed, drawn, refused, waits = plan.steps
    assert fixed.emit is not None
    assert fixed.emit.carried == ({"fixed": [1, 2]},)
    assert drawn.emit is None
    assert refused.emit is None  # its payload is not what the schema wants, which is told in each call
    assert waits.wait is not None
    assert plan.heard == ["a", "b"]


def test_a_payload_that_its_schema_refuses_fails_the_call() -> None:
    _, ours = recorded(TEXT.replace('[a, "b*"]', "a"))
    assert ours.calls.outcome.tolist() == [Outcome.FAILED]
