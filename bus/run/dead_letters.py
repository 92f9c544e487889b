"""A handler's `on_failure`: the event that is emitted in the last call for an event, where that has failed as well."""

from __future__ import annotations

from bus.behaviour.context import Call, HandlerContext
from bus.behaviour.plain import PayloadTooLarge
from bus.contract.protocol import ConsumerDied
from bus.run.stage import PayloadRefused


def emit_dead_letter(context: HandlerContext, event: str, call: Call, failed: Exception) -> None:
    """As code would that must not fail once more: what stands in its way is a line at the call."""
    if isinstance(failed, ConsumerDied):
        return  # who has died emits nothing
    letter = {
        "event": call.event,
        "payload": call.given,
        "handler": call.handler,
        "error": type(failed).__name__,
        "message": str(failed),
        "attempts": call.attempt,
    }
    try:
        context.emit(event, letter)
    except (PayloadRefused, PayloadTooLarge) as refused:
        context.log(f"on_failure: {refused}")
    except Exception as raised:
        context.log(f"on_failure: the emit of {event} raised {type(raised).__name__}: {raised}")
