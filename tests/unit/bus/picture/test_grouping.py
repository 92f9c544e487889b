"""Lanes by what calls have in common, with titles for a person and a bound on how many there are."""

from __future__ import annotations

import pytest

from bus.picture.grouping import OTHERS, Group
from bus.picture.tracks import CallTracks
from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.records import Outcome


def told(*calls: tuple[str, str, str]) -> Trace:
    """Calls of a handler in a file for an event, each of a dispatch of its own."""
    recorder, trace = Recorder(), Trace()
    for handler, file, event in calls:
        dispatch, call = recorder.next_id(), recorder.next_id()
        recorder.dispatch(dispatch, 0, recorder.event(event), 0, 1, None)
        recorder.call_started(call, dispatch, recorder.handler(handler, file, 3, event), 0)
        recorder.call_ended(call, Outcome.OK, None)
    trace.feed(recorder.take())
    return trace


def lanes(trace: Trace, group: Group) -> dict[str, int]:
    """How many calls the lane of each title has."""
    tracks = CallTracks(group)
    tracks.update(trace)
    return {tracks.grouping.title(trace, lane): sum(map(len, stacked)) for lane, stacked in tracks.lanes.items()}


CALLS = (("pack", "/srv/a/shop.py", "paid"), ("mail", "/srv/a/shop.py", "paid"), ("pack", "C:\\x\\y\\z.py", "sent"))


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ("event", {"paid": 2, "sent": 1}),
        ("source", {"a/shop.py": 2, "y/z.py": 1}),
        ("flow", {"#1 paid": 1, "#3 paid": 1, "#5 sent": 1}),
    ],
)
def test_calls_with_something_in_common_share_a_lane(group: Group, expected: dict[str, int]) -> None:
    assert lanes(told(*CALLS), group) == expected


def test_a_handler_of_the_same_name_in_another_file_is_another_one() -> None:
    assert CallTracks("handler").grouping.registered == []
    tracks, trace = CallTracks("handler"), told(*CALLS)
    tracks.update(trace)
    assert len(tracks.lanes) == 3


def test_a_call_whose_dispatch_is_not_there_is_with_the_others() -> None:
    trace = told(*CALLS)
    trace.calls.dispatch[1] = 77
    assert lanes(trace, "flow") == {"#1 paid": 1, "all others": 1, "#5 sent": 1}
    assert CallTracks("flow").grouping.title(trace, OTHERS) == "all others"


def test_handlers_without_a_known_file_share_a_lane_that_says_so() -> None:
    assert lanes(told(("a", "", "e"), ("b", "", "e")), "source") == {"(no source known)": 2}
