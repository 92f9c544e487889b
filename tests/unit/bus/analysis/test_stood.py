"""Where a call stood is said by what was seen on its thread meanwhile, and by nothing that another call did."""

from __future__ import annotations

from typing import Any

import pytest

from bus.analysis.problems import blocking, unfinished
from bus.analysis.problems.finding import Finding
from bus.analysis.stood import longest_stood, stood_at, stood_sentence, waits_at
from bus.analysis.why.pending import pending
from bus.trace import Trace
from buslens.records import Flag
from tests.helpers.planted import MS, Story, found

PROGRAM = ["/srv/shop/main.py", 44, "pay"]
LIBRARY = ["/usr/lib/python3.11/http/client.py", 286, "send"]


def slow(story: Story, ms: int = 300, **seen: Any) -> int:
    """A plain handler that runs for so long, and where it was seen in the middle of that."""
    call = story.begin(story.emit("order", 1), "pay", "order")
    began = story.now
    story.wait(ms)
    story.end(call)
    story.stood(seen.pop("handler", "pay"), "order", seen.pop("stack", [LIBRARY, PROGRAM]), began + 10 * MS, **seen)
    return call


def row_of(trace: Trace, call: int) -> int:
    return trace.calls.row_of(call)


def test_the_innermost_line_of_the_program_is_named_and_what_library_it_was_inside_of() -> None:
    story = Story()
    call = slow(story, length_ms=280)
    trace = story.trace()
    stood = stood_at(trace, row_of(trace, call))
    assert stood is not None
    assert stood.text == "/srv/shop/main.py:44 in pay, inside of /usr/lib/python3.11/http/client.py:286 in send"
    assert stood_sentence(stood) == f" For 280 ms it was seen at {stood.text}."
    assert [what for what, _ in stood.places] == ["stood at", "inside of"]


def test_of_several_places_it_is_the_one_where_it_stood_longest() -> None:
    story = Story()
    call = slow(story, length_ms=40, stack=[["/srv/shop/main.py", 1, "short"]])
    story.stood("pay", "order", [PROGRAM], story.now - 250 * MS, length_ms=200)
    trace = story.trace()
    assert (stood := longest_stood(trace, [row_of(trace, call)])) is not None
    assert str(stood.place) == "/srv/shop/main.py:44"


@pytest.mark.parametrize(
    "seen",
    [{"handler": "other"}, {"lane": "pool"}, {"later_ms": 5_000}, {"note": b"[]"}, {"note": b"{"}, {"stack": []}],
    ids=str,
)
def test_what_is_of_another_call_or_no_stack_says_nothing(seen: dict[str, Any]) -> None:
    story = Story()
    call = slow(story, length_ms=100, **seen)
    trace = story.trace()
    assert stood_at(trace, row_of(trace, call)) is None


def test_what_blocks_a_loop_is_told_with_where_it_stood() -> None:
    story = Story()
    waiting = story.begin(story.emit("tick", 1), "tick", "tick", flags=int(Flag.ASYNC))
    slow(story, length_ms=280)
    story.end(waiting)
    story.call(story.emit("tick", 1), "tick", "tick", flags=int(Flag.ASYNC))
    (finding,) = found(blocking.DETECTOR, story.trace())
    assert "For 280 ms it was seen at /srv/shop/main.py:44 in pay, inside of" in finding.meaning
    assert str(finding.evidence.places[0][1]) == "/srv/shop/main.py:44"


def hanging(story: Story) -> int:
    for _ in range(3):
        story.call(story.emit("ask", 1), "ask", "ask", flags=int(Flag.ASYNC))
    call = story.begin(story.emit("ask", 1), "ask", "ask", flags=int(Flag.ASYNC))
    story.wait(2_000)
    story.call(story.emit("tick", 1), "tick", "tick")
    return call


def hangs(trace: Trace) -> Finding:
    (finding,) = found(unfinished.DETECTOR, trace)
    return finding


def test_a_call_that_hangs_is_told_with_the_line_at_which_it_was_last_seen_to_wait() -> None:
    story = Story()
    call = hanging(story)
    story.awaits(call, "/srv/shop/main.py:1 in ask")
    story.awaits(call, "/srv/shop/main.py:9 in reply, which awaits Event.wait")
    trace = story.trace()
    assert "It was last seen to wait at /srv/shop/main.py:9 in reply, which awaits Event.wait." in hangs(trace).meaning
    assert waits_at(trace, row_of(trace, call)).startswith("/srv/shop/main.py:9")
    ((row,), _) = pending(trace)
    assert row.waits_for[0].text.endswith(
        "was last seen to wait at /srv/shop/main.py:9 in reply, which awaits Event.wait."
    )


def test_a_call_of_which_nobody_saw_anything_is_told_as_not_known() -> None:
    story = Story()
    hanging(story)
    trace = story.trace()
    assert "seen" not in hangs(trace).meaning
    ((row,), _) = pending(trace)
    assert "is not recorded" in row.waits_for[0].text
