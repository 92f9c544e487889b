"""What a capture on disk says, in the few words that tests of watched programs ask for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bus.trace import Trace
from buslens.records import NameKind


@dataclass(frozen=True, slots=True)
class Seen:
    """One capture."""

    header: Any
    buses: list[str]
    events: list[str]
    """Of each dispatch."""

    marks: list[str]
    ended: bool


def seen(path: Path) -> Seen:
    """What is in a file now."""
    trace = Trace()
    trace.feed(path.read_bytes())
    assert not trace.damage, trace.damage
    return Seen(
        header=trace.header,
        buses=[trace.names.text(each) for each in trace.names.ids(NameKind.BUS)],
        events=[trace.names.text(int(each)) for each in trace.dispatches.event],
        marks=[trace.marks.text(row) for row in range(len(trace.marks))],
        ended=trace.ended,
    )
