"""What is held, in words: how many deliveries, where, and how long a broker lets them be. No Qt."""

from __future__ import annotations

import time
from collections import Counter

from bus.engines import ENGINES
from bus.run.breakpoints import edge
from bus.runtime.state import EngineState, HeldDelivery
from bus.wording import several
from ui.number_text import span

MOST_NAMED = 3
"""Places in one line."""


def held_line(state: EngineState) -> str:
    """2 deliveries held at order.placed -> charge; "" where none is."""
    if not state.held_count:
        return ""
    places = Counter(edge(each.event, each.handler) for each in state.held)
    named = [f"{place} ({count})" if len(places) > 1 else place for place, count in places.most_common(MOST_NAMED)]
    more = f" and {len(places) - MOST_NAMED} more" if len(places) > MOST_NAMED else ""
    paused = ". The run is paused: what you do takes effect when it goes on" if state.phase == "paused" else ""
    held = several(state.held_count, "delivery", "deliveries")
    return f"{held} held at {', '.join(named)}{more}{takes_back(state)}{paused}"


def takes_back(state: EngineState) -> str:
    """After how long its broker has enough of waiting; "" where it waits for ever."""
    spec = ENGINES.get(state.engine)
    if spec is None or not spec.takes_back_s:
        return ""
    return f". {spec.id} takes back what is not acknowledged in {spec.takes_back_s / 60:.0f} min"


def state_of(held: HeldDelivery, now_ns: int) -> str:
    """Since when it is held, on a watch; or when it goes on by itself, on the run's clock."""
    if held.due_ns is not None:
        return f"goes on in {span(max(0, held.due_ns - now_ns))}"
    began = time.localtime(time.time() - (time.monotonic() - held.since_s))
    return f"since {time.strftime('%H:%M:%S', began)}"
