"""One flow of both traces side by side: each line is what belongs together, or what only one of them has."""

from __future__ import annotations

import random

import pytest

from bus.analysis.diff import Compared, TraceDiff, What, diff, side_by_side, words
from bus.analysis.diff.side_by_side import MOST_LINES
from tests.helpers.two_traces import Call, Emit, changed, random_flows, recorded

Shown = tuple[str, str, str]


def flow(calls: list[Call], payload: object = None) -> list[Emit]:
    return [Emit("before", None, [Call("log")]), Emit("placed", payload, calls)]


def shown(found: TraceDiff, number: int = 0) -> list[Shown]:
    """Sign, and the names of both sides moved in by their depth."""
    return [
        (words.sign(line.what), *("" if each is None else "." * line.depth + each.name for each in line.sides))
        for line in side_by_side(found, found.differences[number])
    ]  # fmt: skip


def compared(first: list[Emit], second: list[Emit], **how: object) -> TraceDiff:
    return diff(recorded(first), recorded(second), Compared(**how))  # type: ignore[arg-type]


def test_what_only_one_has_stands_beside_nothing_and_what_fails_is_marked() -> None:
    found = compared(
        flow([Call("log"), Call("charge", emits=[Emit("paid", None, [Call("pack")])])]),
        flow([Call("log"), Call("charge", "no", emits=[Emit("error")])]),
    )
    assert shown(found) == [
        ("", "placed", "placed"),
        ("", ".log", ".log"),
        ("!", ".charge", ".charge"),
        ("-", "..paid", ""),
        ("-", "...pack", ""),
        ("+", "", "..error"),
    ]


def test_what_was_added_stands_behind_what_came_before_it() -> None:
    found = compared(flow([Call("a"), Call("c")]), flow([Call("a"), Call("b"), Call("c")]))
    assert shown(found) == [
        ("", "placed", "placed"),
        ("", ".a", ".a"),
        ("+", "", ".b"),
        ("", ".c", ".c"),
    ]


def test_a_whole_flow_that_is_missing_stands_alone() -> None:
    found = compared([Emit("a", None, [Call("h")]), Emit("b")], [Emit("b")])
    assert shown(found) == [("-", "a", ""), ("-", ".h", "")]


@pytest.mark.parametrize(("how", "sign"), [({}, "~"), ({"payloads": False}, ""), ({"ignored": ("n",)}, "")])
def test_payloads_count_as_they_do_in_the_comparison(how: dict[str, object], sign: str) -> None:
    found = compared(
        flow([Call("h")], {"n": 1}), [*flow([Call("h")], {"n": 2})[:1], Emit("placed", {"n": 2}, [Call("x")])], **how
    )
    assert [line for line in shown(found) if line[1] == "placed"] == [(sign, "placed", "placed")]


def test_an_emit_whose_call_differs_is_not_called_different_itself() -> None:
    found = compared(flow([Call("charge")]), flow([Call("charge", ends=False)]))
    assert shown(found)[:2] == [("", "placed", "placed"), ("~", ".charge", ".charge")]


def test_times_count_from_the_first_emit_of_the_flow() -> None:
    found = compared(flow([Call("a")]), flow([Call("a"), Call("b")]))
    first, second = side_by_side(found, found.differences[0])[:2]
    assert [each.since_ns for each in first.sides if each] == [0, 0]
    assert all(each is not None and each.since_ns > 0 and each.duration_ns > 0 for each in second.sides)


def test_a_large_flow_is_cut() -> None:
    many = [Call("h", emits=[Emit("x") for _ in range(150)]) for _ in range(150)]
    found = compared(flow(many), flow([*many, Call("last")]))
    assert len(side_by_side(found, found.differences[0])) == MOST_LINES


@pytest.mark.parametrize("seed", range(8))
def test_every_emit_and_call_of_both_flows_is_there_once(seed: int) -> None:
    rng = random.Random(seed)
    flows = random_flows(rng, 6)
    found = diff(recorded(flows), recorded(changed(flows, rng, 4), start_ns=10_000, first_id=50))
    for one in found.differences:
        lines = side_by_side(found, one)
        for side, trace in enumerate(found.traces):
            told = [(each.kind, each.id) for line in lines if (each := line.sides[side]) is not None]
            assert len(told) == len(set(told))
            roots = {
                int(trace.dispatches.root[trace.dispatches.row_of(ident)])
                for kind, ident in told
                if kind == "dispatch"
            }  # fmt: skip
            for root in roots:
                whole = {("dispatch", int(each)) for each in trace.dispatches.id[trace.dispatches.root == root]}
                assert whole <= set(told)
        both = [line for line in lines if None not in line.sides]
        assert all(first.name == second.name for first, second in (line.sides for line in both))  # type: ignore[union-attr]
        signs = {line.what for line in lines} - {None}
        assert signs, "a flow that differs has a line that says how"
        if one.what in (What.MISSING, What.ADDED, What.FAILS, What.FAILS_NO_MORE):
            assert one.what in signs
