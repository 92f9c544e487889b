"""A sequence as a picture: an actor a column, time downwards, an arrow for each call."""

from __future__ import annotations

from bus.export.sequence import Sequence, Step, What
from bus.report.picture import LETTER, Picture

COLUMN, LEAST_WIDTH, MARGIN = 170.0, 480.0, 12.0
HEAD, ROW = 34.0, 30.0
MOST_ACTORS, MOST_STEPS = 7, 40
BOX = 150.0
TIP = 7.0


def flow_picture(sequence: Sequence) -> tuple[Picture, int]:
    """The picture, and how many steps are not in it."""
    chosen = _actors(sequence)
    columns = {actor: MARGIN + COLUMN * (number + 0.5) for number, actor in enumerate(chosen)}
    fitting = [each for each in sequence.steps if each.source in columns and each.target in columns]
    steps = fitting[:MOST_STEPS]
    picture = Picture(max(2 * MARGIN + COLUMN * len(chosen), LEAST_WIDTH), "Who called whom, in the order of time")
    picture.height = HEAD + ROW * (len(steps) + 1)
    for actor, x in columns.items():
        picture.line("life", x, HEAD, x, picture.height)
        picture.rect("actor", x - BOX / 2, 4, BOX, HEAD - 10)
        picture.write("actor", x, HEAD - 14, sequence.actors[actor], BOX - 10)
    for number, step in enumerate(steps):
        _draw(picture, step, columns[step.source], columns[step.target], HEAD + ROW * (number + 1))
    return picture, len(sequence.steps) - len(steps)


def _actors(sequence: Sequence) -> list[int]:
    """Those who do something first."""
    order = dict.fromkeys(actor for step in sequence.steps for actor in (step.source, step.target))
    return list(order)[:MOST_ACTORS]


def _draw(picture: Picture, step: Step, x: float, to: float, y: float) -> None:
    words = " ".join(filter(None, (step.event, step.text)))
    if step.what is What.NOTE:
        said = ", ".join(filter(None, (step.event, step.text)))
        room = min(len(said) * LETTER + 12, COLUMN * 1.6)
        left = min(max(x - room / 2, 2), picture.width - room - 2)
        picture.rect("note", left, y - 13, room, 18, said)
        picture.write("note", left + room / 2, y, said, room - 6)
        return
    look = {What.CALL: "call", What.ASYNC_CALL: "call async", What.FAILURE: "call failed"}[step.what]
    if x == to:
        picture.curve(look, f"M {x:.1f} {y - 8:.1f} h 26 v 10 h -22")
        _tip(picture, look, x + 2, y + 2, -1)
        picture.write(f"step{' failed' if step.what is What.FAILURE else ''} right", x + 32, y, words, COLUMN * 0.75)
        return
    direction = 1 if to > x else -1
    picture.line(look, x, y, to - direction * 2, y, words)
    _tip(picture, look, to - direction, y, direction)
    room = max(abs(to - x) - 14, COLUMN - 14)
    picture.write(f"step{' failed' if step.what is What.FAILURE else ''}", (x + to) / 2, y - 5, words, room)


def _tip(picture: Picture, look: str, x: float, y: float, direction: int) -> None:
    back = x - direction * TIP
    picture.curve(f"{look} tip", f"M {back:.1f} {y - 4:.1f} L {x:.1f} {y:.1f} L {back:.1f} {y + 4:.1f}")
