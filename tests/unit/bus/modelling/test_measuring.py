"""What is measured of events and handlers."""

from __future__ import annotations

from typing import Any

from bus.modelling.measuring import Measurements
from buslens.records import NameKind

MS = 1_000_000
SHOP = """
engine: pyee-asyncio
events: {a: {}, b: {}}
handlers:
  work: {on: [a, b], do: [{wait: 10ms}, {fail: {every: 2}}]}
  fast: {on: b}
script: [{emit: a}, {emit: b}]
"""


def test_events_and_handlers_are_counted_and_timed(run: Any) -> None:
    found = Measurements(run(SHOP))
    events, handlers = found.named(NameKind.EVENT), found.named(NameKind.HANDLER)
    work = found.handler(handlers["work"])
    assert (work.count, work.failed) == (2, 1)
    assert work.times["duration"].tolist() == [10 * MS, 10 * MS]
    b = found.event(events["b"])
    assert (b.count, b.calls, b.failed) == (1, 2, 1)
    assert b.times["latency"].tolist() == [10 * MS]


def test_what_a_trace_does_not_have_is_measured_as_nothing(run: Any) -> None:
    found = Measurements(run(SHOP)).handler(-1)
    assert (found.count, len(found.times["duration"])) == (0, 0)
