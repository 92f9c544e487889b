"""Whether failures come out of emits."""

from __future__ import annotations

from typing import Any

from bus.modelling.call_times import CallTimes
from bus.modelling.raising import Raising

NESTED = """
engine: {engine}
events: {{a: {{}}, b: {{}}}}
handlers:
  outer: {{on: a, block: true, do: [{{wait: 1ms}}, {{emit: b}}]}}
  inner: {{on: b, block: true, do: [{{fail: {{every: 2}}}}]}}
  heard: {{on: error}}
script: [{{emit: a, times: 6}}]
"""


def test_what_comes_out_of_an_emit_fails_the_call_that_emitted(run: Any) -> None:
    trace = run(NESTED.format(engine="pyee"))
    seen = Raising(trace, CallTimes(trace))
    assert (seen.came_out, seen.kept_in, seen.is_kept_in) == (3, 0, False)
    names = [trace.names.text(int(each)) for each in trace.calls.handler[seen.handed_on]]
    assert names == ["outer"] * 3


def test_a_bus_that_keeps_failures_lets_the_call_go_on(run: Any) -> None:
    trace = run(NESTED.format(engine="pyee-asyncio"))
    seen = Raising(trace, CallTimes(trace))
    assert (seen.came_out, seen.kept_in, seen.is_kept_in) == (0, 3, True)
