"""Why so late: what took longest is told first, with its share of the whole."""

from __future__ import annotations

from tests.helpers.asking import asked, can_be_asked, told
from tests.helpers.planted import Story


def test_the_longest_part_comes_first_with_the_call_that_it_is_about() -> None:
    story = Story()
    dispatch = story.emit("order", 2)
    slow = story.call(dispatch, "report", "order", ms=30)
    call = story.call(dispatch, "pay", "order", ms=10)
    answer = asked(story.trace(), "call", call, "late")
    assert answer.short == "40 ms in all: 30 ms (75 %) behind report; 10 ms (25 %) pay itself."
    assert told(answer)[:2] == [
        f"30 ms (75 %) blocked: behind report (call #{slow}).",
        f"10 ms (25 %) own time: pay itself (call #{call}).",
    ]
    assert (answer.reasons[0].kind, answer.reasons[0].id) == ("call", slow)
    assert sum(part.length_ns for part in answer.path) > 40_000_000


def test_what_is_not_known_is_a_part_named_unknown() -> None:
    story = Story()
    dispatch = story.emit("order", 1)
    story.wait(30)
    call = story.call(dispatch, "pay", "order", ms=10)
    assert told(asked(story.trace(), "call", call, "late"))[0] == (
        "30 ms (75 %) unknown: until pay began: for what is not recorded. [unknown]"
    )


def test_the_flow_is_asked_about_only_where_something_is_above() -> None:
    story = Story()
    root = story.emit("order", 1)
    call = story.begin(root, "pay", "order")
    paid = story.emit("paid", 1, cause=call)
    mail = story.call(paid, "mail", "paid", ms=3)
    lost = story.emit("audit", 0, cause=call)
    story.end(call)
    trace = story.trace()
    assert "late-flow" in can_be_asked(trace, "call", mail)
    assert "late-flow" not in can_be_asked(trace, "dispatch", root)
    assert {"late", "late-flow"}.isdisjoint(can_be_asked(trace, "dispatch", lost))
    assert asked(trace, "call", mail, "late-flow").title == "Why so late since the flow of paid began?"


def test_many_parts_are_summed_up() -> None:
    story = Story()
    dispatch = story.emit("order", 21)
    for number in range(20):
        story.call(dispatch, f"h{number}", "order", ms=5)
    call = story.call(dispatch, "pay", "order", ms=5)
    lines = told(asked(story.trace(), "call", call, "late"))
    assert len(lines) == 13
    assert "shorter parts took" in lines[-1]
