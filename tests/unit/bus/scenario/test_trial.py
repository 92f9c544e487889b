"""What would end a script, or fail in every call, is said before any run, where it stands; and nothing else is."""

from __future__ import annotations

import math

import pytest

from bus import scenario
from bus.engines import ENGINES
from bus.workers import INLINE, KINDS
from tests.helpers.live import Live

HEAD = """\
buslens: 1
engine: {engine}
events:
  a: {{sample: {{id: 1}}}}
  b: {{schema: {{type: object, required: [id]}}}}
handlers:
  h: {{on: a, do: [{{count: seen}}]}}
script:
"""


def mistakes(text: str) -> list[str]:
    return [str(each) for each in scenario.loads(text, "s.yaml").examined().mistakes]


def script(*steps: str, engine: str = "pyee") -> str:
    return HEAD.format(engine=engine) + "".join(f"- {step}\n" for step in steps)


def with_step(step: str, more: str = "", engine: str = "pyee") -> str:
    head = HEAD.format(engine=engine).replace("{count: seen}", step).replace("{on: a,", f"{{on: a, {more}")
    return head + "- {emit: a}\n"


@pytest.mark.parametrize(
    ("steps", "place", "says"),
    [
        (["{emit: a, with: {n: \"${'a'.upper()}\"}}"], "9:30", "there is no function upper"),
        (["{repeat: 2, do: [{repeat: 1, do: [{emit: a, with: {x: [{y: $event}]}}]}]}"], "9:63", "no event here"),
        (["{emit: a, if: count}"], "9:17", "expected true or false, found 1"),
        (["{emit: a, if: 1 / 0 > 1}"], "9:17", "it divides by zero"),
        (["{emit: a, with: {n: '$10 / (3 - count)'}, times: 5}"], "9:25", "it divides by zero, when count is 3"),
        (
            ["{repeat: 5, do: [{emit: a, with: {n: '$10 / (3 - count)'}}]}"],
            "9:42",
            "it divides by zero, when count is 3",
        ),
        (["{emit: b, if: count > 2, with: {x: 1}, times: 5}"], "9:34", "b cannot be emitted so"),
        (["{emit: b, at: 1s, with: {}}"], "9:27", "b cannot be emitted so"),
        (["{emit: b}"], "9:10", "b is emitted without a payload and has no sample: $: null is not of type 'object'"),
        (["{emit: a, with: {n: $counters.seen}}"], "9:24", "there is no seen"),
        (["{emit: a}", "{emit: a, with: {n: $counters.sen}}"], "10:33", "no step counts sen; did you mean seen?"),
        (["{emit: a, with: {n: $count * 1.5}}"], "9:24", "an operation does not fit its values"),
        (["{emit: a, with: {n: \"$int('x')\"}}"], "9:25", "int(…) cannot read this value"),
    ],
)
def test_a_script_that_would_end_is_refused_by_validate_and_by_the_run(
    live: Live, steps: list[str], place: str, says: str
) -> None:
    text = script(*steps)
    (line,) = mistakes(text)
    assert line.startswith(f"s.yaml:{place}: "), line
    assert says in line
    session = live(text.removeprefix("buslens: 1\n"))
    session.start(speed=math.inf)
    assert session.wait(60)
    assert "the script cannot go on" in session.engine_state.message


@pytest.mark.parametrize(
    "steps",
    [
        ["{emit: b, if: count > 9, with: {x: 1}, times: 5}"],
        ["{emit: a}", "{emit: a, with: {n: $counters.seen}}"],
        ["{emit: a, at: 5s, with: {n: $counters.seen}}", "{emit: a}"],
        ["{emit: a, with: {n: '$double(count) * 1.5', t: \"$timestamp('2026-11-28T00:00:00Z')\"}, times: 3}"],
        ["{emit: b, with: {id: $count}, times: 1000000}"],
    ],
)
def test_a_script_that_can_run_is_fine(steps: list[str]) -> None:
    assert mistakes(script(*steps)) == []


@pytest.mark.parametrize(
    ("steps", "untried"),
    [
        (["{emit: a, with: {n: 1}, times: 100000}"], 0),
        (["{emit: a, with: {n: $count}, times: 500}"], 0),
        (["{emit: a, with: {n: '$10 / (700 - count)'}, times: 700}"], 200),
        (["{repeat: 30, do: [{repeat: 30, do: [{emit: a, if: count > 3}]}]}"], 400),
        (["{emit: a, with: {n: $count}, times: 500}"] * 5, 500),
        (["{emit: a}", "{emit: a, with: {n: $counters.seen + count}, times: 9000}"], 0),
    ],
)
def test_emits_that_were_not_tried_are_counted(steps: list[str], untried: int) -> None:
    found = scenario.loads(script(*steps), "s.yaml").examined()
    assert (found.mistakes, found.untried) == ((), untried)


@pytest.mark.parametrize(
    ("rhythm", "is_expected"),
    [
        ("rate: poisson 1000/s, for: 2s", True),
        ("every: exponential 1ms, for: 2s", True),
        ("rate: 1000/s, for: 2s", False),
        ("every: 1ms, for: 2s", False),
        ("rate: poisson 1000/s, times: 2000", False),
    ],
)
def test_where_chance_decides_how_many_emits_there_are_their_number_is_what_is_to_be_expected(
    rhythm: str, is_expected: bool
) -> None:
    found = scenario.loads(script(f"{{emit: a, with: {{n: $count}}, {rhythm}}}"), "s.yaml").examined()
    assert 1_400 < found.untried < 1_600
    assert found.untried_is_expected == is_expected


@pytest.mark.parametrize("worker", [INLINE, *KINDS])
@pytest.mark.parametrize("engine", ["pyee", *(name for name, spec in ENGINES.items() if not spec.is_embedded)])
@pytest.mark.parametrize(
    ("step", "says"),
    [
        ("{log: '${foo(1)}'}", "there is no function foo"),
        ("{fail: {if: count}}", "every call fails here: count: expected true or false, found 1"),
        ("{log: '${1 / 0}'}", "every call fails here: 1 / 0: it divides by zero"),
        ("{once: [{once: [{emit: a, with: {x: $evnt}}]}]}", "did you mean event?"),
        ("{python: 'x =='}", "this is not Python"),
    ],
)
def test_a_step_that_fails_in_every_call_is_found_wherever_its_calls_run(
    worker: str, engine: str, step: str, says: str
) -> None:
    (line,) = mistakes(with_step(step, f"worker: {worker}, ", engine))
    assert line.startswith("s.yaml:7:")
    assert says in line


@pytest.mark.parametrize(
    "step",
    [
        "{fail: {if: event.payload}}",
        "{fail: {if: 100 / (count - 1) > 2}}",
        "{log: '${event}'}",
        "{log: '${event.name.size()} ${event.payload.missing}'}",
        "{fail: {if: event.name == 'a'}}",
        "{python: 'emit(\"a\", event.payload)'}",
    ],
)
def test_a_step_that_may_work_is_fine(step: str) -> None:
    assert mistakes(with_step(step)) == []


def test_what_a_handler_emits_without_a_payload_may_be_refused() -> None:
    (line,) = [str(each) for each in scenario.loads(with_step("{emit: b}"), "s.yaml").examined().warnings]
    assert "every call fails here, for b is emitted without a payload and has no sample" in line


def test_celery_makes_the_attempts_where_the_engine_makes_none() -> None:
    found = scenario.loads(with_step("{log: x}", "worker: celery, attempts: 2, "), "s.yaml").examined()
    assert found.warnings == ()
    (line,) = scenario.loads(with_step("{log: x}", "worker: thread, attempts: 2, "), "s.yaml").examined().warnings
    assert "the engine pyee passes over attempts" in str(line)
