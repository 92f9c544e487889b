"""What is selected in the window is found on the map."""

from __future__ import annotations

import pytest

from bus.analysis.topology import of_trace
from bus.analysis.topology.selection import key_of
from tests.helpers.random_bus import random_trace


@pytest.mark.parametrize("seed", range(3))
def test_every_dispatch_and_every_call_has_its_node(seed: int) -> None:
    trace = random_trace(seed)
    topology = of_trace(trace)
    for kind, table, names in (
        ("dispatch", trace.dispatches, trace.dispatches.event),
        ("call", trace.calls, trace.calls.handler),
    ):
        for ident, name in zip(table.id.tolist(), names.tolist(), strict=True):
            key = key_of(trace, kind, ident)
            assert key is not None
            assert topology.nodes[topology.place_of[key]].text == trace.names.text(name)


def test_what_is_no_record_has_none() -> None:
    trace = random_trace(1)
    assert key_of(trace, "call", 10**9) is key_of(trace, "dispatch", 10**9) is key_of(trace, "", 0) is None
