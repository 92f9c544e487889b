"""Where the coroutines of calls wait that have not ended: told when the program ends, and now and then on request.

Found by what refers to our stand-ins, which is the collector's own list: nothing is kept of each task for it.
"""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING, Any, Dict, Optional, Tuple

from buslens.packing import WHOLE
from buslens.records import Kind
from buslens.texts import utf8
from buslens.watching.calls import CallCoroutine
from buslens.watching.steps import waits_at

if TYPE_CHECKING:
    from buslens.recorder import Recorder

_MOST = 1_000


def tell_awaits(recorder: "Recorder", told: "Optional[Dict[int, str]]" = None) -> None:
    """Record where each of them waits now. told: what was told before, by call, which is not said again."""
    if not ("asyncio" in sys.modules or "trio" in sys.modules):
        return  # then nobody runs any
    kinds, count = (CallCoroutine, *CallCoroutine.__subclasses__()), 0
    for found in gc.get_referrers(*kinds):
        if not any(type(found) is kind for kind in kinds):
            continue
        call, place = _waiting(found, recorder)
        if not place or (told is not None and told.get(call) == place):
            continue
        count += 1
        if count > _MOST:
            return
        if told is not None:
            if len(told) >= _MOST:
                told.clear()
            told[call] = place
        fact: "tuple[Any, ...]" = (recorder.clock_ns(), 0, call, 0, 0, utf8(place))
        recorder.put(WHOLE, int(Kind.AWAITS), 0, 0, 0, *fact)


def _waiting(stand_in: Any, recorder: "Recorder") -> "Tuple[int, str]":
    """A call that waits, and where."""
    try:
        call = stand_in.waiting_call(recorder)
        return call, waits_at(stand_in.inner) if call else ""
    except Exception:  # another thread is just making it
        return 0, ""
