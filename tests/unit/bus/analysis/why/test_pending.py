"""What has not ended, the oldest first, with what it waits for and who waits for it."""

from __future__ import annotations

from bus.analysis.why.pending import pending
from bus.exploration.judging import trace_of
from bus.exploration.program import Program
from bus.runtime.choices import Choices
from bus.scenario import loads
from bus.trace import Trace
from buslens.records import Flag
from tests.helpers.planted import Story


def test_running_calls_and_emits_that_wait_are_told_with_who_waits_for_whom() -> None:
    story = Story()
    story.on("late", "c")
    done = story.heard("x", "fine")
    outer = story.begin(story.emit("a", 1), "one", "a")
    inner = story.begin(story.emit("b", 1, cause=outer), "two", "b", flags=Flag.ASYNC)
    waiting = story.emit("c", 1, cause=inner)
    story.wait(4)
    found, many = pending(story.trace())
    assert many == 3
    assert [(each.kind, each.id, each.name) for each in found] == [
        ("call", outer, "one"), ("call", inner, "two"), ("dispatch", waiting, "c"),
    ]  # fmt: skip
    assert [each.waiting for each in found] == [None, ("call", outer), ("call", inner)]
    assert "has not ended" in found[0].waits_for[0].text
    assert "which has not begun" in found[2].waits_for[0].text
    assert done not in [each.id for each in found]


def test_of_many_the_oldest_are_told_and_all_are_counted() -> None:
    story = Story()
    calls = [story.begin(story.emit("a", 1), "one", "a", flags=Flag.ASYNC) for _ in range(30)]
    found, many = pending(story.trace(), most=5)
    assert many == 30
    assert [each.id for each in found] == calls[:5]


def test_of_an_empty_trace_nothing_is_pending() -> None:
    assert pending(Trace()) == ([], 0)


def test_who_has_the_worker_is_followed_to_the_circle() -> None:
    text = (
        "buslens: 1\nevents: {a: {}, b: {}}\nservices: {s: {workers: 1, queue: {limit: 0}}}\n"
        "handlers: {h: {on: a, service: s, do: [{emit: b}]}, g: {on: b, service: s}}\nscript: [{emit: a}]"
    )
    trace = trace_of(Program(loads(text)).run(Choices()))
    waits = {each.name: [reason.text for reason in each.waits_for] for each in pending(trace)[0] if each.kind == "call"}
    circle = "So they wait for each other in a circle: none of them can go on."
    in_emit = "h (call #2) waits in its emit of b (#3): the queue of s is full, since 0 ns."
    assert waits["h"] == [in_emit, "h (call #2) has what it waits for.", circle]
    assert waits["g"] == [
        "g (call #4) waits for a worker of s, since 0 ns.", "h (call #2) has what it waits for.", in_emit, circle,
    ]  # fmt: skip


def test_what_never_comes_is_said_of_a_run_that_stands_still() -> None:
    text = "buslens: 1\nevents: {a: {}}\nhandlers: {h: {on: a, do: [{wait: forever}]}}\nscript: [{emit: a}]"
    (one,), _ = pending(trace_of(Program(loads(text)).run(Choices())))
    assert [each.text for each in one.waits_for] == [
        "h (call #2) waits for what never comes: nothing of its run can happen any more."
    ]
