"""Where on the axis dispatches and calls lie: where many share a time, each of them may have a place of its own."""

from __future__ import annotations

import numpy as np

from bus.picture.scale import Scale
from ui.timeline.content import Content
from ui.timeline.links import LinkEnd


def place_of(content: Content, scale: Scale, end: LinkEnd) -> int:
    """Where one end of a link lies."""
    if not scale.by_call:
        return scale.place(end.time_ns)
    if end.kind == "dispatch":
        return scale.place_of_emit(end.row, end.time_ns)
    begin = _begin(content, scale, end.row)
    if end.time_ns == int(content.trace.calls.started_ns[end.row]):
        return begin
    return max(begin, scale.place(end.time_ns))


def span_of(content: Content, scale: Scale, kind: str, row: int) -> tuple[int, int]:
    """From where to where something is drawn: an emit is a moment, a running call lasts until now."""
    start, end = content.stretch(kind, row)
    begin = place_of(content, scale, LinkEnd(kind, row, start))
    if kind == "dispatch":
        return begin, begin
    places = scale.places_of_ends(np.array([end], np.int64), np.array([begin], np.int64))
    return begin, max(begin, int(places[0]))


def extent_of(content: Content, scale: Scale, kind: str, row: int) -> tuple[int, int]:
    """From when to when a call lasts, or an emit until its last call ends: what is worth filling the view with."""
    begin, end = span_of(content, scale, kind, row)
    return begin, max(end, scale.place(content.extent(kind, row)[1])) if kind == "dispatch" else end


def _begin(content: Content, scale: Scale, row: int) -> int:
    starts = content.trace.calls.started_ns[row : row + 1]
    return int(scale.places_of_calls(np.array([row]), starts)[0])
