"""Steps ask their call's context for everything, wherever that is: here it is no run at all."""

from __future__ import annotations

import traceback

import pytest

from tests.unit.bus.behaviour.asked import Asked, call, handler

STEPS = (
    "once: [{log: first}]",
    "transform: {twice: '${event.payload * 2}'}",
    "log: 'call ${count} has ${event.payload.twice}'",
    "count: n",
    "wait: 10ms",
    "{wait: 5ms, block: true}",
    "{emit: b, with: $counters.n}",
    "{emit: b, times: 2}",
)


def lines_of(failed: BaseException | None, file: str) -> list[tuple[int, str]]:
    assert failed is not None
    walked = traceback.walk_tb(failed.__traceback__)
    return [(line, frame.f_code.co_name) for frame, line in walked if frame.f_code.co_filename == file]


@pytest.mark.parametrize("count", [1, 2])
async def test_every_step_is_asked_of_the_context_in_order_both_ways(count: int) -> None:
    blocking, waiting = Asked(), Asked()
    assert handler(*STEPS).do(call(blocking, 4, count)) is None
    assert await handler(*STEPS).do_async(call(waiting, 4, count)) is None
    begun = [("log", "first")] if count == 1 else []
    rest = [("emit", "b", 1), *[("emit", "b", {"sample of": "b"})] * 2]
    five, ten = (5_000_000, "a", "h"), (10_000_000, "a", "h")
    log = ("log", f"call {count} has 8")
    assert blocking.said == [*begun, log, ("block", *ten), ("block", *five), *rest]
    assert waiting.said == [*begun, log, ("wait", *ten), ("block", *five), *rest]


async def test_a_failure_is_returned_and_points_to_its_step() -> None:
    context = Asked()
    steps = handler("log: before", "fail: {error: Broken, message: 'n is ${event.payload}'}", "log: after")
    for failed in (steps.do(call(context, 5)), await steps.do_async(call(context, 5))):
        assert (type(failed).__name__, str(failed)) == ("Broken", "n is 5")
        assert lines_of(failed, steps.file) == [(8, "h")]
    assert context.said == [("log", "before"), ("failure comes",)] * 2


def test_what_an_emit_raises_fails_the_call() -> None:
    steps = handler("emit: refused")
    failed = steps.do(call(Asked()))
    assert isinstance(failed, ConnectionError)
    assert lines_of(failed, steps.file) == [(7, "h")]


def test_code_that_nobody_trusts_does_not_run() -> None:
    failed = handler("python: raise SystemExit").do(call(Asked()))
    assert type(failed).__name__ == "NotTrusted"


def test_a_call_draws_from_its_own_numbers() -> None:
    one, same = Asked(), Asked()
    steps = handler("wait: 1ms..1s")
    steps.do(call(one))
    steps.do(call(same))
    assert one.said == same.said
    assert 1_000_000 <= one.said[0][1] <= 1_000_000_000
