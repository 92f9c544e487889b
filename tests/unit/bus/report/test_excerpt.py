"""What of a timeline stands beside a problem."""

from __future__ import annotations

from bus.analysis.problems.finding import Evidence
from bus.report.excerpt import MOST_BARS, MOST_EMITS, MOST_LANES, MOST_TRACKS, excerpt
from bus.trace import Trace
from tests.helpers.planted import MS, Story


def shows(*, calls: tuple[int, ...] = (), dispatches: tuple[int, ...] = ()) -> Evidence:
    return Evidence(len(calls) + len(dispatches), 0, 0, dispatches, calls)


def busy(calls: int, *, apart_ms: float = 0) -> tuple[Trace, list[int]]:
    """So many calls, one after another, each of a handler of its own."""
    told, idents = Story(), []
    for number in range(calls):
        idents.append(told.call(told.emit("a", 1), f"handler {number}", "a", ms=1))
        told.wait(apart_ms)
    return told.trace(), idents


def test_the_call_that_shows_it_and_what_it_serves_are_in_the_picture() -> None:
    trace, idents = busy(3, apart_ms=100)
    found = excerpt(trace, shows(calls=(idents[1],)))
    assert found is not None
    assert [lane.title for lane in found.lanes] == ["handler 1"]
    (bar,) = found.bars
    assert bar.is_shown
    assert found.first_ns < bar.start_ns < bar.end_ns < found.last_ns
    assert all(found.first_ns <= mark.time_ns <= found.last_ns for mark in found.emits)


def test_what_is_close_is_in_the_picture_and_what_is_far_is_not() -> None:
    trace, idents = busy(3, apart_ms=1)
    found = excerpt(trace, shows(calls=(idents[0], idents[1])))
    assert found is not None
    assert sum(bar.is_shown for bar in found.bars) == 2
    far, idents = busy(3, apart_ms=1000)
    found = excerpt(far, shows(calls=(idents[0], idents[1])))
    assert found is not None
    assert sum(bar.is_shown for bar in found.bars) == 1


def test_nothing_to_show_is_no_picture() -> None:
    trace, _ = busy(1)
    assert excerpt(trace, shows()) is None
    assert excerpt(trace, shows(calls=(999,), dispatches=(999,))) is None


def test_a_lost_event_is_shown_with_whoever_emitted_it() -> None:
    told = Story()
    call = told.begin(told.emit("a", 1), "h", "a")
    told.wait(3)
    lost = told.emit("b", cause=call)
    told.end(call)
    found = excerpt(told.trace(), shows(dispatches=(lost,)))
    assert found is not None
    assert [lane.title for lane in found.lanes] == ["h"]
    assert [(mark.event, mark.is_lost, mark.is_shown) for mark in found.emits if mark.is_shown] == [("b", True, True)]
    assert found.last_ns - found.first_ns > 3 * MS


def test_calls_that_overlap_lie_on_tracks_of_their_own() -> None:
    told = Story()
    dispatch = told.emit("a", 8)
    calls = [told.begin(dispatch, "h", "a", flags=4) for _ in range(8)]
    for call in calls:
        told.end(call)
    found = excerpt(told.trace(), shows(calls=(calls[0],), dispatches=(dispatch,)))
    assert found is not None
    assert found.lanes[0].tracks == MOST_TRACKS
    first, second = found.bars[:2]
    assert first.track != second.track


def test_a_call_that_has_not_ended_goes_on_to_the_edge() -> None:
    told = Story()
    call = told.begin(told.emit("a", 1), "h", "a")
    told.wait(5)
    told.heard("b", "g")
    found = excerpt(told.trace(), shows(calls=(call,)))
    assert found is not None
    assert found.bars[0].end_ns == found.last_ns


def test_a_crowd_is_cut_and_counted_and_what_shows_the_problem_stays() -> None:
    told = Story()
    dispatch = told.emit("a", 1)
    outer = told.begin(dispatch, "outer", "a")
    for number in range(400):
        told.heard("b", f"handler {number % 40}")
    last = told.call(told.emit("c", 1), "last", "c")
    told.end(outer)
    found = excerpt(told.trace(), shows(calls=(outer, last)))
    assert found is not None
    assert len(found.lanes) <= MOST_LANES
    assert len(found.bars) <= MOST_BARS
    assert len(found.emits) == MOST_EMITS
    assert sum(bar.is_shown for bar in found.bars) == 2
    assert len(found.bars) + len(found.emits) + found.left_out == 402 + 402
