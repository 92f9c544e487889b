"""Watch a bus of abxbus, which came after bubus: what is told when is the same, and said by the bus more plainly.

`emit` stays what it is: buses look at each other's, to find out where an event is forwarded to. Where a handler says
`bus.emit`, the new event is a root on purpose; with `event.emit` it is a child.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from abxbus.event_bus import EventBus

from buslens.recorder import Recorder
from buslens.statics import member
from buslens.watching.event_objects import EventBusHooks, KeyedHandler
from buslens.watching.hooks import Hooks
from buslens.watching.methods import Hook, Subscription
from buslens.watching.places import files_of, place_outside
from buslens.watching.subscribers import Registration
from buslens.watching.watch import Watch

_CALLING = "_run_with_handler_dispatch_context"
_CHANGED = "_notify_handler_change"


class BusHooks(EventBusHooks):
    """The hooks of one bus."""

    METHODS = ("_start", "_process_event", _CALLING, _CHANGED)
    TABLES: ClassVar[tuple[str, ...]] = ("handlers",)
    CLASSES: ClassVar[tuple[type, ...]] = (EventBus,)
    MADE = ("handlers", "handlers_by_key", "event_history", "name")
    QUEUE = "pending_event_queue"

    def __init__(self, emitter: EventBus, recorder: Recorder, bus: int) -> None:
        super().__init__(emitter, Watch(emitter, recorder, bus))
        self._files = files_of("abxbus")
        own = {_CALLING: _calling(self), _CHANGED: _changing(self)}
        self.hook({**self.queue_hooks("_start", "_process_event"), **own})

    @classmethod
    def title(cls, emitter: EventBus) -> str:
        """The name that each bus has, and no other that lives."""
        name = member(emitter, "name")
        return name if type(name) is str else ""

    def subscriptions(self, emitter: EventBus, wait: bool) -> list[Subscription]:
        """Handlers that are subscribed now; abxbus has no lock for them."""
        return [(entry.event_pattern, entry.handler, False) for entry in list(emitter.handlers.values())]

    def came(self, event: Any) -> None:
        emitter = self.watch.emitter()
        try:
            keys = [*emitter.handlers_by_key.get(event.event_type, ()), *emitter.handlers_by_key.get("*", ())]
            known = [emitter.handlers.get(key) for key in keys]
            handlers: list[KeyedHandler] = [(entry.id, entry.handler) for entry in known if entry is not None]
        except Exception as error:
            self.watch.broke(error)
            return
        self.emitted(event, handlers, EventBus.current_event_context.get())

    def changed(self, entry: Any, registered: bool) -> None:
        """A handler was subscribed, or unsubscribed."""
        try:
            handler, name = self.named_handler(entry.event_pattern, entry.handler)
            if registered:
                self.watch.subscribed(entry.event_pattern, Registration(name, handler, place_outside(self._files)))
            else:
                self.watch.unsubscribed(entry.event_pattern, Registration(name, handler))
        except Exception as error:
            self.watch.broke(error)


def _calling(hooks: BusHooks) -> Hook:
    @contextmanager
    def _run_with_handler_dispatch_context(event: Any, handler_id: str) -> Iterator[None]:
        emitter = hooks.watch.emitter()
        entry = emitter.handlers.get(handler_id)
        handler = None if entry is None else entry.handler
        with hooks.bare(_CALLING)(event, handler_id), hooks.turn(event, handler_id, handler):
            yield

    return _run_with_handler_dispatch_context


def _changing(hooks: BusHooks) -> Hook:
    def _notify_handler_change(handler: Any, registered: bool) -> None:
        hooks.changed(handler, registered)
        hooks.bare(_CHANGED)(handler, registered)

    return _notify_handler_change


HOOKS: type[Hooks] = BusHooks
