"""What stands between events and calls in the kernel: the same as on the real bus, to the record."""

from __future__ import annotations

import pytest

from tests.helpers.two_levels import recorded

HANDLER = (
    "buslens: 1\nevents: {{a: {{}}}}\nscript: [{{emit: a, times: 6, every: 2ms, with: {{n: $count % 2}}}}]\n"
    "handlers: {{h: {{on: a, {gate}, do: [{{wait: 5ms}}]}}}}\n"
)


@pytest.mark.parametrize(
    ("gate", "ends_ms"),
    [
        ("concurrency: 1", 30),
        ("concurrency: 2", 17),
        ("order: n", 17),
        ("debounce: 3ms", 18),
        ("throttle: {every: 4ms, excess: wait}", 25),
        ("throttle: {every: 4ms, excess: drop}", 13),
        ("worker: thread, parallel: 1", 30),
        ("worker: process, parallel: 2", 17),
    ],
)
def test_events_wait_or_are_passed_over(gate: str, ends_ms: int) -> None:
    _, ours = recorded(HANDLER.format(gate=gate))
    assert int(ours.calls.ended_ns.max()) == ends_ms * 1_000_000
