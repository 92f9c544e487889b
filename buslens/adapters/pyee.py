"""Watch a pyee emitter: hooks on the instance, over every class of emitter, and off again without a trace.

Hooks lie in the emitter's own `__dict__`, so that no other emitter pays anything. SEMANTICS: `_call_handlers` is what
every kind of emit goes through, an uplifted one included; `_add_event_handler`, `_remove_listener` and
`remove_all_listeners` are what changes the subscriptions.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import Any, Callable, Iterator, Optional

from pyee.base import EventEmitter

from buslens.adapters.pyee_around import around, telling
from buslens.adapters.pyee_direct import direct
from buslens.adapters.pyee_dispatch import MARK, general, give_up, hashes_by_identity, plain
from buslens.adapters.pyee_watch import PyeeWatch
from buslens.carrying import CARRIER
from buslens.forking import FORKS
from buslens.probe import Probe
from buslens.recorder import Recorder
from buslens.watching.bus_names import Place, bus_of
from buslens.watching.naming import describe, event_text

Hook = Callable[..., Any]

KNOWN = "buslens watches emitters of pyee 9.1 to 16"


class PyeeHooks:
    """The hooks of one emitter."""

    def __init__(self, emitter: EventEmitter, recorder: Recorder, bus: int) -> None:
        self.watch = PyeeWatch(emitter, recorder, bus)
        self.recorder = recorder
        self.probe: Optional[Probe] = None
        self._before = {name: value for name, value in vars(emitter).items() if name in _HOOKED}
        """What of the hooked names the instance had already: somebody else's patch."""

        self._lock = threading.RLock()
        self._aside = 0
        self._hooks: dict[str, Hook] = {
            **self._dispatching(emitter),
            "_emit_handle_potential_error": _giving_up(self),
            "_add_event_handler": _adding(self),
            "_remove_listener": _removing(self),
            "remove_all_listeners": _removing_all(self),
            "__getstate__": _state(self, "__getstate__"),
            "__reduce_ex__": _state(self, "__reduce_ex__"),
        }
        self._hooks["_call_handlers"].__dict__[MARK] = self

    def install(self, emitter: EventEmitter) -> None:
        """Record what is subscribed already, then hook in."""
        with emitter._lock:
            registered = _all_of(emitter)
        self._tell(registered)
        _give_own_table(emitter)
        vars(emitter).update(self._hooks)
        FORKS.tell(self.recorder)
        FORKS.tell(self)
        FORKS.tell(CARRIER)
        CARRIER.need(emitter)

    def after_fork(self, _: int) -> None:
        """In a forked child: its capture begins with what is subscribed, as any."""
        self._lock, self._aside = threading.RLock(), 0
        self.watch.waiting.clear()  # calls of the parent
        emitter = self.watch.emitter()
        # The emitter's lock may be held by a thread that is not there any more.
        if emitter is not None and self.watch.live and emitter._lock.acquire(blocking=False):
            try:
                registered = _all_of(emitter)
            finally:
                emitter._lock.release()
            self._tell(registered)

    def _tell(self, registered: list[tuple[Any, Any, Any]]) -> None:
        for event, key, value in registered:
            self.subscription(self.recorder.handler_added, event, key, value is not key)

    def remove(self) -> None:
        """Leave the emitter as it was; hooks that somebody has wrapped meanwhile stay, and only pass through."""
        self.watch.live = False
        emitter = self.watch.emitter()
        if emitter is not None:
            CARRIER.release(emitter)
            with self._lock:
                self._take_off(emitter)
        self.watch.forget()

    def bare(self, name: str) -> Hook:
        """The emitter's own method, as if it were not watched."""
        if name in self._before:
            return self._before[name]  # type: ignore[no-any-return]
        emitter = self.watch.emitter()
        return getattr(type(emitter), name).__get__(emitter)  # type: ignore[no-any-return]

    def subscription(self, record: Callable[[int, int, bool], None], event: Any, key: Any, once: bool) -> None:
        """Record that a handler came or went."""
        watch = self.watch
        try:
            watch.forget(event)
            if watch.live and self.recorder.enabled:
                name, text = describe(key), event_text(event)
                handler = self.recorder.handler(name.text, name.file, name.line, text)
                record(handler, watch.event_id(event), once)
        except Exception as error:
            watch.broke(error)

    @contextmanager
    def put_aside(self) -> Iterator[None]:
        """While the emitter is pickled or copied, it has no hooks: its state is what it would be without us."""
        emitter = self.watch.emitter()
        with self._lock:
            self._aside += 1
            if self._aside == 1 and emitter is not None:
                self._take_off(emitter)
        try:
            yield
        finally:
            with self._lock:
                self._aside -= 1
                if self._aside == 0 and emitter is not None and self.watch.live:
                    vars(emitter).update(self._hooks)

    def _take_off(self, emitter: EventEmitter) -> None:
        own = vars(emitter)
        for name, hook in self._hooks.items():
            if own.get(name) is hook:
                if name in self._before:
                    own[name] = self._before[name]
                else:
                    del own[name]

    def _dispatching(self, emitter: EventEmitter) -> dict[str, Hook]:
        bare = _passing(self, "_call_handlers")
        if type(emitter)._call_handlers is not EventEmitter._call_handlers or "_call_handlers" in self._before:
            run = telling(self.watch, _passing(self, "_emit_run"))
            return {"_call_handlers": around(self.watch, bare), "_emit_run": run}
        if self.watch.kind == "base":
            return {"_call_handlers": plain(self.watch, bare, direct(self.watch, bare))}
        if self.watch.kind in ("asyncio", "twisted"):
            return {"_call_handlers": direct(self.watch, bare)}
        return {"_call_handlers": general(self.watch, bare)}


_HOOKED = frozenset(
    {
        "_call_handlers",
        "_emit_run",
        "_emit_handle_potential_error",
        "_add_event_handler",
        "_remove_listener",
        "remove_all_listeners",
        "__getstate__",
        "__reduce_ex__",
    }
)


def hooks_of(emitter: EventEmitter) -> Optional[PyeeHooks]:
    """The hooks that an emitter has already."""
    hook = vars(emitter).get("_call_handlers")
    found = getattr(hook, "__dict__", {}).get(MARK)
    return found if isinstance(found, PyeeHooks) else None


def _all_of(emitter: EventEmitter) -> list[tuple[Any, Any, Any]]:
    """Event, handler and what pyee calls for it; nothing of the program may run here, under the emitter's lock.

    By dict's own iteration: that of an OrderedDict asks every key for its hash.
    """
    return [(event, key, value) for event, items in dict.items(emitter._events) for key, value in dict.items(items)]


def _give_own_table(emitter: EventEmitter) -> None:
    """Keep our names out of the table of keys that all emitters of a class share.

    Measured on 3.11 to 3.13: names of methods in the shared table make every emitter of the program 7 to 10 % slower.
    """
    own = vars(emitter)
    own[MARK] = None
    # CPython gives a dict keys of its own then; what went in last comes out first.
    name, value = own.popitem()
    if name != MARK:
        own[name] = value
        own.pop(MARK, None)


def _passing(hooks: PyeeHooks, name: str) -> Hook:
    def passing(*args: Any, **kwargs: Any) -> Any:
        return hooks.bare(name)(*args, **kwargs)

    return passing


def _giving_up(hooks: PyeeHooks) -> Hook:
    def _emit_handle_potential_error(event: Any, error: Any) -> None:
        give_up(hooks.watch, event)
        hooks.bare("_emit_handle_potential_error")(event, error)

    return _emit_handle_potential_error


def _adding(hooks: PyeeHooks) -> Hook:
    def _add_event_handler(event: Any, k: Any, v: Any) -> Any:
        # Raises where a `new_listener` handler vetoes: then nothing was added.
        result = hooks.bare("_add_event_handler")(event, k, v)
        hooks.subscription(hooks.recorder.handler_added, event, k, v is not k)
        return result

    return _add_event_handler


def _removing(hooks: PyeeHooks) -> Hook:
    def _remove_listener(event: Any, f: Any) -> Any:
        # Runs under the emitter's lock: nothing here may call the emitter.
        known, value = _registered(hooks, event, f)
        result = hooks.bare("_remove_listener")(event, f)
        if known:
            hooks.subscription(hooks.recorder.handler_removed, event, f, value is not f)
        return result

    return _remove_listener


def _removing_all(hooks: PyeeHooks) -> Hook:
    def remove_all_listeners(event: Any = None) -> Any:
        gone = _all_registered(hooks, event)
        result = hooks.bare("remove_all_listeners")(event)
        for name, key, value in gone:
            hooks.subscription(hooks.recorder.handler_removed, name, key, value is not key)
        return result

    return remove_all_listeners


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


def _state(hooks: PyeeHooks, name: str) -> Hook:
    def state(*args: Any) -> Any:
        with hooks.put_aside():
            return hooks.bare(name)(*args)

    return state


def probe_of(emitter: EventEmitter) -> Optional[Probe]:
    """The probe that an emitter has already."""
    found = hooks_of(emitter)
    return found.probe if found is not None else None


def attach(
    emitter: EventEmitter,
    recorder: Optional[Recorder] = None,
    name: str = "",
    bus: str = "",
    at: Optional[Place] = None,
) -> Probe:
    """Watch an emitter; the probe it has already, where it has one.

    name: of the program. bus: of the emitter. at: where it is attached, ("", 0) for nowhere; None: in who calls this.
    """
    found = hooks_of(emitter)
    if found is not None and found.probe is not None:
        return found.probe
    missing = sorted(method for method in _HOOKED if not callable(getattr(emitter, method, None)))
    if missing:
        raise TypeError(f"this pyee has no {', '.join(missing)}: {KNOWN}")
    made = recorder or Recorder.named(name)
    hooks = PyeeHooks(emitter, made, bus_of(emitter, made, bus, at, library="pyee", tables=("_events",)))
    hooks.probe = Probe(hooks, made, owns_recorder=recorder is None)
    hooks.install(emitter)
    return hooks.probe
