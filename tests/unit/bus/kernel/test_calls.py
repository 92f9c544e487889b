"""A call in the kernel: its steps, what it fails with and where, and what comes of that."""

from __future__ import annotations

import json

from buslens.records import Outcome
from tests.helpers.two_levels import recorded


def test_a_failure_points_at_the_step_in_the_file() -> None:
    _, ours = recorded(
        "buslens: 1\nevents: {a: {}}\nscript: [{emit: a}]\nhandlers:\n  h:\n    on: a\n    do:\n"
        "      - wait: 1ms\n      - fail: {message: no}\n"
    )
    error = ours.error(0)
    assert error is not None
    assert "line 9, in h" in error.traceback


def test_what_is_not_wanted_does_nothing_and_a_condition_that_cannot_be_told_fails() -> None:
    _, ours = recorded(
        "buslens: 1\nevents: {a: {}}\nscript: [{emit: a, with: {n: 1}}, {emit: a, with: {n: 2}}, {emit: a}]\n"
        'handlers: {h: {on: a, when: "event.payload.n > 1", do: [{log: here}]}}\n'
    )
    assert ours.calls.outcome.tolist() == [Outcome.OK, Outcome.OK, Outcome.FAILED]
    assert len(ours.marks) == 1


def test_a_last_failure_emits_its_dead_letter_in_the_call() -> None:
    _, ours = recorded(
        "buslens: 1\nevents: {a: {}, dead: {}}\nscript: [{emit: a, with: {n: 1}}]\n"
        "handlers: {h: {on: a, on_failure: dead, do: [{fail: always}]}}\n"
    )
    letter = ours.payload(1).value
    assert letter["payload"] == {"n": 1}
    assert json.dumps(letter)  # plain values


def test_a_step_that_blocks_lets_everything_wait() -> None:
    _, ours = recorded(
        "buslens: 1\nevents: {a: {}}\nscript: [{emit: a, times: 2}]\n"
        "handlers: {h: {on: a, do: [{wait: 5ms, block: true}]}}\n"
    )
    assert ours.calls.started_ns.tolist() == [0, 5_000_000]


def test_a_call_that_takes_too_long_is_ended_where_it_waits() -> None:
    _, ours = recorded(
        "buslens: 1\nevents: {a: {}}\nscript: [{emit: a, times: 3}]\nhandlers:\n"
        "  waits: {on: a, timeout: 5ms, do: [{wait: 3ms}, {wait: 60min}]}\n"
        "  blocks: {on: a, block: true, timeout: 5ms, do: [{wait: 9ms}, {log: never}]}\n"
        "  in_time: {on: a, timeout: 500ms, do: [{wait: 9ms}]}\n"
    )
    assert ours.calls.outcome.tolist().count(Outcome.TIMED_OUT) == 6
    assert len(ours.marks) == 0


def test_a_saga_that_fails_is_undone_in_the_call() -> None:
    for engine in "pyee", "pyee-asyncio":
        _, ours = recorded(
            f"buslens: 1\nengine: {engine}\nevents: {{a: {{}}}}\nscript: [{{emit: a, times: 2}}]\nhandlers:\n"
            "  h:\n    on: a\n    timeout: 9ms\n    do:\n"
            "      - {step: one, do: [{wait: 1ms}], undo: [{wait: 9ms}, {log: freed}]}\n"
            "      - {step: two, do: [{wait: 1ms}], undo: [{fail: {every: 2}}]}\n"
            "      - {fail: {if: count < 2}}\n      - {wait: 1s}\n"
        )
        said = [ours.marks.text(row) for row in range(len(ours.marks))]
        assert said.count("freed") == said.count("saga: one is undone") == 2
        assert said.count("saga: two is undone") == said.count("saga: two could not be undone, for HandlerFailed") == 1
