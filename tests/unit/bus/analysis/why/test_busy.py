"""Who kept a thread busy: the outermost plain calls, cut to the stretch; no more looks than are allowed."""

from __future__ import annotations

from bus.analysis.why.busy import Busy
from buslens.records import Flag
from tests.helpers.planted import Story


def test_the_outermost_plain_calls_of_the_thread_are_found_in_order() -> None:
    story = Story()
    around = story.begin(story.emit("all", 1), "around", "all")
    begin = story.now
    first = story.begin(story.emit("a", 1), "first", "a")
    story.call(story.emit("b", 1, cause=first), "inside", "b", ms=2)
    story.end(first)
    story.call(story.emit("c", 1), "elsewhere", "c", ms=2, lane=story.pool)
    story.call(story.emit("d", 1), "coroutine", "d", ms=2, flags=Flag.ASYNC)
    second = story.call(story.emit("e", 1), "second", "e", ms=2)
    end = story.now
    story.end(around)
    trace = story.trace()
    busy = Busy(trace, *trace.span_ns)
    found = busy.on_lane(story.main, begin, end)
    assert [int(trace.calls.id[each.call]) for each in found] == [first, second]
    middle = (found[0].start_ns + found[0].end_ns) // 2
    (cut,) = busy.on_lane(story.main, middle, found[0].end_ns + 1)
    assert (cut.start_ns, cut.end_ns) == (middle, found[0].end_ns)
    assert busy.on_lane(story.main, begin, end, but=found[0].call)[0].call != found[0].call
    assert busy.on_lane(0, begin, end) == []


def test_looks_are_used_up() -> None:
    story = Story()
    story.call(story.emit("a", 1), "first", "a", ms=2)
    trace = story.trace()
    busy = Busy(trace, *trace.span_ns)
    busy.looks_left = 1
    begin, end = trace.span_ns
    assert busy.on_lane(story.main, begin, end)
    assert busy.on_lane(story.main, begin, end) == []
