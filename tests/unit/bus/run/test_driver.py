"""What is driven on the engine's thread: nothing that a person asks for is lost, however late an engine opens."""

from __future__ import annotations

import asyncio
import math
import threading
from functools import partial

from bus import scenario
from bus.contract.protocol import EngineContext
from bus.engines.pyee.engine import PyeeEngine
from bus.run.order import Order
from bus.run.runner import Runner, own_run
from bus.trace import Trace
from tests.helpers.patience import PATIENCE_S

TEXT = "buslens: 1\nevents: {a: {}, b: {}}\nhandlers: {h: {on: a, do: [{emit: b}]}}\n"


class Slow(PyeeEngine):
    """Opens when a test says so."""

    def __init__(self, may_open: threading.Event) -> None:
        super().__init__()
        self._may_open = may_open

    async def open(self, context: EngineContext) -> None:
        await asyncio.to_thread(self._may_open.wait, PATIENCE_S)
        await super().open(context)


def finished(runner: Runner) -> Trace:
    """Its trace, when there is nothing left to do."""
    trace = Trace()
    while runner.state().phase != "finished":
        assert runner.recording.back_pressure.wanted.wait(PATIENCE_S)
        trace.feed(runner.take())
    trace.feed(runner.take())
    return trace


def test_what_was_emitted_and_edited_before_the_engine_was_open_counts() -> None:
    may_open = threading.Event()
    engines = {"pyee": partial(Slow, may_open)}
    runner = own_run(scenario.loads(TEXT), Order("pyee", 1, math.inf), trusted=False, engines=engines)
    runner.start()
    try:
        runner.emit("a", None, 1, None)
        assert runner.state().phase == "starting"
        runner.apply(scenario.loads(TEXT.replace("{emit: b}", "{emit: b, times: 3}")))
        may_open.set()
        trace = finished(runner)
    finally:
        runner.stop()
        assert runner.join(PATIENCE_S)
    names = [trace.names.text(int(event)) for event in trace.dispatches.event]
    assert [name for name in names if name != "new_listener"] == ["a", "b", "b", "b"]
