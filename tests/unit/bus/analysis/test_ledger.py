"""Every event of a run ends somewhere, and the ledger says where and why."""

from __future__ import annotations

from typing import Any

import pytest

from bus.analysis import ledger
from bus.analysis.ledger import Ledger
from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.records import Flag, Kind

TWO = "events: {{a: {{}}}}\nhandlers: {{good: {{on: a}}, other: {{on: a, {other}}}}}\nscript: [{{emit: a, times: 4}}]"


def of(run: Any, other: str, engine: str = "sqlite") -> Ledger:
    return ledger.of_trace(run(TWO.format(other=other), engine=engine))


def test_of_several_handlers_the_worst_counts(run: Any) -> None:
    assert of(run, "do: []") == Ledger(4, 4, 0, 0, 0, 0, 0)
    assert of(run, "do: [{fail: {if: count == 2}}]") == Ledger(4, 3, 1, 0, 0, 0, 0)
    assert of(run, "do: [{once: [{crash: always}]}]") == Ledger(4, 3, 1, 0, 0, 0, 0)
    assert of(run, "attempts: 1, do: [{fail: {every: 2}}]") == Ledger(4, 2, 0, 0, 0, 2, 0)


def test_what_is_acknowledged_too_early_is_lost_where_the_call_fails(run: Any) -> None:
    found = of(run, "ack: before, do: [{fail: {every: 4}}]")
    assert found == Ledger(4, 3, 0, 0, 0, 0, 1, {"lost": ((ledger.TOO_EARLY, 1),)})


def test_what_waits_is_open_and_what_nobody_hears_yet_is_kept(run: Any) -> None:
    found = of(run, "once: true")
    assert found == Ledger(4, 1, 0, 0, 3, 0, 0, {"open": ((ledger.QUEUED, 3),)})
    kept = ledger.of_trace(run("events: {a: {}}\nscript: [{emit: a}]", engine="sqlite"))
    assert kept == Ledger(1, 0, 0, 1, 0, 0, 0, {"kept": ((ledger.KEPT, 1),)})


@pytest.mark.parametrize("engine", ["pyee", "pyee-asyncio", "pyee-threads"])
def test_an_engine_that_keeps_nothing_loses_what_fails_and_what_nobody_hears(engine: str, run: Any) -> None:
    found = ledger.of_trace(
        run(
            "events: {a: {}, b: {}}\nhandlers: {h: {on: a, do: [{fail: {every: 2}}]}}\n"
            "script: [{emit: a, times: 2}, {emit: b}]",
            engine=engine,
        )
    )
    errors = 0 if engine == "pyee" else 1  # pyee's own `error` event, which nobody hears either
    assert (found.emitted, found.handled, found.lost) == (3 + errors, 1, 2 + errors)
    assert dict(found.why["lost"]) == {ledger.FAILED: 1, ledger.NOBODY: 1 + errors}


def test_the_brokers_reasons_are_told() -> None:
    recorder, trace = Recorder(clock_ns=lambda: 0), Trace()
    for number in range(5):
        dispatch = recorder.next_id()
        recorder.dispatch(dispatch, 0, recorder.event("a"), 0, number % 2, None, False, Flag.DURABLE)
        note = "no queue is bound to it" if number else ""
        recorder.delivery(Kind.DISCARDED, dispatch, recorder.queue("a"), note=note)
        recorder.delivery(Kind.DISCARDED, dispatch, recorder.queue("a"), note="said twice")
    recorder.delivery(Kind.DISCARDED, 4711, recorder.queue("a"), note="of nothing that is known")
    trace.feed(recorder.take())
    assert ledger.of_trace(trace).why["lost"] == (("no queue is bound to it", 4), (ledger.OTHER, 1))
    assert dict(ledger.of_trace(trace, most_read=3).why["lost"]) == {"no queue is bound to it": 2, ledger.OTHER: 3}


def test_an_empty_trace_has_an_empty_ledger() -> None:
    assert ledger.of_trace(Trace()) == Ledger(0, 0, 0, 0, 0, 0, 0)


def test_a_ledger_that_does_not_add_up_is_refused() -> None:
    with pytest.raises(ValueError, match="does not add up"):
        Ledger(3, 1, 0, 0, 0, 0, 1, {"lost": (("said", 1),)})


def test_deliveries_of_dispatches_that_were_cleared_away_count_for_nothing() -> None:
    recorder, trace = Recorder(clock_ns=lambda: 0), Trace()
    recorder.delivery(Kind.ACKNOWLEDGED, 4711, recorder.queue("a"))
    trace.feed(recorder.take())
    assert ledger.of_trace(trace).emitted == 0
