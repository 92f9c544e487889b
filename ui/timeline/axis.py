"""The time axis in words and numbers: where ticks stand, and what a time or a length of time is called.

Far from zero and zoomed in, a label says only what it is behind a common base, which stands beside the axis.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from bus.picture.scale import UNIT, FoldedScale, StepScale
from ui.number_text import MINUTE, UNITS, count_text, duration_text, unit_of
from ui.timeline.viewport import Viewport, round_step

TICK_SPACING_PX = 90
"""Ticks are at least so far apart: the longest label fits."""

STEP_SPACING_PX = 150
"""The same where a label says which dispatch it is as well."""

MINUTE_STEPS = (1, 2, 5, 10, 15, 30, 60)


@dataclass(frozen=True, slots=True)
class Tick:
    """One labelled line of the time axis."""

    place: int
    """On the axis."""
    label: str


@dataclass(frozen=True, slots=True)
class Ticks:
    """The ticks in view and what their labels count from."""

    base: str
    """Empty where labels count from the beginning of the capture."""
    ticks: tuple[Tick, ...]


def ticks(viewport: Viewport, origin_ns: int, stretch: float = 1.0) -> Ticks:
    """Ticks for what is in view; labels count from `origin_ns`, the beginning of the capture.

    stretch: how much wider than usual the letters of the labels are.
    """
    least_ns = viewport.ns_per_px * stretch
    if isinstance(viewport.scale, StepScale):
        return Ticks("", tuple(_steps(viewport, viewport.scale, origin_ns, least_ns * STEP_SPACING_PX)))
    least_ns *= TICK_SPACING_PX
    if isinstance(viewport.scale, FoldedScale):
        return Ticks("", tuple(_between_folds(viewport, viewport.scale, origin_ns, least_ns)))
    step = tick_step(least_ns)
    first = -((origin_ns - viewport.start_ns) // step) * step
    offsets = range(first, viewport.end_ns - origin_ns + 1, step)
    coarse = coarse_step(step)
    base = (viewport.start_ns - origin_ns) // coarse * coarse
    if base <= 0 or viewport.end_ns - origin_ns - base > 2 * coarse:
        return Ticks("", tuple(Tick(origin_ns + offset, tick_label(offset, step)) for offset in offsets))
    marks = tuple(Tick(origin_ns + offset, "+" + tick_label(offset - base, step)) for offset in offsets)
    return Ticks(duration_text(base, digits=12), marks)


def _steps(viewport: Viewport, steps: StepScale, origin_ns: int, least: float) -> Iterator[Tick]:
    """Every so many dispatches: which one in order, and when it was."""
    step = round_step(max(1, math.ceil(least / UNIT)))
    first = max(0, -(-viewport.start // UNIT // step) * step)
    for number in range(first, min(len(steps), viewport.end // UNIT + 1), step):
        time_ns = steps.time(number * UNIT) - origin_ns
        yield Tick(number * UNIT, f"#{count_text(number + 1)} · {duration_text(time_ns, digits=5)}")


def _between_folds(viewport: Viewport, folded: FoldedScale, origin_ns: int, least: float) -> Iterator[Tick]:
    """Round times, as many as have room and are not folded away."""
    step, room = tick_step(least), round(least)
    place = viewport.start
    while place <= viewport.end:
        offset = -(-(folded.time(place) - origin_ns) // step) * step
        number = int(folded.ends.searchsorted(origin_ns + offset))
        if number < len(folded.ends) and int(folded.begins[number]) < origin_ns + offset:
            # The round time is folded away: instead say when things go on.
            place, behind = max(place, folded.place(int(folded.ends[number]))), int(folded.ends[number]) - origin_ns
            yield Tick(folded.place(origin_ns + behind), duration_text(behind, digits=5))
        else:
            yield Tick(folded.place(origin_ns + offset), tick_label(offset, step))
            place = max(place, folded.place(origin_ns + offset))
        place += room


def tick_step(least_ns: float) -> int:
    """The smallest handy step that is not smaller than this."""
    if least_ns <= MINUTE / 2:
        return round_step(least_ns)
    minutes = least_ns / MINUTE
    return next((step for step in MINUTE_STEPS if step >= minutes), round_step(minutes / 60) * 60) * MINUTE


def coarse_step(step: int) -> int:
    """What a base is a multiple of: the unit above that of the step."""
    bigger = [size for size, _ in UNITS if size >= 100 * step]
    return min(bigger) if bigger else UNITS[0][0] * 1_000_000


def tick_label(offset: int, step: int) -> str:
    """A time in the unit that suits its step, with the decimals that the step needs."""
    if offset == 0:
        return "0"
    sign, offset = ("−", -offset) if offset < 0 else ("", offset)
    if step >= MINUTE or (offset >= 10 * MINUTE and step >= 1_000_000_000):
        minutes, rest = divmod(offset, MINUTE)
        return f"{sign}{minutes}m" + (f" {rest // 1_000_000_000:02d}s" if step < MINUTE else "")
    size, unit = unit_of(min(offset, 1000 * step))
    fine, decimals = size, 0
    while step % fine:
        fine, decimals = fine // 10, decimals + 1
    return f"{sign}{offset / size:.{decimals}f} {unit}"
