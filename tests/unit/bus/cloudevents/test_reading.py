"""CloudEvents become a scenario that emits them again, with their times between them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.cloudevents.reading import looks_like_cloudevents, scenario_from
from bus.errors import UserError
from bus.export.cloudevents import event_of
from bus.scenario import loads
from bus.scenario.expressions import compile_value
from bus.trace import Trace
from tests.helpers.told import events as told_events
from tests.helpers.told import payloads


def event(number: int, **more: Any) -> dict[str, Any]:
    return {"specversion": "1.0", "id": str(number), "source": "/shop", "type": "order.placed", **more}


def replay(text: str, run: Callable[[str], Trace]) -> Trace:
    return run(scenario_from(text, "x").text.replace("buslens: 1\n", ""))


def test_a_batch_is_emitted_again_at_its_times(run: Callable[[str], Trace]) -> None:
    batch = [
        event(2, time="2026-01-01T00:00:01.5Z", data={"id": 2}),
        event(1, time="2026-01-01T01:00:00+01:00", data={"id": 1}, type="order.begun"),
    ]
    trace = replay(json.dumps(batch), run)
    assert told_events(trace) == ["order.begun", "order.placed"]
    assert payloads(trace) == [{"id": 1}, {"id": 2}]
    assert int(trace.dispatches.emitted_ns[1] - trace.dispatches.emitted_ns[0]) == 1_500_000_000


def test_one_event_and_one_a_line_are_read_too(run: Callable[[str], Trace]) -> None:
    assert told_events(replay(json.dumps(event(1), indent=2), run)) == ["order.placed"]
    lines = "\n".join(json.dumps(event(number)) for number in range(3)) + "\n\n"
    assert told_events(replay(lines, run)) == ["order.placed"] * 3


PLAIN = st.none() | st.booleans() | st.integers() | st.text()
JSON = st.recursive(PLAIN, lambda each: st.lists(each) | st.dictionaries(st.text(), each), max_leaves=8)


@given(JSON)
def test_a_payload_means_itself_or_is_said_to_be_left_out(data: Any) -> None:
    made = scenario_from(json.dumps(event(1, data=data)), "x")
    (step,) = loads(made.text).scenario.script
    if not any("is left out" in note for note in made.notes):
        assert compile_value(step.with_)({}) == data  # type: ignore[union-attr]


@pytest.mark.parametrize("text", ["$5", "$$", "${x}", "a ${b} c", 'say "${x}" \\ \n'])
def test_dollars_are_no_expressions(text: str, run: Callable[[str], Trace]) -> None:
    assert payloads(replay(json.dumps(event(1, data={"t": text})), run)) == [{"t": text}]


def test_what_is_left_out_is_said() -> None:
    made = scenario_from(json.dumps([event(1, data_base64="AAAA"), event(2, data={"n": 1 << 70})]), "x")
    assert "carries bytes (data_base64)" in made.notes[1] or "carries bytes (data_base64)" in made.notes[0]
    assert any("more than 63 bits" in note for note in made.notes)
    assert any("not every event has a time" in note for note in made.notes)


def test_what_is_too_much_for_a_scenario_is_cut_and_said() -> None:
    made = scenario_from(json.dumps([event(number, data={"text": "x" * 1000}) for number in range(2000)]), "x")
    assert any("of 2000 events are taken" in note for note in made.notes)
    assert 200 <= len(loads(made.text).scenario.script) < 2000


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"a": }', "x:1:7: this is not JSON"),
        ("[]", "there is no event in this file"),
        ("[1]", "expected a CloudEvent"),
        ('{"id": "1", "specversion": "1.0", "type": "a"}', "it has no source"),
        ('{"id": "1", "specversion": "0.3", "type": "a", "source": "b"}', "CloudEvents 0.3 is not known here"),
        ('{"id": NaN}', "this is not JSON"),
        ("[" * 100_000, "this is not JSON"),
    ],
)
def test_what_is_no_event_is_refused_with_its_place(text: str, told: str) -> None:
    with pytest.raises(UserError) as caught:
        scenario_from(text, "x")
    assert told in str(caught.value)


def test_they_are_known_by_their_version() -> None:
    assert looks_like_cloudevents(json.dumps([event(1)]))
    assert not looks_like_cloudevents('{"asyncapi": "3.0.0"}')


def test_what_we_write_is_emitted_again(run: Callable[..., Trace]) -> None:
    first = run("events: {a.b: {}, c: {}}\nhandlers: {h: {on: a.b, do: [{emit: c, with: {n: 1}}]}}\n"
                "script: [{emit: a.b, with: {id: $count}, times: 3, every: 250ms}]", speed=20.0)  # fmt: skip
    written = [event_of(first, row) for row in range(len(first.dispatches))]
    second = replay(json.dumps(written), run)
    assert told_events(second) == told_events(first)
    assert payloads(second) == payloads(first)
    times = [trace.dispatches.emitted_ns - trace.dispatches.emitted_ns[0] for trace in (first, second)]
    assert times[0].tolist() == times[1].tolist()
