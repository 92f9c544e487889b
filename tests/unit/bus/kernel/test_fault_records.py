"""Faults in the kernel are records as on the real bus, and hit the same calls and emits."""

from __future__ import annotations

import pytest

from buslens.records import Fault, Outcome
from tests.helpers.two_levels import recorded

TEXT = (
    "buslens: 1\nseed: 5\nengine: {engine}\nevents: {{a: {{}}}}\nfaults: [{fault}]\n"
    "script: [{{emit: a, times: 4, every: 1ms, with: {{n: $count}}}}]\n"
    "handlers: {{h: {{on: a, timeout: 9ms, do: [{{wait: 1ms}}]}}}}\n"
)


@pytest.mark.parametrize("engine", ["pyee", "pyee-asyncio"])
@pytest.mark.parametrize(
    ("fault", "kind", "failed"),
    [
        ("{fail: h, every: 2}", Fault.FAIL, Outcome.FAILED),
        ("{slow: h, by: exponential 3ms}", Fault.SLOW, None),
        ("{hang: h, most: 1}", Fault.HANG, Outcome.TIMED_OUT),
        ("{drop: a, probability: 0.5}", Fault.DROP, None),
        ("{corrupt: a, if: event.payload.n > 2}", Fault.CORRUPT, None),
    ],
)
def test_what_goes_wrong_is_told(engine: str, fault: str, kind: Fault, failed: Outcome | None) -> None:
    _, ours = recorded(TEXT.format(engine=engine, fault=fault))
    assert kind in ours.marks.fault.tolist()
    assert failed is None or failed in ours.calls.outcome.tolist()


def test_a_swarm_says_what_it_has_drawn() -> None:
    _, ours = recorded(TEXT.format(engine="pyee", fault="{fail: h}, {drop: a}") + "swarm: true\n")
    assert ours.marks.text(0).startswith("faults of this run: ")
