"""Watch a pyee emitter: hooks on the instance, over every class of emitter, and off again without a trace.

SEMANTICS: `_call_handlers` is what every kind of emit goes through, an uplifted one included; `_add_event_handler`,
`_remove_listener` and `remove_all_listeners` are what changes the subscriptions.
"""

from __future__ import annotations

from typing import Any, Callable, ClassVar, Optional

from pyee.base import EventEmitter

from buslens.adapters.pyee.around import around, telling
from buslens.adapters.pyee.direct import direct
from buslens.adapters.pyee.dispatch import general, give_up, hashes_by_identity, plain
from buslens.adapters.pyee.mapped import mapped
from buslens.adapters.pyee.watch import PyeeWatch
from buslens.recorder import Recorder
from buslens.stream import StreamRecorder
from buslens.watching.methods import Hook, MethodHooks, Subscription


class PyeeHooks(MethodHooks):
    """The hooks of one emitter."""

    METHODS = (
        "_call_handlers",
        "_emit_run",
        "_emit_handle_potential_error",
        "_add_event_handler",
        "_remove_listener",
        "remove_all_listeners",
        "__getstate__",  # since pyee 9.1
    )
    TABLES: ClassVar[tuple[str, ...]] = ("_events",)
    CLASSES: ClassVar[tuple[type, ...]] = (EventEmitter,)
    MADE = ("_events", "_lock")

    watch: PyeeWatch

    def __init__(self, emitter: EventEmitter, recorder: Recorder, bus: int) -> None:
        super().__init__(emitter, PyeeWatch(emitter, recorder, bus))
        self._direct: Optional[Callable[..., bool]] = None
        self.hook(
            {
                **self._dispatching(emitter),
                # Methods and no closures: these are for each of the thousands of emitters that a program may have.
                "_emit_handle_potential_error": self._give_up,
                "_add_event_handler": self._add,
                "_remove_listener": self._remove,
                "remove_all_listeners": self._remove_all,
            }
        )

    def subscriptions(self, emitter: EventEmitter, wait: bool) -> list[Subscription]:
        """Handlers that are subscribed now; none where the emitter's lock is taken and `wait` is false."""
        if not emitter._lock.acquire(blocking=wait):
            return []
        try:
            registered = _all_of(emitter)
        finally:
            emitter._lock.release()
        return [(event, key, value is not key) for event, key, value in registered]

    def _dispatching(self, emitter: EventEmitter) -> dict[str, Hook]:
        bare = self._pass_on
        if type(emitter)._call_handlers is not EventEmitter._call_handlers or "_call_handlers" in self.before:
            run = telling(self.watch, self.passing("_emit_run"))
            return {"_call_handlers": around(self.watch, bare), "_emit_run": run}
        if self.watch.kind == "base":
            recorder = self.watch.recorder
            if isinstance(recorder, StreamRecorder):
                return {"_call_handlers": mapped(self.watch, recorder, bare, self._in_general)}
            return {"_call_handlers": plain(self.watch, bare, direct(self.watch, bare))}
        if self.watch.kind in ("asyncio", "twisted"):
            recorder = self.watch.recorder
            stream = recorder if self.watch.kind == "asyncio" and isinstance(recorder, StreamRecorder) else None
            return {"_call_handlers": direct(self.watch, bare, stream)}
        return {"_call_handlers": general(self.watch, bare)}

    def _pass_on(self, event: Any, args: Any, kwargs: Any) -> Any:
        return self.bare("_call_handlers")(event, args, kwargs)

    def _in_general(self) -> Callable[..., bool]:
        """What emits where there is more to do than the hot path can; few emitters ever need it."""
        if self._direct is None:
            self._direct = direct(self.watch, self._pass_on)
        return self._direct

    def _give_up(self, event: Any, error: Any) -> None:
        give_up(self.watch, event)
        self.bare("_emit_handle_potential_error")(event, error)

    def _add(self, event: Any, k: Any, v: Any) -> Any:
        # Raises where a `new_listener` handler vetoes: then nothing was added.
        result = self.bare("_add_event_handler")(event, k, v)
        self.watch.subscribed(event, k, v is not k)
        return result

    def _remove(self, event: Any, f: Any) -> Any:
        # Runs under the emitter's lock: nothing here may call the emitter.
        known, value = _registered(self, event, f)
        result = self.bare("_remove_listener")(event, f)
        if known:
            self.watch.unsubscribed(event, f, value is not f)
        return result

    def _remove_all(self, event: Any = None) -> Any:
        gone = _all_registered(self, event)
        result = self.bare("remove_all_listeners")(event)
        for name, key, value in gone:
            self.watch.unsubscribed(name, key, value is not key)
        return result


def _all_of(emitter: EventEmitter) -> list[tuple[Any, Any, Any]]:
    """Event, handler and what pyee calls for it; nothing of the program may run here, under the emitter's lock.

    By dict's own iteration: that of an OrderedDict asks every key for its hash.
    """
    return [(event, key, value) for event, items in dict.items(emitter._events) for key, value in dict.items(items)]


def _registered(hooks: PyeeHooks, event: Any, f: Any) -> tuple[bool, Any]:
    """Whether a handler is registered, and what pyee calls for it."""
    try:
        emitter: Any = hooks.watch.emitter()
        handlers = emitter._events[event]
        if hashes_by_identity(f):
            value = handlers.get(f, hooks)
            return value is not hooks, value
        # pyee runs the hash of any other class once, and we do not: those are told apart by identity.
        found = [value for key, value in dict.items(handlers) if key is f]
        return bool(found), found[0] if found else None
    except Exception:
        return False, None  # pyee says what is wrong


def _all_registered(hooks: PyeeHooks, event: Any) -> list[tuple[Any, Any, Any]]:
    """Event, handler and what pyee calls for it, of one event or of all."""
    emitter: Any = hooks.watch.emitter()
    if emitter is None:
        return []
    with emitter._lock:
        try:
            if event is None:
                return _all_of(emitter)
            return [(event, key, value) for key, value in dict.items(emitter._events.get(event, {}))]
        except Exception:
            return []  # pyee says what is wrong
