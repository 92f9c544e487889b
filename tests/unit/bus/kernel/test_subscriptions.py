"""Who is subscribed in the kernel, and what who comes late is given."""

from __future__ import annotations

import pytest

from buslens.records import Outcome
from tests.helpers.two_levels import recorded

TEXT = (
    "buslens: 1\nengine: {engine}\nevents: {{a: {{last_value: true, {said}}}, b: {{}}}}\n"
    "faults: [{{absent: h, for: 5ms}}]\n"
    "script: [{{emit: a, with: 1}}, {{emit: a, with: 2}}, {{wait: 9ms}}, {{emit: b}}]\n"
    "handlers:\n  h: {{on: a, do: [{{log: 'got ${{event.payload}}'}}, {{fail: {{every: 2}}}}]}}\n"
    "  once: {{on: [a, b], once: true}}\n"
)


@pytest.mark.parametrize("engine", ["pyee", "pyee-asyncio"])
def test_who_comes_late_gets_the_last_value(engine: str) -> None:
    _, ours = recorded(TEXT.format(engine=engine, said=""))
    said = [ours.marks.text(row) for row in range(len(ours.marks))]
    assert "got 2" in said
    assert any(line.startswith("replay: h comes late and gets the last a, emitted 5 ms ago") for line in said)


@pytest.mark.parametrize("engine", ["pyee", "pyee-asyncio"])
def test_not_where_that_has_expired(engine: str) -> None:
    _, ours = recorded(TEXT.format(engine=engine, said="ttl: 2ms"))
    assert "got 2" not in [ours.marks.text(row) for row in range(len(ours.marks))]


@pytest.mark.parametrize("engine", ["pyee", "pyee-asyncio"])
def test_a_failure_of_what_was_replayed_names_its_call(engine: str) -> None:
    text = TEXT.format(engine=engine, said="").replace("every: 2", "every: 1")
    _, ours = recorded(text + "  listens: {on: error}\n")
    failed = ours.calls.id[ours.calls.outcome == Outcome.FAILED].tolist()
    assert failed
    assert engine == "pyee" or failed[0] in ours.dispatches.parent_call.tolist()


def test_who_was_called_once_is_not_subscribed_again() -> None:
    text = TEXT.format(engine="pyee-asyncio", said="").replace("absent: h, for: 5ms", "absent: once, at: 1ms, for: 1ms")
    _, ours = recorded(text)
    assert len(ours.calls) == 4
