"""Which call the running code belongs to: what makes an emit inside a handler know its cause.

A ContextVar, so that it follows awaits and tasks; worker threads are given it by the adapter, and threads and jobs of
pools that the program begins by propagation.py.
"""

from __future__ import annotations

import threading
from contextvars import ContextVar
from typing import Optional

CALL: "ContextVar[Optional[int]]" = ContextVar("buslens_call", default=None)
"""Id of the call that runs here; 0: known to be outside of any; None: nothing is known of this context."""

CAUSE_UNKNOWN = (1 << 64) - 1
"""In the place of a call: somebody began this, and it is not known in which call."""


def current_call() -> int:
    """Id of the call that this code runs in, 0 outside of any or where that is not known."""
    found = CALL.get()
    return 0 if found is None or found == CAUSE_UNKNOWN else found


def is_outside(call: Optional[int]) -> bool:
    """Whether this, which CALL has here, is no call that is known."""
    return not call or call == CAUSE_UNKNOWN


def outside() -> int:
    """The cause of what this thread does where nothing is known of the context.

    What the main thread does outside of any call nobody has caused but the program itself. Any other thread was begun
    by somebody, who may have been in a call.
    """
    return 0 if threading.get_ident() == threading.main_thread().ident else CAUSE_UNKNOWN


def cause_here() -> int:
    """What an emit here has as its cause: a call, 0 for none, or CAUSE_UNKNOWN."""
    found = CALL.get()
    return outside() if found is None else found
