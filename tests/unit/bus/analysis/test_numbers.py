"""Every number against a count that looks at one record after the other, and the words in the documentation."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bus.analysis import figures, ledger, numbers
from bus.expectations.judge import judge
from bus.number_words import WORDS, title
from bus.scenario.model import Expectation, Scenario
from bus.trace import Trace, pairs
from buslens.recorder import Recorder
from buslens.records import Flag, Kind, Outcome
from tests.helpers.slow_count import slow_count

DOCS = Path(__file__).resolve().parents[4] / "docs"
ENDS = (Outcome.OK, Outcome.OK, Outcome.FAILED, Outcome.CANCELLED, Outcome.TIMED_OUT, Outcome.NEVER_RAN)


class Chaos:
    """A random capture: nested and overlapping calls, retries, a broker that says this and that, records left out."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.now_ns = 0
        self.recorder = Recorder(clock_ns=lambda: self.now_ns)
        self.dispatches: list[int] = []
        self.pending: list[int] = []

    def trace(self) -> Trace:
        """About a hundred dispatches of it."""
        for _ in range(60):
            self.emit(0, 0)
            while self.pending and self.rng.random() < 0.6:
                self.end(self.pending.pop(self.rng.randrange(len(self.pending))))
        trace = Trace()
        trace.feed(self.recorder.take())
        return trace

    def emit(self, parent: int, depth: int) -> None:
        record, rng = self.recorder, self.rng
        self.now_ns += rng.choice((0, 0, 5))
        dispatch, many = record.next_id(), rng.choice((0, 1, 2, 3))
        is_durable = rng.random() < 0.4
        flags = Flag.DURABLE if is_durable else Flag(0)
        record.dispatch(dispatch, parent, record.event(rng.choice("abc")), 0, many, None, False, flags)
        if is_durable:
            self.carry(dispatch, many)
            return
        for number in range(many):
            handler = f"h{number}"
            if rng.random() < 0.1:
                if rng.random() < 0.5:
                    record.skipped(dispatch, record.handler(handler), 0)
                continue  # announced, and never called
            for attempt in range(1, 2 + (rng.random() < 0.2)):
                is_async = rng.random() < 0.5
                call = record.next_id()
                lane = record.lane(rng.choice(("task 1", "task 2")) if is_async else "main")
                asynchronous = Flag.ASYNC if is_async else Flag(0)
                record.call_started(call, dispatch, record.handler(handler), lane, attempt, asynchronous)
                if depth < 3 and rng.random() < 0.4:
                    self.emit(call, depth + 1)
                if is_async:
                    self.pending.append(call)
                elif rng.random() < 0.95:
                    self.end(call)

    def end(self, call: int) -> None:
        self.now_ns += self.rng.choice((0, 0, 7))
        self.recorder.call_ended(call, self.rng.choice(ENDS))

    def carry(self, dispatch: int, many: int) -> None:
        record, rng = self.recorder, self.rng
        for number in range(max(many, 1)):
            queue = record.queue(f"h{number}" if many else "a")
            record.delivery(Kind.ENQUEUED, dispatch, queue)
            if not many:
                continue
            for attempt in range(1, rng.choice((1, 2, 3))):
                call = record.next_id()
                record.delivery(Kind.REDELIVERED if attempt > 1 else Kind.DELIVERED, dispatch, queue, call, attempt)
                if rng.random() < 0.9:
                    record.call_started(call, dispatch, record.handler(f"h{number}"), record.lane("main"), attempt)
                    self.end(call)
                if rng.random() < 0.9:
                    kind = rng.choice((Kind.ACKNOWLEDGED, Kind.ACKNOWLEDGED, Kind.REJECTED, Kind.DEAD_LETTERED))
                    record.delivery(kind, dispatch, queue, call, attempt)
        if rng.random() < 0.1:
            record.delivery(Kind.DISCARDED, dispatch, record.queue("a"), note="no room")


@pytest.mark.parametrize("seed", range(40))
def test_random_captures_are_counted_as_a_slow_count_counts_them(seed: int) -> None:
    trace = Chaos(seed).trace()
    assert numbers.of_trace(trace) == slow_count(trace)


@pytest.mark.parametrize("seed", range(10))
def test_fates_add_up_and_every_counter_says_the_same(seed: int) -> None:
    trace = Chaos(seed).trace()
    found, told, compared = numbers.of_trace(trace), ledger.of_trace(trace), figures.of_trace(trace)
    assert found["emitted"] == sum(found[word] for word in ("handled", "retried", "kept", "open", "dead", "lost"))
    assert told.parts == {word: found[word] for word in told.parts}
    assert {word: getattr(compared, word) for word in figures.COMPARED} == {w: found[w] for w in figures.COMPARED}


def test_what_the_pairs_of_one_handler_say_adds_up_to_all_of_them() -> None:
    trace = Chaos(3).trace()
    every = pairs.of(trace)
    parts = [numbers.of_trace(trace, None, [ident]) for ident, name in trace.names.items() if name.kind == 2]
    for word in ("delivered", "twice", "out_of_order", "calls", "ok", "failed"):
        assert sum(part[word] for part in parts) == numbers.of_trace(trace)[word]
    assert sum(part["lost"] + part["dead"] + part["open"] for part in parts) == int(np.count_nonzero(every.fate >= 3))


LOSSY = (
    "events: {a: {}}\nhandlers: {h: {on: a, ack: before, do: [{crash: {if: count <= 3}}]}}\n"
    "script: [{emit: a, times: 5}]\nexpect: [{event: a, lost: 0}, {handler: h, lost: 3}, {event: a, dropped: 3}]"
)


def test_an_expectation_counts_what_the_ledger_and_a_comparison_count(run: Any) -> None:
    trace = run(LOSSY, engine="sqlite")
    assert ledger.of_trace(trace).lost == figures.of_trace(trace).lost == 3
    expect = [Expectation(event="a", lost=0), Expectation(handler="h", lost=3), Expectation(event="a", dropped=3)]
    judged = judge(Scenario(buslens=1, expect=expect).expect, trace, end_is_known=True)
    assert [(one.found, one.met) for one in judged] == [("3", False), ("3", True), ("3", True)]


def test_a_nested_emit_is_no_disorder_and_one_that_overtakes_is(run: Any) -> None:
    nested = "events: {a: {}}\nhandlers: {h: {on: a, do: [{emit: a, if: count < 5}, {wait: 1ms}]}}\nscript: [{emit: a}]"
    assert figures.of_trace(run(nested, engine="pyee")).out_of_order == 0
    behind = (
        "events: {a: {}, b: {}}\nhandlers: {first: {on: a, do: [{emit: b}]}, audit: {on: [a, b]}}\n"
        "script: [{emit: a, times: 4}]"
    )
    # What `first` emits is heard by `audit` before `audit` is called for the event that came first.
    assert figures.of_trace(run(behind, engine="pyee")).out_of_order == 4
    overlapping = (
        "events: {a: {}}\nhandlers: {h: {on: a, do: [{once: [{wait: 50ms}]}, {wait: 1ms}]}}\n"
        "script: [{emit: a, times: 3, every: 1ms}]"
    )
    assert figures.of_trace(run(overlapping, engine="pyee-asyncio")).out_of_order == 1
    assert figures.of_trace(run(overlapping, engine="pyee")).out_of_order == 0


def test_expectations_and_the_documentation_know_every_word() -> None:
    assert set(Expectation.model_fields) == {*WORDS, "event", "handler", "latency"}
    rows = re.findall(r"^\| \*(.+?)\* \| (\w+) \| (.+?) \|$", (DOCS / "numbers.md").read_text(encoding="utf-8"), re.M)
    assert rows == [(title(word), WORDS[word].counts, WORDS[word].means) for word in WORDS]
