"""Which event a handler may emit without being called for it again: a flow that feeds itself does not end."""

from __future__ import annotations

from bus.scenario.model import Scenario

ENDS = "count < 3"
"""A condition that ends a loop by itself: `count` is the number of the call."""


def offered_emit(scenario: Scenario, handler: str = "") -> dict[str, str]:
    """A new emit step for a handler, or for the script (""): of the first event that does not lead back.

    Where every event leads back it has a condition that ends the loop; empty where there is no event at all.
    """
    events = list(scenario.events)
    if not events:
        return {}
    if not handler:
        return {"emit": events[0]}
    for event in events:
        if not any(map(scenario.handlers[handler].hears, _reached(scenario, event))):
            return {"emit": event}
    return {"emit": events[0], "if": ENDS}


def _reached(scenario: Scenario, event: str) -> set[str]:
    """The event itself, and all that are emitted because of it."""
    reached, waiting = {event}, [event]
    while waiting:
        for name in scenario.handlers_of(waiting.pop()):
            new = [emitted for emitted in scenario.handlers[name].emitted if emitted not in reached]
            reached.update(new)
            waiting += new
    return reached
