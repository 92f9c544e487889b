"""How often handlers were subscribed, and what of it still holds."""

from __future__ import annotations

from bus.analysis.topology.naming import NodeNames
from bus.analysis.topology.subscribed import Pairs, Subscribed
from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.wire import Header


def pairs_of(changes: str) -> Pairs:
    """changes: + and - of one handler of one event, in their order."""
    record = Recorder(header=Header("a.py", 1, "desk", 0, 0, "monotonic", {}))
    event, handler = record.event("e"), record.handler("h")
    for change in changes:
        (record.handler_added if change == "+" else record.handler_removed)(handler, event)
    trace = Trace()
    trace.feed(record.take())
    return Subscribed(trace, NodeNames(trace)).pairs


def test_what_was_removed_holds_no_longer() -> None:
    assert list(pairs_of("++-").values()) == [(2, 1)]


def test_a_removal_of_nothing_takes_nothing_away() -> None:
    assert list(pairs_of("--+").values()) == [(1, 1)]
    assert list(pairs_of("+--+-+").values()) == [(3, 1)]


def test_a_removal_alone_is_no_subscription() -> None:
    assert pairs_of("-") == {}
    assert pairs_of("") == {}
