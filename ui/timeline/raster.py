"""Bars as pixels: all tracks become one image, so that painting costs one blit however many bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.picture.bars import Bars
from bus.picture.detail import EmitPoints
from bus.picture.pyramid import Int64s

Lines = npt.NDArray[np.uint32]

APART = 3
"""Bars this wide (logical pixels) and wider keep a gap of one pixel to the next."""

FAILED_WIDTH = 2
"""A failure, or a call whose body never ran, is at least so many pixels wide."""


def bar_lines(bars: Bars, lines: int, columns: int, ratio: float, words: dict[str, int]) -> Lines:
    """One line of pixels for the bars of each track."""
    failed, never = bars.failed > 0, bars.never > 0
    colours = np.where(failed, words["failed"], words["bar"]).astype(np.uint32)
    colours[bars.cancelled] = words["idle"]
    colours[never & ~failed] = words["never"]
    dimmed = np.flatnonzero(~bars.shown)
    faded = np.where(never[dimmed], words["dim_never"], words["dim_bar"])
    colours[dimmed] = np.where(failed[dimmed], words["dim_failed"], faded)
    gap = max(1, int(ratio))
    right = np.where(bars.right - bars.left >= APART * ratio, bars.right - gap, bars.right)
    before = bars.line * columns
    pixels = _spans(before + bars.left, before + right, colours, lines * columns)
    wrong = np.flatnonzero(failed | never)
    red, last = (before + bars.left)[wrong], (before + columns - 1)[wrong]
    for offset in range(1, round(FAILED_WIDTH * ratio)):
        pixels[np.minimum(red + offset, last)] = colours[wrong]
    return pixels.reshape(lines, columns)


def stacked(lines: Lines, stretches: Sequence[tuple[int, int]]) -> Lines:
    """One picture of lines that are repeated from one height to another each, descending; nothing between them."""
    height = max((end for _, end in stretches), default=0)
    which = np.full(max(0, height), len(lines))
    for line, (top, bottom) in enumerate(stretches):
        which[max(0, top) : max(0, bottom)] = line
    nothing = np.zeros((1, lines.shape[1]), np.uint32)
    return np.asarray(np.concatenate([lines, nothing])[which])


def density_line(points: EmitPoints, columns: int, words: dict[str, int]) -> Lines:
    """One line of pixels for the moments of the emits lane."""
    line = np.zeros(columns, np.uint32)
    line[points.column] = np.where(points.shown, words["emit"], words["dim_bar"])
    return line


def pillars(columns: Int64s, tops: npt.NDArray[Any], width: int, bottom: int, word: int) -> Lines:
    """Lines of one pixel's width, each from its top down to the bottom."""
    height = np.full(width, bottom)
    height[columns] = np.minimum(tops, bottom)
    return np.where(np.arange(bottom)[:, np.newaxis] >= height, np.uint32(word), np.uint32(0))


def _spans(left: Int64s, right: Int64s, colours: Lines, columns: int) -> Lines:
    """Spans that do not overlap, and nothing between them."""
    borders = np.empty(2 * len(left) + 2, np.int64)
    borders[0], borders[-1] = 0, columns
    borders[1:-1:2], borders[2:-1:2] = left, right
    values = np.zeros(2 * len(left) + 1, np.uint32)
    values[1::2] = colours
    return np.repeat(values, np.diff(borders))


def thinned(columns: npt.NDArray[Any], least: float) -> npt.NDArray[np.intp]:
    """Indices of ascending columns such that no two chosen are nearer than `least`: room for a glyph each."""
    if not len(columns):
        return np.empty(0, np.intp)
    cells = np.floor(columns / least).astype(np.int64)
    chosen = np.flatnonzero(np.diff(cells, prepend=cells[0] - 1))
    apart = np.diff(columns[chosen], prepend=columns[chosen[0]] - 10 * int(least) - 10) >= least / 2
    return chosen[apart]
