"""`hold`: whoever asks holds deliveries from now on, as long as it is heard of; answered when that is over."""

from __future__ import annotations

from typing import Callable

from buslens.control.breaks import BreakSession
from buslens.control.controlled import Controlled
from buslens.control.messages import Asked, Refused

FIELDS = ("do", "holder", "from", "until_ns")
MOST_LETTERS = 200


def hold(program: Controlled, asked: Asked, wake: Callable[[], None]) -> BreakSession:
    """See docs/control.md."""
    unknown = [name for name in asked.names if name not in FIELDS]
    if unknown:
        raise Refused(f"hold knows no {unknown[0][:40]!r}: it takes {', '.join(FIELDS[1:])}")
    holder = asked.text("holder")[:MOST_LETTERS]
    if not holder:
        raise Refused("hold needs a holder: a name that nobody else has")
    session = BreakSession(program.breaks, holder, asked.text("from")[:MOST_LETTERS] or "somebody")
    program.breaks.begin(session)
    return session
