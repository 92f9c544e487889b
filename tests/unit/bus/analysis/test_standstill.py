"""What a run stood still with, in one sentence."""

from __future__ import annotations

import pytest

from bus.analysis.standstill import standstill
from bus.exploration.judging import trace_of
from bus.exploration.program import Program
from bus.runtime.choices import Choices
from bus.scenario import loads

A, AB = "events: {a: {}}\n", "events: {a: {}, b: {}}\n"


def told(text: str, engine: str = "") -> str:
    return standstill(trace_of(Program(loads(f"buslens: 1\n{text}"), engine=engine).run(Choices())))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            f"{A}handlers: {{h: {{on: a, do: [{{wait: forever}}]}}}}\nscript: [{{emit: a}}]",
            "h (a, untitled:3) waits for what never comes",
        ),
        (
            f"{A}handlers: {{h: {{on: a, do: [{{wait: forever}}]}}}}\nscript: [{{emit: a, times: 2}}]",
            "h (a, untitled:3) waits for what never comes (2 calls)",
        ),
        (
            f"{A}handlers: {{h: {{on: a, concurrency: 1, do: [{{wait: forever}}]}}}}\nscript: [{{emit: a, times: 2}}]",
            "h (a, untitled:3) waits for what never comes; "
            "h (a, untitled:3) waits until others of its calls have ended",
        ),
        (
            f"{A}handlers: {{h: {{on: a}}}}\nfaults: [{{hang: h}}]\nscript: [{{emit: a}}]",
            "h (a, untitled:3) hangs, as a fault of the scenario says",
        ),
        (
            f"{A}script: [{{emit: a}}, {{wait: forever}}]",
            "the run stands still: nothing can happen any more, and the script is not at its end",
        ),
        (
            f"{AB}services: {{s: {{workers: 1, queue: {{limit: 0}}}}}}\n"
            "handlers: {h: {on: a, service: s, do: [{emit: b}]}, g: {on: b, service: s}}\nscript: [{emit: a}]",
            "h (a, untitled:4) emits b, and waits for a place in the full queue of s; "
            "g (b, untitled:4) waits for a worker of s; so they wait for each other in a circle",
        ),
        (
            f"{AB}services: {{s: {{workers: 1, queue: {{limit: 0}}}}}}\n"
            "handlers: {h: {on: a, service: s, do: [{emit: b}]}, g: {on: b, service: s}, "
            "f: {on: a, do: [wait: forever]}}\n"
            "script: [{emit: a}]",
            "h (a, untitled:4) emits b, and waits for a place in the full queue of s; "
            "f (a, untitled:4) waits for what never comes; g (b, untitled:4) waits for a worker of s; "
            "so g and h wait for each other in a circle",
        ),
        (
            f"{A}services: {{s: {{workers: 1, queue: {{limit: 1}}}}}}\n"
            "handlers: {h: {on: a, service: s, do: [{wait: forever}]}}\nscript: [{emit: a, times: 4}]",
            "the script emits a, and waits for a place in the full queue of s; "
            "h (a, untitled:4) waits for what never comes; h (a, untitled:4) waits for a worker of s (2 calls)",
        ),
    ],
)  # fmt: skip
def test_what_waits_for_what(text: str, sentence: str) -> None:
    assert told(text) == sentence


def test_a_run_that_is_over_has_none() -> None:
    assert told(f"{A}handlers: {{h: {{on: a}}}}\nscript: [{{emit: a}}]") == ""
