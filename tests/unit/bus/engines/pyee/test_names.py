"""What a run's records call its bus: pyee's own class, whatever stands in front of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bus.trace import Trace

SCENARIO = "buslens: 1\nengine: {}\nevents: {{ping: {{}}}}\nscript: [{{emit: ping}}]\n"


@pytest.mark.parametrize(
    ("engine", "kind"),
    [
        ("pyee", "pyee.base.EventEmitter"),
        ("pyee-asyncio", "pyee.asyncio.AsyncIOEventEmitter"),
        ("pyee-threads", "pyee.executor.ExecutorEventEmitter"),
    ],
)
def test_the_class_of_a_bus_is_one_that_a_person_knows(run: Callable[[str], Trace], engine: str, kind: str) -> None:
    trace = run(SCENARIO.format(engine))
    names = trace.names
    bus = names[names.bus(int(trace.dispatches.event[0]))]
    assert (bus.text, bus.class_name) == (engine, kind)
