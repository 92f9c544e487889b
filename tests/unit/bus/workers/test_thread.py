"""Calls on a handler's own threads."""

from __future__ import annotations

from typing import Any

TEXT = """
events: {a: {}}
handlers: {h: {on: a, worker: thread, parallel: 2, do: [{wait: 1s}]}}
script: [{emit: a, times: 4}]
"""


def test_as_many_calls_run_at_once_as_the_handler_has_threads(run: Any) -> None:
    calls = run(TEXT, engine="pyee").calls
    assert sorted((calls.ended_ns - calls.ended_ns.min()).tolist()) == [0, 0, 1_000_000_000, 1_000_000_000]
