"""What comes next: along a lane, and along a flow from cause to effect."""

from __future__ import annotations

import numpy as np

from bus.analysis import causality
from bus.picture.pyramid import Int64s
from ui.timeline.content import Content

Item = tuple[str, int]
"""Kind ("dispatch" or "call") and row."""

MOST_STEPS_UP = 1000
"""How far `later_in_flow` climbs before it gives up: a feedback loop may nest without end."""


def on_lane(content: Content, item: Item, direction: int) -> Item | None:
    """The next (1) or previous (-1) on the same lane that the filter shows; None at its end."""
    kind, row = item
    if kind == "dispatch":
        return _next_emit(content, row, direction)
    handler = content.tracks.handler(row)
    best: int | None = None
    for track in content.tracks.lanes.get(handler, ()):
        index = int(np.searchsorted(track.rows, row, "right" if direction > 0 else "left"))
        counts = content.matches.of_track(track) if content.matches else None
        position = _shown_from(counts, len(track), index, direction)
        if position is not None:
            found = int(track.rows[position])
            best = found if best is None else (min(best, found) if direction > 0 else max(best, found))
    return None if best is None else ("call", best)


def _next_emit(content: Content, row: int, direction: int) -> Item | None:
    total = len(content.emits)
    counts = content.matches.of_dispatches(total) if content.matches else None
    found = _shown_from(counts, total, row + 1 if direction > 0 else row, direction)
    return None if found is None else ("dispatch", found)


def _shown_from(counts: Int64s | None, total: int, border: int, way: int) -> int | None:
    """The first shown position at or behind a border, or the last before it."""
    if counts is None:
        position = border if way > 0 else border - 1
        return position if 0 <= position < total else None
    border = min(max(border, 0), total)
    if way > 0:
        position = int(np.searchsorted(counts, counts[border], "right")) - 1
        return position if position < total else None
    if counts[border] == 0:
        return None
    return int(np.searchsorted(counts, counts[border], "left")) - 1


def cause(content: Content, item: Item) -> Item | None:
    """What caused this; None for a root."""
    kind, row = item
    if kind == "call":
        found, other = causality.cause_of_call(content.trace, row), "dispatch"
    else:
        found, other = causality.cause_of_dispatch(content.trace, row), "call"
    return (other, found) if found >= 0 else None


def effects(content: Content, item: Item) -> list[Item]:
    """What this caused directly, in order of time."""
    kind, row = item
    if kind == "call":
        return [("dispatch", int(found)) for found in causality.emitted_in(content.trace, row)]
    return [("call", int(found)) for found in causality.calls_of(content.trace, row)]


def later_in_flow(content: Content, item: Item) -> Item | None:
    """The first effect; where there is none, what its cause, or a cause farther up, caused next."""
    found = effects(content, item)
    if found:
        return found[0]
    for _ in range(MOST_STEPS_UP):
        above = cause(content, item)
        if above is None:
            return None
        siblings = effects(content, above)
        behind = siblings[siblings.index(item) + 1 :] if item in siblings else []
        if behind:
            return behind[0]
        item = above
    return None
