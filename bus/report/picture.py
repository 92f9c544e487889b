"""Pictures of a page: shapes with places in pixels and classes for their colours. A template writes them as SVG."""

from __future__ import annotations

from dataclasses import dataclass, field

LETTER = 6.3
"""Pixels that a letter takes at the size of the pictures, nearly: no page can be measured here."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A rectangle, a line, or a text: SVG 1.1."""

    kind: str
    """"rect", "line", "path" or "text"."""

    look: str
    """Class names of the page's style sheet."""

    x: float = 0
    y: float = 0
    width: float = 0
    height: float = 0
    """Of a line, how far it goes."""

    path: str = ""
    text: str = ""
    title: str = ""
    """What a person reads who points at it."""


@dataclass(slots=True)
class Picture:
    """Shapes in the order in which they are painted."""

    width: float
    label: str
    """What it shows, in one sentence: for people who hear the page."""

    height: float = 0
    shapes: list[Shape] = field(default_factory=list)

    def rect(self, look: str, x: float, y: float, width: float, height: float, title: str = "") -> None:
        self.shapes.append(Shape("rect", look, _px(x), _px(y), _px(width), _px(height), title=title))

    def line(self, look: str, x: float, y: float, to_x: float, to_y: float, title: str = "") -> None:
        self.shapes.append(Shape("line", look, _px(x), _px(y), _px(to_x - x), _px(to_y - y), title=title))

    def curve(self, look: str, path: str, title: str = "") -> None:
        """path: of SVG, made of numbers and commands alone."""
        self.shapes.append(Shape("path", look, path=path, title=title))

    def write(self, look: str, x: float, y: float, text: str, room: float, title: str = "") -> None:
        """A text that is cut to so many pixels; whoever points at it reads all of it."""
        shown = cut(text, room)
        title = title or (text if shown != text else "")
        self.shapes.append(Shape("text", look, _px(x), _px(y), text=shown, title=title))


def cut(text: str, room: float) -> str:
    """As much of a text as fits into so many pixels."""
    most = max(int(room / LETTER), 1)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _px(value: float) -> float:
    return round(value, 1)
