"""Which deliveries a breakpoint holds, and what is said of one that is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from bus.errors import UserError
from bus.run.breakpoints import LONGEST_NAME, Breakpoint, Breakpoints, check


def held(wanted: Breakpoint, event: str = "a", handler: str = "h", payload: Any = None, attempt: int = 1) -> bool:
    breakpoints = Breakpoints()
    breakpoints.replace([wanted])
    return breakpoints.hit(event, handler, () if payload is None else (payload,), attempt, {"seen": 3})


@pytest.mark.parametrize(
    ("wanted", "event", "handler", "is_held"),
    [
        (Breakpoint("a"), "a", "h", True),
        (Breakpoint("a"), "b", "h", False),
        (Breakpoint("", "h"), "b", "h", True),
        (Breakpoint("", "h"), "b", "g", False),
        (Breakpoint("a", "h"), "a", "h", True),
        (Breakpoint("a", "h"), "a", "g", False),
        (Breakpoint("a", enabled=False), "a", "h", False),
    ],
)
def test_it_is_at_an_event_a_handler_or_one_edge(wanted: Breakpoint, event: str, handler: str, is_held: bool) -> None:
    assert held(wanted, event, handler) is is_held


@pytest.mark.parametrize(
    ("condition", "is_held"),
    [
        ("event.payload.id == 7", True),
        ("event.payload.id > 7", False),
        ("event.name == 'a' && handler == 'h'", True),
        ("attempt > 1", False),
        ("counters.seen == 3", True),
    ],
)
def test_its_condition_knows_payload_and_envelope(condition: str, is_held: bool) -> None:
    assert held(Breakpoint("a", condition=condition), payload={"id": 7}) is is_held


@pytest.mark.parametrize(
    ("condition", "says"),
    [
        ("event.payload.id =", "condition:1:18: not an expression: write == for ="),
        ("event.payload.id and true", "condition:1:18: not an expression: write && for and"),
        ("event.payload.id == 1 &&\n(true", "condition:2:5: not an expression"),
        ("x" * 5_000, "condition:1:1: the expression has 5000 characters"),
    ],
)
def test_a_wrong_condition_says_where_line_and_column(condition: str, says: str) -> None:
    with pytest.raises(UserError) as raised:
        check(Breakpoint("a", condition=condition))
    assert str(raised.value).startswith(says)


def test_one_without_a_place_or_with_a_wrong_count_or_name_is_refused() -> None:
    for wrong in (Breakpoint(), Breakpoint("a", hit=-1), Breakpoint("a" * (LONGEST_NAME + 1))):
        with pytest.raises(UserError):
            check(wrong)


def test_a_condition_that_cannot_be_evaluated_holds_nothing_and_says_why() -> None:
    breakpoints = Breakpoints()
    breakpoints.replace([Breakpoint("a", condition="event.payload.no.such == 1")])
    assert not breakpoints.hit("a", "h", ({"id": 1},), 1, {})
    (hits,) = breakpoints.hits()
    assert (hits.event, hits.hits) == ("a", 0)
    assert "event.payload.no.such" in hits.trouble


def test_a_condition_that_is_no_condition_says_so() -> None:
    breakpoints = Breakpoints()
    breakpoints.replace([Breakpoint("a", condition="event.payload")])
    assert not breakpoints.hit("a", "h", (1,), 1, {})
    assert "expected true or false, found 1" in breakpoints.hits()[0].trouble


def test_a_hit_count_holds_only_that_one_of_those_that_match() -> None:
    breakpoints = Breakpoints()
    breakpoints.replace([Breakpoint("a", condition="event.payload % 2 == 0", hit=2)])
    assert [n for n in range(10) if breakpoints.hit("a", "h", (n,), 1, {})] == [2]
    assert breakpoints.hits()[0].hits == 5


def test_what_stays_the_same_goes_on_counting_and_what_is_turned_off_does_not() -> None:
    breakpoints = Breakpoints()
    assert breakpoints.replace([Breakpoint("a")])
    breakpoints.hit("a", "h", (), 1, {})
    assert not breakpoints.replace([Breakpoint("a", enabled=False)])
    assert not breakpoints.hit("a", "h", (), 1, {})
    breakpoints.replace([Breakpoint("b"), Breakpoint("a")])
    breakpoints.hit("a", "h", (), 1, {})
    assert [(each.event, each.hits) for each in breakpoints.hits()] == [("b", 0), ("a", 2)]
    breakpoints.replace([Breakpoint("a", condition="true")])
    assert breakpoints.hits()[0].hits == 0


def test_two_that_match_count_both_and_one_wrong_one_changes_nothing() -> None:
    breakpoints = Breakpoints()
    breakpoints.replace([Breakpoint("a"), Breakpoint("", "h")])
    assert breakpoints.hit("a", "h", (), 1, {})
    with pytest.raises(UserError):
        breakpoints.replace([Breakpoint("c", condition="(")])
    assert [each.hits for each in breakpoints.hits()] == [1, 1]


def test_its_title_is_its_edge() -> None:
    titles = [each.title for each in (Breakpoint("a"), Breakpoint("", "h"), Breakpoint("a", "h"))]
    assert titles == ["a", "h", "a -> h"]
