"""Watch an emitter of Playwright's Python client, which since 1.65 has one of its own: pages, contexts, its connection.

`emit` is the same loop here, to the frame; `_call_handler`, which makes a task of what a listener gives, stays theirs
and gets a stand-in for the listener. Under the synchronous API the connection calls that by itself, in a greenlet for
each listener: the first such call is told as an emit to all who listen then.
"""

from __future__ import annotations

import threading
from typing import Any, ClassVar, Iterable, Mapping, Optional

from playwright._impl.event_emitter import EventEmitter

from buslens.recorder import Recorder
from buslens.statics import found_in_class, member
from buslens.watching.call_sites import in_the_place_of
from buslens.watching.calls import FutureEnd, WatchedHandler
from buslens.watching.hooks import Hooks
from buslens.watching.methods import Hook, MethodHooks, Subscription
from buslens.watching.naming import HandlerName, describe
from buslens.watching.places import files_of, place_outside
from buslens.watching.subscribers import Registration
from buslens.watching.watch import Watch

_QUIET = ("newListener", "removeListener")
"""What an emitter emits by itself, and means nothing where nobody listens."""

_LOOP = ("emit", "_call_handler")
_REMOVING = ("remove_listener", "off", "_remove_all_listeners")
_GONE = "it was removed before its turn"


class EmitterWatch(Watch):
    """One emitter under watch."""

    def follows(self, given: Any, call: int, name: HandlerName) -> bool:
        """A future of asyncio, which the emitter looks at too."""
        if not hasattr(type(given), "_asyncio_future_blocking"):
            return False
        given.add_done_callback(FutureEnd(self, call, name.plain))
        return True


class Emit:
    """One emit: the listeners that it was announced to, as their turns come."""

    def __init__(self, watch: Watch, event: Any, listeners: list[Any], args: tuple[Any, ...]) -> None:
        self._watch = watch
        self._call = 0
        self._left: list[tuple[Any, HandlerName, int]] = []
        for listener in listeners:
            name = describe(unwrapped(listener))
            self._left.append((listener, name, watch.handler_id(event, name)))
        self._kind = event, [id(each) for each in args]
        raised = args[0] if args and type(event) is str and event == "error" else None
        cause, payload = watch.cause(raised), watch.payload(args, {})
        self._dispatch = watch.emitted(watch.event_id(event), len(listeners), payload, cause)

    def awaits(self, listener: Any, event: Any, args: tuple[Any, ...]) -> bool:
        """Whether a call of this listener, for an event with these arguments, is one of this emit's."""
        same = self._kind == (event, [id(each) for each in args])
        return same and any(known is listener for known, _, _ in self._left)

    def stand_in(self, listener: Any) -> Any:
        """What is called in the place of a listener whose turn it is."""
        for at, (known, name, handler) in enumerate(self._left):
            if known is listener:
                del self._left[at]
                self._call = self._watch.recorder.next_id()
                return WatchedHandler(listener, self._watch, self._dispatch, self._call, handler, name)
        return listener

    def over(self, failed: bool) -> None:
        """No more listeners are called. failed: because the last one raised, and nobody has handled that."""
        left, self._left = self._left, []
        why = "" if failed else _GONE
        self._watch.skipped(self._dispatch, [handler for _, _, handler in left], self._call if failed else 0, why)


class EmitterHooks(MethodHooks):
    """The hooks of one emitter."""

    METHODS = (*_LOOP, "_add_listener", *_REMOVING)
    TABLES: ClassVar[tuple[str, ...]] = ("_events",)
    CLASSES: ClassVar[tuple[type, ...]] = (EventEmitter,)
    MADE = ("_events", "_warned", "off")

    def __init__(self, emitter: EventEmitter, recorder: Recorder, bus: int) -> None:
        super().__init__(emitter, EmitterWatch(emitter, recorder, bus))
        self.watch.failing = {}
        self.local = threading.local()
        """Per thread: `loose`, the emit of listeners that are called one by one; `removes`, inside of a removal."""

        self._files = files_of("playwright")
        hooks: dict[str, Hook] = {name: _removing(self, name) for name in _REMOVING}
        hooks.update(emit=_emitting(self), _call_handler=_calling(self), _add_listener=_adding(self))
        self.hook(hooks)

    @classmethod
    def everything(cls) -> Mapping[type, Iterable[str]]:
        """Not what its own constructor asks for, which is not through then."""
        return {EventEmitter: (*_LOOP, "_add_listener")}

    @classmethod
    def missing(cls, emitter: Any) -> list[str]:
        """Where `emit` is the program's own, the loop here is not the same."""
        lacks = super().missing(emitter)
        own = [name for name in _LOOP if found_in_class(type(emitter), name) is not found_in_class(EventEmitter, name)]
        return lacks or [f"{name} of its own in this object" for name in own]

    def subscriptions(self, emitter: EventEmitter, wait: bool) -> list[Subscription]:
        """Listeners that are there now: Playwright has no lock for them."""
        found = listeners_of(emitter, list(dict.keys(emitter._events)))
        return [(event, unwrapped(listener), unwrapped(listener) is not listener) for event, listener in found]

    def announced(self, event: Any, listeners: list[Any], args: tuple[Any, ...]) -> Optional[Emit]:
        """An event is emitted to these; None where that is not told."""
        watch = self.watch
        try:
            is_quiet = not listeners and type(event) is str and event in _QUIET
            if watch.live and watch.recorder.enabled and not is_quiet and watch.has_room(len(listeners)):
                return Emit(watch, event, listeners, args)
        except Exception as error:
            watch.broke(error)
        return None

    def one_by_one(self, event: Any, listener: Any, args: tuple[Any, ...]) -> Optional[Emit]:
        """The emit that a call of one listener belongs to, where nobody has asked the emitter to emit."""
        loose: Optional[Emit] = getattr(self.local, "loose", None)
        try:
            if loose is not None:
                if loose.awaits(listener, event, args):
                    return loose
                loose.over(failed=False)
            listeners = [found for _, found in listeners_of(self.watch.emitter(), [event])]
            if not any(found is listener for found in listeners):
                listeners = [listener]
            self.local.loose = loose = self.announced(event, listeners, args)
        except Exception as error:
            self.watch.broke(error)
        return loose

    def added(self, event: Any, listener: Any) -> None:
        """A listener was added."""
        try:
            name = describe(unwrapped(listener))
            registration = Registration(name, self.watch.handler_id(event, name), place_outside(self._files))
            self.watch.subscribed(event, registration, unwrapped(listener) is not listener)
        except Exception as error:
            self.watch.broke(error)

    def removed(self, before: list[tuple[Any, Any]], events: list[Any]) -> None:
        """Tell which of these events' listeners, as they were before, are not there any more."""
        try:
            left = [listener for _, listener in listeners_of(self.watch.emitter(), events)]
            for event, listener in before:
                at = next((place for place, found in enumerate(left) if found is listener), None)
                if at is None:
                    self.watch.unsubscribed(event, unwrapped(listener), unwrapped(listener) is not listener)
                else:
                    del left[at]
        except Exception as error:
            self.watch.broke(error)


def _emitting(hooks: EmitterHooks) -> Hook:
    emitter_of, announced, bare = hooks.watch.emitter, hooks.announced, hooks.bare

    def emit(type: Any, *args: Any) -> bool:
        emitter = emitter_of()
        found = emitter._events.get(type)
        listeners = [] if found is None else list(found) if isinstance(found, list) else [found]
        told = announced(type, listeners, args)
        if told is None:
            return bare("emit")(type, *args)  # type: ignore[no-any-return]
        call = bare("_call_handler")
        try:
            for listener in listeners:
                call(type, told.stand_in(listener), args)
        except BaseException:
            told.over(failed=True)
            raise
        return bool(listeners)

    return in_the_place_of(EventEmitter.emit, "_call_handler", emit)  # type: ignore[no-any-return]


def _calling(hooks: EmitterHooks) -> Hook:
    one_by_one, bare = hooks.one_by_one, hooks.bare

    def _call_handler(type: Any, handler: Any, args: Any) -> None:
        told = one_by_one(type, handler, args)
        bare("_call_handler")(type, handler if told is None else told.stand_in(handler), args)

    return in_the_place_of(EventEmitter._call_handler, "ensure_future", _call_handler)  # type: ignore[no-any-return]


def _adding(hooks: EmitterHooks) -> Hook:
    def _add_listener(type: Any, listener: Any, prepend: bool) -> Any:
        result = hooks.bare("_add_listener")(type, listener, prepend)
        hooks.added(type, listener)
        return result

    return _add_listener


def _removing(hooks: EmitterHooks, name: str) -> Hook:
    def remove(*args: Any, **kwargs: Any) -> Any:
        emitter = hooks.watch.emitter()
        if getattr(hooks.local, "removes", False):
            return hooks.bare(name)(*args, **kwargs)  # whoever removes all tells of it
        one = args[0] if args else kwargs.get("type")
        events = list(emitter._events) if one is None else [one]
        before = listeners_of(emitter, events)
        hooks.local.removes = True
        try:
            return hooks.bare(name)(*args, **kwargs)
        finally:
            hooks.local.removes = False
            hooks.removed(before, events)

    return remove


def listeners_of(emitter: Any, events: list[Any]) -> list[tuple[Any, Any]]:
    """Events and the listeners that are there now, those of `once` as the emitter keeps them."""
    found = []
    for event in events:
        kept = emitter._events.get(event)
        if kept is not None:
            found += [(event, listener) for listener in (kept if type(kept) is list else [kept])]
    return found


def unwrapped(listener: Any) -> Any:
    """The person's listener behind what `once` makes of it."""
    return member(listener, "listener", listener)


HOOKS: type[Hooks] = EmitterHooks
