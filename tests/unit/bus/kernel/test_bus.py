"""An emit in the kernel: who is called, in which order, and what reaches whoever emits."""

from __future__ import annotations

from bus.exploration.program import Program
from bus.runtime.choices import Choices
from bus.scenario import loads
from buslens.records import Outcome
from tests.helpers.two_levels import recorded


def test_a_once_handler_that_was_removed_before_its_turn_is_skipped() -> None:
    _, ours = recorded(
        "buslens: 1\nengine: pyee\nevents: {a: {}}\nscript: [{emit: a}]\nhandlers:\n"
        "  first: {on: a, do: [{once: [{emit: a}]}]}\n  second: {on: a, once: true}\n"
    )
    assert len(ours.calls) == 3  # the inner emit has called `second`, the outer one skips it
    assert ours.calls.outcome.tolist() == [Outcome.OK] * 3


def test_where_a_function_raises_the_handlers_behind_it_are_not_called() -> None:
    _, ours = recorded(
        "buslens: 1\nengine: pyee\nevents: {a: {}, b: {}}\nscript: [{emit: a}]\nhandlers:\n"
        "  outer: {on: a, do: [{emit: b}, {log: never}]}\n"
        "  first: {on: b, do: [{fail: always}]}\n  second: {on: b, do: [{log: never}]}\n"
    )
    assert ours.calls.outcome.tolist() == [Outcome.FAILED] * 2
    assert len(ours.marks) == 0


def test_on_asyncio_a_failure_is_an_error_event_and_an_unheard_one_reaches_a_blocking_caller() -> None:
    for heard in "", "  listens: {on: error, do: [{log: heard}]}\n":
        _, ours = recorded(
            "buslens: 1\nevents: {a: {}, b: {}}\nscript: [{emit: a}]\nhandlers:\n"
            "  outer: {on: a, block: true, do: [{emit: b}, {count: after}]}\n"
            f"  inner: {{on: b, block: true, do: [{{fail: always}}]}}\n{heard}"
        )
        assert (ours.calls.outcome.tolist()[0] == Outcome.FAILED) is (heard == "")


def test_emits_inside_of_emits_without_an_end_are_left_to_the_real_bus() -> None:
    text = "buslens: 1\nengine: pyee\nevents: {a: {}}\nhandlers: {h: {on: a, do: [{emit: a}]}}\nscript: [{emit: a}]"
    assert not Program(loads(text)).run(Choices()).in_kernel
