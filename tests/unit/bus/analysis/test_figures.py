"""The numbers by which engines are compared, against a count that looks at one call after the other."""

from __future__ import annotations

from typing import Any

import pytest

from bus.analysis import figures
from bus.trace import Trace
from tests.helpers.slow_count import slow_count

UNEVEN = """
engine: {engine}
seed: {seed}
events: {{a: {{}}, b: {{}}, c: {{}}, nobody: {{}}}}
handlers:
  first: {{on: a, do: [{{wait: 1ms..30ms}}, {{emit: b, with: $event.payload}}, {{fail: {{probability: 0.2}}}}]}}
  second: {{on: [a, b], do: [{{wait: 1ms..9ms}}]}}
  third: {{on: b, do: [{{emit: nobody}}, {{once: [{{crash: always}}]}}]}}
script: [{{emit: a, with: $count, every: 5ms, times: 40}}]
"""


@pytest.mark.parametrize("engine", ["pyee", "pyee-asyncio", "pyee-threads", "sqlite"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_they_are_what_a_slow_count_finds(engine: str, seed: int, run: Any) -> None:
    trace = run(UNEVEN.format(engine=engine, seed=seed))
    found, counted = figures.of_trace(trace), slow_count(trace)
    assert {word: getattr(found, word) for word in figures.COMPARED} == {
        word: counted[word] for word in figures.COMPARED
    }
    assert found.emitted >= 80
    assert 0 < found.queue_delay.p50 + found.latency.p50
    assert found.lost + found.kept + found.open + found.dead <= found.emitted


def test_what_is_lost_on_an_ephemeral_bus_is_kept_or_tried_again_on_a_durable_one(run: Any) -> None:
    lossy, durable = (figures.of_trace(run(UNEVEN.format(engine=each, seed=1))) for each in ("pyee", "sqlite"))
    assert lossy.lost > 40  # nobody hears `nobody`, and handlers fail
    assert durable.lost == 0
    assert durable.kept == durable.emitted - 40 - (durable.emitted - 40) // 2


def test_without_a_single_event_there_is_nothing() -> None:
    found = figures.of_trace(Trace())
    assert (found.emitted, found.delivered, found.lost, found.twice, found.out_of_order) == (0, 0, 0, 0, 0)
    assert found.latency.p50 != found.latency.p50
