"""The parts of a critical path follow each other and sum to the whole, and each is what was planted."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from bus.analysis.why.answer import PartKind, PathPart
from bus.analysis.why.critical_path import critical_path
from bus.analysis.why.telling import Telling
from bus.trace import Trace
from buslens.records import Flag, Kind
from tests.helpers.make_trace import make_trace
from tests.helpers.planted import Story


def path_of(trace: Trace, kind: str, ident: int, *, whole_flow: bool = False) -> list[PathPart]:
    """Checked: without a gap, from the emit to the end."""
    telling = Telling(trace)
    row = (trace.calls if kind == "call" else trace.dispatches).row_of(ident)
    path = list(critical_path(telling, kind, row, whole_flow=whole_flow))
    assert all(one.end_ns == other.start_ns and one.length_ns > 0 for one, other in pairwise(path))
    return path


def told(path: list[PathPart]) -> list[tuple[str, int]]:
    """Kind and whole milliseconds of what lasts at least one."""
    return [(f"{each.kind}: {each.text}", round(each.length_ns / 1e6)) for each in path if each.length_ns >= 500_000]


def test_a_plain_handler_waits_for_those_before_it_and_then_runs() -> None:
    story = Story()
    dispatch = story.emit("order", 2)
    story.call(dispatch, "log", "order", ms=30)
    call = story.call(dispatch, "pay", "order", ms=10)
    trace = story.trace()
    path = path_of(trace, "call", call)
    assert told(path) == [("blocked: behind log", 30), ("own time: pay itself", 10)]
    row = trace.calls.row_of(call)
    assert path[0].start_ns == trace.calls.emitted_ns[row]
    assert path[-1].end_ns == trace.calls.ended_ns[row]
    assert sum(each.length_ns for each in path) == trace.calls.ended_ns[row] - trace.calls.emitted_ns[row]
    assert told(path_of(trace, "dispatch", dispatch)) == told(path)


def test_what_ran_inside_is_told_apart_from_a_handlers_own_time() -> None:
    story = Story()
    call = story.begin(story.emit("order", 1), "pay", "order")
    story.wait(5)
    inner = story.begin(story.emit("paid", 1, cause=call), "mail", "paid")
    story.wait(20)
    story.call(story.emit("mailed", 1, cause=inner), "log", "mailed", ms=40)
    story.end(inner)
    story.wait(7)
    story.end(call)
    assert told(path_of(story.trace(), "call", call)) == [
        ("own time: pay itself", 5),
        ("own time: mail itself", 20),
        ("own time: log itself", 40),
        ("own time: pay itself", 7),
    ]


def test_a_coroutine_is_blocked_by_a_plain_call_on_its_thread() -> None:
    story = Story()
    first = story.emit("order", 1)
    coroutine = story.begin(first, "pay", "order", flags=Flag.ASYNC)
    story.wait(3)
    story.call(story.emit("report", 1), "report", "report", ms=50)
    story.wait(4)
    story.end(coroutine)
    late = story.emit("tick", 1)
    story.call(story.emit("other", 1), "other", "other", ms=25)
    waited = story.call(late, "count", "tick", ms=1, flags=Flag.ASYNC)
    trace = story.trace()
    assert told(path_of(trace, "call", coroutine)) == [
        ("own time or awaited: pay, running or awaiting", 3),
        ("blocked: behind report", 50),
        ("own time or awaited: pay, running or awaiting", 4),
    ]
    assert told(path_of(trace, "call", waited))[0] == ("blocked: behind other", 25)


def test_another_thread_blocks_nobody_and_what_is_unknown_is_a_part() -> None:
    story = Story()
    dispatch = story.emit("order", 1)
    story.call(story.emit("report", 1), "report", "report", ms=50, lane=story.pool)
    call = story.call(dispatch, "pay", "order", ms=1, flags=Flag.ASYNC)
    assert told(path_of(story.trace(), "call", call))[0] == (
        "unknown: until pay began: for what is not recorded", 50,
    )  # fmt: skip


def test_an_earlier_attempt_is_a_part() -> None:
    story = Story()
    dispatch = story.emit("order", 1)
    story.call(dispatch, "pay", "order", ms=20, error=ValueError("no"))
    story.wait(100)
    call = story.call(dispatch, "pay", "order", ms=5, attempt=2)
    assert [text for text, _ in told(path_of(story.trace(), "call", call))] == [
        "earlier attempt: attempt 1 of pay",
        "unknown: until pay began: for what is not recorded",
        "own time: pay itself",
    ]


def test_over_a_broker_queue_and_prefetch_are_told_with_who_was_first() -> None:
    story = Story()
    dispatch = story.emit("order", 1, flags=Flag.DURABLE)
    story.wait(2)
    story.delivery(Kind.CONFIRMED, dispatch, "pay")
    story.wait(10)
    story.delivery(Kind.DELIVERED, dispatch, "pay")
    before = story.begin(story.emit("order", 1, flags=Flag.DURABLE), "pay", "order", flags=Flag.ASYNC)
    story.wait(30)
    story.end(before)
    call = story.begin(dispatch, "pay", "order", flags=Flag.ASYNC)
    story.delivery(Kind.DELIVERED, dispatch, "pay", call=call)
    story.wait(1)
    story.end(call)
    kinds = [text.partition(":")[0] for text, _ in told(path_of(story.trace(), "call", call))]
    assert kinds[0] == "publish"
    assert "blocked" in kinds


def test_a_real_broker_leaves_no_gap(run: Any) -> None:
    trace = run(
        "engine: sqlite\nevents: {a: {}}\n"
        "handlers: {h: {on: a, attempts: 2, do: [{wait: 5ms}, {fail: {if: count <= 1}}]}}\nscript: [{emit: a}]"
    )
    last = int(trace.calls.id[trace.calls.attempt.argmax()])
    path = path_of(trace, "call", last)
    assert path[0].start_ns == trace.dispatches.emitted_ns[0]
    assert path[-1].end_ns == trace.calls.ended_ns[trace.calls.row_of(last)]
    assert PartKind.ATTEMPT in {each.kind for each in path}
    assert PartKind.UNKNOWN not in {each.kind for each in path}


def test_since_the_flow_began_every_call_on_the_way_has_its_part() -> None:
    story = Story()
    outer = story.begin(story.emit("order", 1), "pay", "order", flags=Flag.ASYNC)
    story.wait(10)
    paid = story.emit("paid", 1, cause=outer)
    story.end(outer)
    story.wait(5)
    inner = story.begin(paid, "mail", "paid", flags=Flag.ASYNC)
    story.wait(20)
    story.end(inner)
    late = story.emit("mailed", 1, cause=inner)  # by a task that it had begun
    last = story.call(late, "log", "mailed", ms=3)
    parts = told(path_of(story.trace(), "call", last, whole_flow=True))
    assert [milliseconds for _, milliseconds in parts] == [10, 5, 20, 3]
    assert parts[0][0].startswith("own time or awaited: pay")


def test_what_runs_still_lasts_until_now() -> None:
    story = Story()
    dispatch = story.emit("order", 2)
    call = story.begin(dispatch, "pay", "order")
    story.wait(40)
    story.emit("tick")
    trace = story.trace()
    assert path_of(trace, "call", call)[-1].end_ns == trace.span_ns[1]
    unheard = path_of(trace, "dispatch", dispatch)
    assert unheard[-1].end_ns == trace.span_ns[1]


@pytest.mark.parametrize("whole_flow", [False, True])
def test_the_parts_of_every_call_sum_to_its_time(whole_flow: bool) -> None:
    trace = make_trace(12, failures=0.3, running=2)
    for row, ident in enumerate(trace.calls.id.tolist()):
        path = path_of(trace, "call", ident, whole_flow=whole_flow)
        dispatch = trace.dispatches.row_of(int(trace.calls.dispatch[row]))
        root = trace.dispatches.row_of(int(trace.dispatches.root[dispatch]))
        begin = int(trace.dispatches.emitted_ns[root if whole_flow else dispatch])
        end = int(trace.calls.ended_ns[row]) if trace.calls.ended_ns[row] >= 0 else trace.span_ns[1]
        assert sum(each.length_ns for each in path) == end - begin


def test_a_flow_of_a_thousand_levels_is_cut_and_still_sums_up() -> None:
    story = Story()
    cause = 0
    for _ in range(1_000):
        cause = story.begin(story.emit("again", 1, cause=cause), "again", "again", flags=Flag.ASYNC)
    trace = story.trace()
    path = path_of(trace, "call", cause, whole_flow=True)
    assert path[0].text == "in calls further up the flow"
    assert path[0].start_ns == trace.dispatches.emitted_ns[0]
    assert path[-1].end_ns == trace.span_ns[1]
