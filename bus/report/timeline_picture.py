"""An excerpt of a timeline as a picture: emits on top, a lane for each handler, time from left to right."""

from __future__ import annotations

import math
from collections.abc import Callable

from bus.report.excerpt import Excerpt
from bus.report.picture import LETTER, Picture
from bus.wording import duration
from buslens.records import Outcome

WIDTH, TITLES, RIGHT = 960.0, 190.0, 12.0
AXIS, TRACK, GAP = 24.0, 15.0, 7.0
LEAST = 2.0
"""Pixels of a bar, however short."""

TICKS = 5
LOOKS = {
    Outcome.OK: "ok",
    Outcome.FAILED: "failed",
    Outcome.TIMED_OUT: "failed",
    Outcome.CANCELLED: "idle",
    Outcome.NEVER_RAN: "never",
    Outcome.RUNNING: "open",
}


def timeline_picture(excerpt: Excerpt, start_ns: int) -> Picture:
    """start_ns: the capture's first time, from which people count."""
    picture = Picture(WIDTH, f"Timeline of {duration(excerpt.last_ns - excerpt.first_ns)} around the problem")
    span, room = max(excerpt.last_ns - excerpt.first_ns, 1), WIDTH - TITLES - RIGHT

    def at(time_ns: int) -> float:
        return TITLES + room * min(max((time_ns - excerpt.first_ns) / span, 0.0), 1.0)

    tops, y = [], AXIS + 2 * TRACK + GAP
    for lane in excerpt.lanes:
        tops.append(y)
        y += lane.tracks * TRACK + GAP
    picture.height = y + 2
    _axis(picture, excerpt, start_ns)
    for number, (lane, top) in enumerate(zip(excerpt.lanes, tops, strict=True)):
        if number % 2 == 0:
            picture.rect("stripe", 0, top - GAP / 2, WIDTH, lane.tracks * TRACK + GAP)
        picture.write("name", 4, top + TRACK - 3, lane.title, TITLES - 12)
    picture.write("muted", 4, AXIS + 2 * TRACK - 4, "emitted", TITLES - 12)
    for bar in excerpt.bars:
        if bar.is_shown and bar.emit >= 0:
            x, top = at(excerpt.emits[bar.emit].time_ns), tops[bar.lane] + bar.track * TRACK
            picture.line("arrow", x, AXIS + 2 * TRACK, at(bar.start_ns), top + 1)
    for bar in excerpt.bars:
        x, top = at(bar.start_ns), tops[bar.lane] + bar.track * TRACK
        width = max(at(bar.end_ns) - x, LEAST)
        word = bar.outcome.name.lower().replace("_", " ")
        title = f"call {bar.ident} of {excerpt.lanes[bar.lane].title}: {word}"
        if bar.outcome != Outcome.RUNNING:
            title += f", {duration(bar.end_ns - bar.start_ns)}"
        look = f"bar {LOOKS.get(bar.outcome, 'idle')}{' shown' if bar.is_shown else ''}"
        picture.rect(look, x, top + 1, width, TRACK - 3, title)
    _emits(picture, excerpt, at)
    return picture


def _axis(picture: Picture, excerpt: Excerpt, start_ns: int) -> None:
    span, room = excerpt.last_ns - excerpt.first_ns, WIDTH - TITLES - RIGHT
    step = _step(span)
    tick = math.ceil((excerpt.first_ns - start_ns) / step) * step
    digits = max(0, 9 - len(str(step)) + 1) if step < 1_000_000_000 else 0
    while tick <= excerpt.last_ns - start_ns:
        x = TITLES + room * (tick + start_ns - excerpt.first_ns) / max(span, 1)
        picture.line("grid", x, AXIS - 4, x, picture.height)
        text = f"{tick / 1e9:.{digits}f} s"
        if x + len(text) * LETTER < WIDTH:
            picture.write("muted", x + 3, AXIS - 8, text, WIDTH)
        tick += step


def _step(span: int) -> int:
    """A round number of nanoseconds (1, 2 or 5 and zeros), so that about TICKS of them fill a span."""
    least = max(span / TICKS, 1)
    power = 10 ** math.floor(math.log10(least))
    return int(next(each * power for each in (1, 2, 5, 10) if each * power >= least))


def _emits(picture: Picture, excerpt: Excerpt, at: Callable[[int], float]) -> None:
    ordered = sorted(excerpt.emits, key=lambda each: not each.is_shown)
    taken: list[tuple[float, float]] = []
    for mark in ordered:
        x = at(mark.time_ns)
        look = f"emit{' lost' if mark.is_lost else ''}{' shown' if mark.is_shown else ''}"
        said = "lost: nobody listened" if mark.is_lost else "emitted"
        picture.line(look, x, AXIS + TRACK, x, AXIS + 2 * TRACK, f"dispatch {mark.ident} of {mark.event}: {said}")
        room = min(len(mark.event) * LETTER, 150.0)
        begin = min(max(x - 3, TITLES), WIDTH - room - 2)
        if all(begin > end or begin + room < start for start, end in taken):
            picture.write(f"event{' lost' if mark.is_lost else ''}", begin, AXIS + TRACK - 3, mark.event, room + LETTER)
            taken.append((begin, begin + room + LETTER))
