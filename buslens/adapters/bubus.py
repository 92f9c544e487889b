"""Watch a bus of bubus: an event is told when it is put into the bus's queue, a call while the bus executes a handler.

`dispatch` stays what it is: buses look at each other's, to find out where an event is forwarded to.
"""

from __future__ import annotations

import sys
from typing import Any, ClassVar, Iterable

from bubus import service
from bubus.service import EventBus

from buslens.recorder import Recorder
from buslens.statics import member
from buslens.watching.call_sites import CallSites
from buslens.watching.event_objects import EventBusHooks, KeyedHandler
from buslens.watching.hooks import Hooks
from buslens.watching.methods import Hook, Subscription
from buslens.watching.places import Place, files_of, place_outside
from buslens.watching.subscribers import Registration
from buslens.watching.watch import Watch

_LINES = CallSites()
_ANY = "*"
_UNSEEN = "a handler that is taken out of a bubus bus is recorded at the bus's next event: bubus tells nobody"
_EXECUTE = "execute_handler" if hasattr(EventBus, "execute_handler") else "_execute_sync_or_async_handler"
"""Its name since bubus 1.5.4, and before."""


class BusHooks(EventBusHooks):
    """The hooks of one bus."""

    METHODS = ("_start", "process_event", _EXECUTE, "on")
    TABLES: ClassVar[tuple[str, ...]] = ("handlers",)
    CLASSES: ClassVar[tuple[type, ...]] = (EventBus,)
    MADE = ("handlers", "event_history", "name")
    QUEUE = "event_queue"

    def __init__(self, emitter: EventBus, recorder: Recorder, bus: int) -> None:
        super().__init__(emitter, Watch(emitter, recorder, bus))
        self._known: dict[tuple[str, int], Registration] = {}
        """Who is subscribed, by event and the handler's id."""

        self._files = files_of("bubus")
        own = {"on": _subscribing(self), _EXECUTE: _executing(self)}
        self.hook({**self.queue_hooks("_start", "process_event"), **own})

    @classmethod
    def title(cls, emitter: EventBus) -> str:
        """The name that each bus has, and no other that lives."""
        name = member(emitter, "name")
        return name if type(name) is str else ""

    def subscriptions(self, emitter: EventBus, wait: bool) -> list[Subscription]:
        """Handlers that are subscribed now; bubus has no lock for them."""
        found = _handlers_of(emitter)
        self._known = {(event, id(handler)): self._registered(event, handler) for event, handler in found}
        return [(event, registration, False) for (event, _), registration in self._known.items()]

    def unseen(self) -> Iterable[str]:
        return (_UNSEEN,)

    def came(self, event: Any) -> None:
        """An event is in the queue."""
        emitter = self.watch.emitter()
        try:
            self._look(emitter)
            known = [*emitter.handlers.get(event.event_type, ()), *emitter.handlers.get(_ANY, ())]
            handlers: list[KeyedHandler] = [(id(handler), handler) for handler in known]
        except Exception as error:
            self.watch.broke(error)
            return
        self.emitted(event, handlers, service._current_event_context.get())

    def subscribed(self, event: str, handler: Any) -> None:
        """A handler was subscribed."""
        try:
            known = self._known[event, id(handler)] = self._registered(event, handler, place_outside(self._files))
            self.watch.subscribed(event, known)
        except Exception as error:
            self.watch.broke(error)

    def _registered(self, event: str, handler: Any, place: Place = ("", 0)) -> Registration:
        handler_id, name = self.named_handler(event, handler)
        return Registration(name, handler_id, place)

    def _look(self, emitter: EventBus) -> None:
        """Tell who is not subscribed any more."""
        now = {(event, id(handler)) for event, handler in _handlers_of(emitter)}
        for key in [key for key in self._known if key not in now]:
            self.watch.unsubscribed(key[0], self._known.pop(key))


def _executing(hooks: BusHooks) -> Hook:
    async def execute_handler(event: Any, handler: Any, *args: Any, **kwargs: Any) -> Any:
        with hooks.turn(event, id(handler), handler):
            return await hooks.bare(_EXECUTE)(event, handler, *args, **kwargs)

    return execute_handler


def _subscribing(hooks: BusHooks) -> Hook:
    def on(event_pattern: Any, handler: Any) -> Any:
        # It may warn of whoever calls it.
        result = _LINES.of(sys._getframe(1))(hooks.bare("on"), (event_pattern, handler), {})
        event = event_pattern if isinstance(event_pattern, str) else event_pattern.__name__
        hooks.subscribed(str(event), handler)
        return result

    return on


def _handlers_of(emitter: EventBus) -> list[tuple[str, Any]]:
    return [(event, handler) for event, handlers in list(emitter.handlers.items()) for handler in list(handlers)]


HOOKS: type[Hooks] = BusHooks
