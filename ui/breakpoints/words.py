"""What is held, in words: how many deliveries, where, and how long a broker lets them be. No Qt."""

from __future__ import annotations

import time
from collections import Counter

from bus.run.breakpoints import edge
from bus.runtime.state import EngineState, HeldDelivery
from bus.wording import several
from ui.number_text import span

MOST_NAMED = 3
"""Places in one line."""


def held_line(state: EngineState, now_s: float) -> str:
    """2 deliveries held at order.placed -> charge; "" where none is. now_s: of `time.monotonic`."""
    if not state.held_count:
        return ""
    places = Counter(edge(each.event, each.handler) for each in state.held)
    named = [f"{place} ({count})" if len(places) > 1 else place for place, count in places.most_common(MOST_NAMED)]
    more = f" and {len(places) - MOST_NAMED} more" if len(places) > MOST_NAMED else ""
    paused = ". The run is paused: what you do takes effect when it goes on" if state.phase == "paused" else ""
    held = several(state.held_count, "delivery", "deliveries")
    return f"{held} held at {', '.join(named)}{more}{takes_back(state, now_s)}{paused}"


def takes_back(state: EngineState, now_s: float) -> str:
    """When its broker has enough of waiting for the first of them; "" where it waits for ever."""
    leased = [each for each in state.held if each.lease is not None]
    if not leased:
        return ""
    which = "it" if state.held_count == 1 else "the first of them"
    first = min(leased, key=_ends_s)
    left = _ends_s(first) - now_s
    assumed = " (its default)" if first.lease is not None and first.lease.is_assumed else ""
    if left <= 0:
        return f". {state.engine} takes {which} back now{assumed}: it will be delivered again, here or elsewhere"
    return f". {state.engine} takes {which} back in {_left(left)}{assumed}, to be delivered again, here or elsewhere"


def state_of(held: HeldDelivery, now_ns: int, now_s: float) -> str:
    """Since when it is held, on a watch, and when its broker takes it back; or when it goes on, on the run's clock."""
    if held.due_ns is not None:
        return f"goes on in {span(max(0, held.due_ns - now_ns))}"
    began = time.localtime(time.time() - (time.monotonic() - held.since_s))
    lease = "" if held.lease is None else f", taken back in {_left(max(0.0, held.lease.ends_s - now_s))}"
    return f"since {time.strftime('%H:%M:%S', began)}{lease}"


def _ends_s(held: HeldDelivery) -> float:
    return held.lease.ends_s if held.lease is not None else float("inf")


def _left(seconds: float) -> str:
    """29:48, as it is shown by a clock that runs down."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}" if minutes else f"{rest} s"
