"""What becomes of an exception that a bus has caught: the program gets it with what its emit gives back, or is told.

Whether the program looks at what a call gives back: what stands behind the call in its own code says so.
"""

from __future__ import annotations

import dis
from types import FrameType
from typing import Optional

_POP = dis.opmap["POP_TOP"]
_FILLING = dis.opmap.get("CACHE", 0)
"""What stands behind a call for the interpreter alone, from Python 3.11 on."""

_STEP = 2
"""Bytes of an instruction."""

UNREAD = "unread"
"""It was among what the emit gave back, which the program threw away at once."""

GIVEN = "given"
"""It was among what the emit gave back; what the program does with that is not known."""

HANDED = "handed"
"""The program was told of it, by a function that it has for this."""


def is_thrown_away(caller: Optional[FrameType]) -> bool:
    """Whether the frame that calls something now throws away what that gives back, looking at nothing of it."""
    if caller is None:
        return False
    code, at = caller.f_code.co_code, caller.f_lasti + _STEP
    while at < len(code) and code[at] == _FILLING:
        at += _STEP
    return at < len(code) and code[at] == _POP
