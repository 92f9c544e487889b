"""Which call a step between broker and consumer is about, also where the process that gets a message does not run it.

Who gets a message in the main process of a worker, and acknowledges it there, does not know the call that a process of
its pool makes of it. Both name the message, the queue and the number of the attempt: by these they are one delivery.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from buslens.records import Kind

if TYPE_CHECKING:
    from bus.trace.trace import Trace

Array = npt.NDArray[Any]

_MOST_ATTEMPT = 1023


def calls_of(trace: Trace, at: Array) -> Array:
    """Ids of the calls that these rows of deliveries are about, as far as rows among them say it; 0 for none."""
    told = trace.deliveries
    calls, kind, attempt = (told.view(name)[at] for name in ("call", "kind", "attempt"))
    handed = (kind >= Kind.DELIVERED) & (kind <= Kind.DEAD_LETTERED)
    lacking = np.flatnonzero(handed & (calls == 0) & (attempt > 0))
    begun = np.flatnonzero((kind == Kind.WORK_STARTED) & (calls > 0))
    if not len(lacking) or not len(begun):
        return calls
    both = np.concatenate([begun, lacking])
    _, message = np.unique(told.view("dispatch")[at[both]], return_inverse=True)
    queues, queue = np.unique(told.view("queue")[at[both]], return_inverse=True)
    number = np.minimum(attempt[both].astype(np.int64), _MOST_ATTEMPT)
    key = (message.astype(np.int64) * len(queues) + queue) * (_MOST_ATTEMPT + 1) + number
    known, first, count = np.unique(key[: len(begun)], return_index=True, return_counts=True)
    place = np.minimum(np.searchsorted(known, key[len(begun) :]), len(known) - 1)
    is_one = (known[place] == key[len(begun) :]) & (count[place] == 1)  # of several it is not known which
    found = calls.copy()
    found[lacking[is_one]] = calls[begun[first[place[is_one]]]]
    return found
