"""Why did this run: the chain of causes goes up to the root, and says where it cannot."""

from __future__ import annotations

from bus.trace import Trace
from buslens.context import CAUSE_UNKNOWN
from buslens.records import Flag
from tests.helpers.asking import asked, told
from tests.helpers.planted import Story


def test_the_chain_goes_from_a_call_to_the_emit_that_began_its_flow() -> None:
    story = Story()
    story.on("pay", "order.placed", file="/srv/shop/app.py", line=7)
    story.wait(5)
    placed = story.emit("order.placed", 1)
    pay = story.begin(placed, "pay", "order.placed")
    paid = story.emit("order.paid", 1, cause=pay)
    mail = story.call(paid, "mail", "order.paid")
    story.end(pay)
    trace = story.trace()
    answer = asked(trace, "call", mail, "ran")
    assert told(answer) == [
        f"mail (call #{mail}) was called for order.paid, 1 us after its emit.",
        f"order.paid (#{paid}) was emitted inside pay (call #{pay}).",
        f"pay (call #{pay}) was called for order.placed, 1 us after its emit.",
        f"order.placed (#{placed}) was emitted on MainThread outside of any call: the flow begins there.",
    ]
    assert [(each.kind, each.id) for each in answer.reasons] == [
        ("call", mail), ("dispatch", paid), ("call", pay), ("dispatch", placed),
    ]  # fmt: skip
    assert str(answer.reasons[1].place) == "/srv/shop/main.py:10"
    assert answer.short.startswith(f"mail ran because order.placed (#{placed}) was emitted, by way of 1 call.")
    since = told(asked(trace, "call", pay, "ran"))[1]
    assert since == "pay listens to order.placed: it was subscribed at /srv/shop/app.py:7, 5 ms before the emit."


def test_a_retry_names_the_attempt_before_it() -> None:
    story = Story()
    dispatch = story.emit("tick", 1)
    first = story.call(dispatch, "count", "tick", error=ValueError("no"))
    second = story.call(dispatch, "count", "tick", attempt=2)
    assert (
        f"It is attempt 2: the one before, count (call #{first}), failed with ValueError: no."
        in told(asked(story.trace(), "call", second, "ran"))
    )  # fmt: skip


def test_where_the_cause_is_unknown_those_that_ran_then_are_only_candidates() -> None:
    story = Story()
    other = story.begin(story.emit("start", 1), "boot", "start", flags=Flag.ASYNC)
    over = story.call(story.emit("start", 1), "done", "start")
    unknown = story.emit("tick", 1, cause=CAUSE_UNKNOWN)
    call = story.call(unknown, "count", "tick")
    lines = told(asked(story.trace(), "call", call, "ran"))
    assert lines[1].startswith(f"The program could not tell what emitted tick (#{unknown})")
    assert lines[1].endswith("[unknown]")
    assert lines[2:] == [f"boot (call #{other}) ran at that moment, and may have led to it. [inferred]"]
    assert str(over) not in "".join(lines)


def test_a_cause_that_the_capture_lacks_is_said() -> None:
    story = Story()
    dispatch = story.emit("tick", 0, cause=4711)
    (line,) = told(asked(story.trace(), "dispatch", dispatch, "ran"))
    assert line == f"tick (#{dispatch}) was emitted inside a call that this capture does not hold. [unknown]"


def deep(levels: int) -> tuple[Trace, int]:
    story = Story()
    cause = 0
    for number in range(levels):
        cause = story.begin(story.emit(f"e{number % 2}", 1, cause=cause), "again", f"e{number % 2}")
    return story.trace(), cause


def test_a_long_chain_is_folded_in_its_middle() -> None:
    trace, last = deep(300)
    answer = asked(trace, "call", last, "ran")
    assert len(answer.reasons) == 47
    assert answer.reasons[40].text == "554 more links of the chain lead from there up, through e1, e0."
    assert "the flow begins there" in answer.reasons[-1].text
