"""The numbers by which engines are compared, against a count that looks at one call after the other."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from bus.analysis import figures
from bus.trace import Trace
from buslens.records import Outcome

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


def counted(trace: Trace) -> dict[str, int]:
    """The slow way, without a single array operation."""
    names, calls = trace.names, trace.calls
    row_of = {int(ident): row for row, ident in enumerate(trace.dispatches.id)}
    own = {row for row in row_of.values() if names.text(int(trace.dispatches.event[row])) != "error"}
    pairs: Counter[tuple[int, str]] = Counter()
    called: set[tuple[int, str]] = set()
    ends: dict[str, list[tuple[int, int, int]]] = {}
    for call in range(len(calls)):
        row, handler = row_of[int(calls.dispatch[call])], names.text(int(calls.handler[call]))
        if row not in own:
            continue
        called.add((row, handler))
        if calls.outcome[call] == Outcome.OK:
            pairs[row, handler] += 1
            if pairs[row, handler] == 1 or (int(calls.ended_ns[call]), call) < min(
                end[:2] for end in ends[handler] if end[2] == row
            ):
                ends.setdefault(handler, []).append((int(calls.ended_ns[call]), call, row))
    late = 0
    for each in ends.values():
        seen: set[int] = set()
        highest = -1
        for _, _, row in sorted(each):
            if row in seen:
                continue
            seen.add(row)
            late += row < highest
            highest = max(highest, row)
    return {
        "emitted": len(own),
        "delivered": len(called),
        "duplicated": sum(times - 1 for times in pairs.values()),
        "out_of_order": late,
    }


@pytest.mark.parametrize("engine", ["pyee", "pyee-asyncio", "pyee-threads", "sqlite"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_they_are_what_a_slow_count_finds(engine: str, seed: int, run: Any) -> None:
    trace = run(UNEVEN.format(engine=engine, seed=seed))
    found = figures.of_trace(trace)
    assert {name: getattr(found, name) for name in counted(trace)} == counted(trace)
    assert found.emitted >= 80
    assert 0 < found.queue_delay.p50 + found.latency.p50
    assert found.lost + found.kept + found.dead_lettered <= found.emitted


def test_what_is_lost_on_an_ephemeral_bus_is_kept_or_tried_again_on_a_durable_one(run: Any) -> None:
    lossy, durable = (figures.of_trace(run(UNEVEN.format(engine=each, seed=1))) for each in ("pyee", "sqlite"))
    assert lossy.lost > 40  # nobody hears `nobody`, and handlers fail
    assert durable.lost == 0
    assert durable.kept == durable.emitted - 40 - (durable.emitted - 40) // 2


def test_without_a_single_event_there_is_nothing() -> None:
    found = figures.of_trace(Trace())
    assert (found.emitted, found.delivered, found.lost, found.duplicated, found.out_of_order) == (0, 0, 0, 0, 0)
    assert found.latency.p50 != found.latency.p50
