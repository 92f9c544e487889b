"""What lies under a point of the timeline: for a click the one thing it means, for a hover the words about it."""

from __future__ import annotations

import numpy as np

from bus.picture.bars import Bars
from bus.picture.track import Track
from ui.timeline import words
from ui.timeline.content import Content
from ui.timeline.geometry import Geometry
from ui.timeline.mark_flags import marks_at
from ui.timeline.neighbours import Item
from ui.timeline.note_flags import note_at, subject_of
from ui.timeline.path_lane import piece_at
from ui.timeline.path_looks import words as words_of_part
from ui.timeline.picture import Picture
from ui.timeline.spots import item_of, spot_at


def item_at(content: Content, picture: Picture, place: Geometry, x: float, y: float) -> Item | None:
    """What a click means: of what stands for many the first that failed or was lost, else the first."""
    across = x - place.left
    note = note_at(content.trace.notes, place, picture.viewport, x, y)
    if note is not None:
        return subject_of(note, content.trace)
    if place.in_emits(x, y):
        index = picture.emit_at(across)
        return None if index < 0 else ("dispatch", _telling_emit(content, picture, index))
    if place.in_path(y):
        piece = piece_at(picture.path, across)
        row = content.trace.calls.row_of(piece.call) if piece is not None and piece.call else -1
        return ("call", row) if row >= 0 else None
    if not place.in_lanes(x, y):
        return None
    spot = spot_at(picture.spots, across, y - place.lanes_top)
    if spot is not None and spot.row >= 0:
        return item_of(content, spot)
    found = picture.bar_at(across, y - place.lanes_top)
    return None if found is None else ("call", _telling_call(found[0].track, picture.bars, found[1]))


def text_at(content: Content, picture: Picture, place: Geometry, x: float, y: float) -> str:
    """Names and numbers of what is there; empty where there is nothing."""
    across = x - place.left
    note = note_at(content.trace.notes, place, picture.viewport, x, y)
    if note is not None:
        return note.text
    marks = marks_at(content.trace, place, picture.viewport, x, y)
    if marks:
        return marks
    if place.in_emits(x, y):
        index = picture.emit_at(across)
        return words.about_emits(content, picture.emits, index) if index >= 0 else ""
    if place.in_path(y):
        piece = piece_at(picture.path, across) if across >= 0 else None
        return words_of_part(piece.part) if piece is not None else ""
    if place.in_lanes(x, y):
        spot = spot_at(picture.spots, across, y - place.lanes_top)
        if spot is not None:
            return words.about_spot(content, spot)
        found = picture.bar_at(across, y - place.lanes_top)
        return words.about_bar(content, picture.bars, *found) if found else ""
    lane = content.lanes.at(round(y) - place.lanes_top + picture.scroll) if y >= place.lanes_top else None
    return words.about_lane(content, lane) if lane else ""


def _telling_call(track: Track, bars: Bars, index: int) -> int:
    first, count = int(bars.first[index]), int(bars.count[index])
    failed = int(np.searchsorted(track.failed, first))
    if failed < len(track.failed) and track.failed[failed] < first + count:
        first = int(track.failed[failed])
    return int(track.rows[first])


def _telling_emit(content: Content, picture: Picture, index: int) -> int:
    first, count = int(picture.emits.first[index]), int(picture.emits.count[index])
    lost = int(np.searchsorted(content.emits.lost, first))
    if lost < len(content.emits.lost) and content.emits.lost[lost] < first + count:
        return int(content.emits.lost[lost])
    return first
