"""Calls behind gates of several kinds, one behind the other, in the order in which an event meets them."""

from __future__ import annotations

from tests.helpers.two_levels import recorded


def test_an_event_meets_gates_one_after_another() -> None:
    _, ours = recorded(
        "buslens: 1\nevents: {a: {}}\nservices: {s: {}}\nscript: [{emit: a, times: 4, with: {n: $count % 2}}]\n"
        "handlers: {h: {on: a, throttle: {every: 1ms, excess: wait}, order: n, concurrency: 2, service: s,"
        " do: [{wait: 5ms}]}}\n"
    )
    assert sorted(ours.calls.ended_ns.tolist()) == [5_000_000, 10_000_000, 15_000_000, 20_000_000]
