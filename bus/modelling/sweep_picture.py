"""A sweep as a picture: a number against what is swept, its confidence interval as a band. SVG, and nothing else."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from bus.modelling.confidence import Estimate
from bus.wording import duration

WIDTH, HEIGHT = 640.0, 360.0
LEFT, RIGHT, TOP, BOTTOM = 76.0, 18.0, 34.0, 46.0
TICKS = 5
STYLE = """
svg{background:#fff;color:#1b2027;font-family:system-ui,sans-serif;font-size:12px}text{fill:currentColor}
.axis{stroke:#848c98}.grid{stroke:#eceef2}.band{fill:#d3e1fb;stroke:none}.line{fill:none;stroke:#2456c7;stroke-width:2}
.point{fill:#2456c7}
@media(prefers-color-scheme:dark){svg{background:#14171c;color:#e3e7ed}.grid{stroke:#262c35}.band{fill:#22355a}
.line{stroke:#86aeff}.point{fill:#86aeff}}
"""


def picture(title: str, across: str, points: Sequence[tuple[str, float, Estimate]], *, is_time: bool = True) -> str:
    """An SVG document. across: what is swept; points: each value as text and number, and what came of it."""
    known = [point for point in points if not math.isnan(point[2].mean)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img">',
            f"<title>{_text(title)}</title><style>{STYLE}</style>",
            f'<text x="{LEFT:g}" y="20">{_text(title)}</text>',
            f'<text x="{(LEFT + WIDTH - RIGHT) / 2:g}" y="{HEIGHT - 8:g}" text-anchor="middle">{_text(across)}</text>',
            *(_drawn(known, is_time=is_time) if known else ()),
            "</svg>\n",
        ]
    )


def _drawn(points: list[tuple[str, float, Estimate]], *, is_time: bool) -> Iterator[str]:
    numbers = [number for _, number, _ in points]
    low, high = min(numbers), max(numbers)
    top = max(_top(found) for _, _, found in points) or 1.0
    step = rounded_step(top / TICKS)
    top = step * math.ceil(top / step)

    def x(number: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * ((number - low) / (high - low) if high > low else 0.5)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * max(value, 0) / top

    for at in range(round(top / step) + 1):
        value = at * step
        yield f'<line class="grid" x1="{LEFT:g}" x2="{WIDTH - RIGHT:g}" y1="{y(value):.1f}" y2="{y(value):.1f}"/>'
        text = duration(value) if is_time else f"{value:g}"
        yield f'<text x="{LEFT - 8:g}" y="{y(value) + 4:.1f}" text-anchor="end">{_text(text)}</text>'
    ends = [(x(number), y(found.high), y(found.low)) for _, number, found in points if not math.isnan(found.half)]
    if len(ends) > 1:
        around = [(at, above) for at, above, _ in ends] + [(at, below) for at, _, below in reversed(ends)]
        yield f'<polygon class="band" points="{_places(around)}"/>'
    yield f'<polyline class="line" points="{_places([(x(number), y(found.mean)) for _, number, found in points])}"/>'
    for text, number, found in points:
        yield f'<circle class="point" cx="{x(number):.1f}" cy="{y(found.mean):.1f}" r="3"/>'
        yield f'<text x="{x(number):.1f}" y="{HEIGHT - BOTTOM + 18:g}" text-anchor="middle">{_text(text)}</text>'
    for found_x, above, below in ends:
        yield f'<line class="axis" x1="{found_x:.1f}" x2="{found_x:.1f}" y1="{above:.1f}" y2="{below:.1f}"/>'


def rounded_step(least: float) -> float:
    """The next of 1, 2, 5, 10, ... that is as large as this."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(each * power for each in (1, 2, 5, 10) if each * power >= least * (1 - 1e-9))


def _top(found: Estimate) -> float:
    return found.mean if math.isnan(found.half) else found.high


def _places(points: list[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _text(text: str) -> str:
    return escape("".join(each if each.isprintable() else "?" for each in text))
