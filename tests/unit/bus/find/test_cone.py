"""The cone of something: what led to it and what it led to, and nothing of the rest of its flow."""

from __future__ import annotations

import pytest

from bus.errors import UserError
from bus.find import rows
from bus.find.cone import cone
from bus.trace import Trace
from tests.helpers.make_trace import make_trace
from tests.helpers.planted import Story


def ids(trace: Trace, ident: int) -> tuple[list[int], list[int]]:
    dispatches, calls = cone(trace, ident)
    return trace.dispatches.id[dispatches].tolist(), trace.calls.id[calls].tolist()


def two_branches() -> tuple[Trace, dict[str, int]]:
    """order -> one -> (left -> two -> deep -> four), (right -> three); and another flow."""
    story = Story()
    found = {"order": story.emit("order", 1)}
    found["one"] = story.begin(found["order"], "one", "order")
    found["left"] = story.emit("left", 1, cause=found["one"])
    found["two"] = story.begin(found["left"], "two", "left")
    found["deep"] = story.emit("deep", 1, cause=found["two"])
    found["four"] = story.call(found["deep"], "four", "deep")
    found["right"] = story.emit("right", 1, cause=found["one"])
    found["three"] = story.call(found["right"], "three", "right")
    story.heard("order", "one")
    return story.trace(), found


def test_of_a_dispatch_its_causes_and_its_effects_without_the_other_branch() -> None:
    trace, at = two_branches()
    assert ids(trace, at["left"]) == ([at["order"], at["left"], at["deep"]], [at["one"], at["two"], at["four"]])
    assert ids(trace, at["right"]) == ([at["order"], at["right"]], [at["one"], at["three"]])


def test_of_a_call_what_it_emitted_and_what_led_to_it() -> None:
    trace, at = two_branches()
    assert ids(trace, at["two"]) == ([at["order"], at["left"], at["deep"]], [at["one"], at["two"], at["four"]])
    assert ids(trace, at["three"]) == ([at["order"], at["right"]], [at["one"], at["three"]])


def test_of_a_root_its_whole_flow() -> None:
    trace, at = two_branches()
    assert ids(trace, at["order"])[0] == [at["order"], at["left"], at["deep"], at["right"]]


def test_of_nothing_nothing() -> None:
    trace, _ = two_branches()
    assert ids(trace, 4711) == ([], [])
    assert ids(Trace(), 1) == ([], [])


def test_it_is_the_same_as_walking_one_by_one() -> None:
    trace = make_trace(12, failures=0.3)
    for row, ident in enumerate(trace.dispatches.id.tolist()):
        expected = {row}
        above = row
        while (parent := int(trace.dispatches.parent_call[above])) and (call := trace.calls.row_of(parent)) >= 0:
            above = trace.dispatches.row_of(int(trace.calls.dispatch[call]))
            expected.add(above)
        waiting = [row]
        while waiting:
            each = waiting.pop()
            expected.add(each)
            mine = trace.calls.id[trace.calls.dispatch == trace.dispatches.id[each]].tolist()
            waiting += [at for at, parent in enumerate(trace.dispatches.parent_call.tolist()) if parent in mine]
        assert set(cone(trace, ident)[0].nonzero()[0].tolist()) == expected


def test_a_search_line_leaves_the_cone_alone() -> None:
    trace, at = two_branches()

    def left(table: str, text: str) -> list[int]:
        found = rows.rows(trace, table, rows.parse(text))
        return (trace.calls if table == "calls" else trace.dispatches).id[found].tolist()

    assert left("dispatches", f"cone:{at['left']}") == [at["order"], at["left"], at["deep"]]
    assert left("calls", f"cone:#{at['left']} handler:four") == [at["four"]]
    assert at["right"] in left("dispatches", f"-cone:{at['left']}")
    with pytest.raises(UserError, match="a cone is of one dispatch or call"):
        rows.parse("cone>5")
    with pytest.raises(UserError, match="cone is a whole number"):
        rows.parse("cone:order")
