"""`holding`: whoever holds is there still; sets where, lets something go on or drops it, and hears what is held."""

from __future__ import annotations

from typing import Any, Callable, List

from buslens.control.breaks import MOST_POINTS, Point
from buslens.control.controlled import Controlled
from buslens.control.fields import comparisons
from buslens.control.held_calls import DROPPED, GOES
from buslens.control.messages import Asked, Fields, Refused

FIELDS = ("do", "holder", "points", "let", "number", "args", "until_ns")
LETS = ("go", "drop")


def holding(program: Controlled, asked: Asked, wake: Callable[[], None]) -> Fields:
    """See docs/control.md."""
    unknown = [name for name in asked.names if name not in FIELDS]
    if unknown:
        raise Refused(f"holding knows no {unknown[0][:40]!r}: it takes {', '.join(FIELDS[1:])}")
    breaks = program.breaks
    breaks.owner(asked.text("holder")).heard()
    told: Fields = {"ok": True}
    if asked.has("points"):
        points = [_point(each) for each in asked.items("points")]
        if len(points) > MOST_POINTS:
            raise Refused(f"there are at most {MOST_POINTS} breakpoints")
        breaks.set_points(tuple(points))
        told["cannot"] = [why for point in points for why in breaks.cannot(point)]
    if asked.has("let"):
        try:
            told["let"] = _let(program, asked)
        except Refused as why:  # what is held stays so, and whoever holds it goes on
            told["let_why_not"] = str(why)
    return {**told, **breaks.said()}


def _let(program: Controlled, asked: Asked) -> int:
    """How many go on, or were dropped."""
    what, number = asked.text("let"), asked.whole("number", 0)
    if what not in LETS:
        raise Refused(f"let is {' or '.join(LETS)}, and not {what[:40]!r}")
    if what == "drop":
        return len(program.breaks.let(number, DROPPED, "dropped by a person"))
    edited = asked.items("args") if asked.has("args") else None
    if edited is not None and number < 0:
        raise Refused("one delivery gets other arguments, and not all of them")
    said = "released by a person" + (" with other arguments" if edited is not None else "")
    return len(program.breaks.let(number, GOES, said, edited))


def _point(said: Any) -> Point:
    if type(said) is not dict:
        raise Refused("a breakpoint is an object")
    unknown = [name for name in said if name not in ("bus", "event", "handler", "where")]
    if unknown:
        raise Refused(f"a breakpoint has no {str(unknown[0])[:40]!r}: it has bus, event, handler and where")
    names = [said.get(name, "") for name in ("bus", "event", "handler")]
    where: "List[Any]" = said.get("where", [])
    if any(type(name) is not str for name in names) or type(where) is not list:
        raise Refused("bus, event and handler of a breakpoint are texts, and where is a list")
    if not names[1] and not names[2]:
        raise Refused("a breakpoint is at an event, a handler, or one event of a handler")
    return Point(names[0], names[1], names[2], comparisons(where))
