"""What is said to differ first, and that a node is different only in itself."""

from __future__ import annotations

import pytest

from bus.analysis.diff import What, diff
from tests.helpers.two_traces import Call, Emit, recorded


def shop(
    *, error: str = "", price: int = 3, mails: bool = True, order: tuple[str, ...] = ("check", "log")
) -> list[Emit]:
    """placed -> check -> paid -> charge -> mailed."""
    mailed = [Emit("mailed")] if mails and not error else []
    charge = Call("charge", error, emits=mailed)
    calls = {"check": Call("check", emits=[Emit("paid", {"price": price}, [charge])]), "log": Call("log")}
    return [Emit("placed", 1, [calls[each] for each in order]), Emit("closed")]


def whats(first: list[Emit], second: list[Emit], step_ns: int = 1_000) -> list[tuple[What, str]]:
    return [(each.what, each.path[-1]) for each in diff(recorded(first, step_ns=step_ns), recorded(second)).differences]


@pytest.mark.parametrize("step_ns", [0, 1_000])
def test_a_failure_comes_before_what_is_missing_for_it(step_ns: int) -> None:
    assert whats(shop(), shop(error="no"), step_ns) == [(What.FAILS, "charge"), (What.MISSING, "mailed")]
    assert whats(shop(error="no"), shop(), step_ns) == [(What.FAILS_NO_MORE, "charge"), (What.ADDED, "mailed")]


@pytest.mark.parametrize("step_ns", [0, 1_000])
def test_what_an_emit_carries_comes_before_how_its_calls_end(step_ns: int) -> None:
    found = whats(shop(), shop(price=4, error="no"), step_ns)
    assert found == [(What.PAYLOAD, "paid"), (What.FAILS, "charge"), (What.MISSING, "mailed")]


def test_a_failure_inside_comes_before_the_failure_that_it_causes() -> None:
    def nested(error: str) -> list[Emit]:
        return [Emit("a", None, [Call("outer", error, emits=[Emit("b", None, [Call("inner", error)])])])]

    for step_ns in (0, 1_000):
        assert whats(nested(""), nested("no"), step_ns) == [(What.FAILS, "inner"), (What.FAILS, "outer")]


def test_only_what_is_missing_differs_and_nothing_above_it() -> None:
    assert whats(shop(), shop(mails=False)) == [(What.MISSING, "mailed")]


def test_handlers_that_change_places_are_one_difference() -> None:
    found = whats(shop(), shop(order=("log", "check")))
    assert len(found) == 1
    assert found[0][0] is What.REORDERED


def test_what_is_added_shows_where_it_would_have_been() -> None:
    more = [shop()[0], Emit("new"), shop()[1]]
    found = diff(recorded(shop()), recorded([*more, Emit("last")]))
    assert [(each.what, each.path) for each in found.differences] == [(What.ADDED, ("new",)), (What.ADDED, ("last",))]
    assert found.before == found.matched - 1  # all but `closed`


def test_another_error_is_another_failure_and_another_address_in_it_is_not() -> None:
    assert whats(shop(error="a"), shop(error="b")) == [(What.FAILS_OTHERWISE, "charge")]
    assert whats(shop(error="<x at 0x7f0012>"), shop(error="<x at 0x7f9999>")) == []


def test_a_call_that_runs_still_ends_otherwise() -> None:
    assert whats([Emit("a", None, [Call("h")])], [Emit("a", None, [Call("h", ends=False)])]) == [
        (What.ENDS_OTHERWISE, "h")
    ]


def test_an_emit_that_nobody_hears_in_both_becomes_the_same() -> None:
    assert whats([Emit("a")], [Emit("a")]) == []
