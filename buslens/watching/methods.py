"""Hooks that stand in for methods of one object, in its own `__dict__`, so that no other object of its class pays.

They go off again without a trace, lie aside while the object is pickled or copied, and say again in a forked child what
is subscribed.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from operator import is_
from typing import Any, Callable, ClassVar, Iterable, Iterator, Mapping, Optional, TypeVar

from buslens.probe import Probe
from buslens.statics import instance_dict
from buslens.watching.living import living
from buslens.watching.watch import Watch

Hook = Callable[..., Any]
Subscription = tuple[Any, Any, bool]
"""Event, handler, and whether it is for one emit only."""

Own = TypeVar("Own", bound="MethodHooks")

MARK = "__buslens_hooks__"
"""Under this name the first hook of an object has all its hooks."""

_NOTHING: dict[str, Any] = {}
_STATE = ("__getstate__", "__reduce_ex__")
"""What pickling and copying ask an object for."""


class MethodHooks:
    """The hooks of one object. An adapter's class has `METHODS` and `subscriptions`, and calls `hook` once made."""

    METHODS: ClassVar[tuple[str, ...]] = ()
    """The library's methods that hooks may stand in for, and must be there; a hook for the first has the mark."""

    TABLES: ClassVar[tuple[str, ...]] = ()
    """See `Hooks`."""

    CLASSES: ClassVar[tuple[type, ...]] = ()
    """See `Hooks`."""

    MADE: ClassVar[tuple[str, ...]] = ()
    """Attributes that an object has once the library's constructor is through."""

    def __init__(self, emitter: Any, watch: Watch) -> None:
        self.watch = watch
        self.probe: Optional[Probe] = None
        places = (*self.METHODS, *_STATE)
        self.before = {name: value for name, value in vars(emitter).items() if name in places} or _NOTHING
        """What the object had already in the place of a hook: somebody else's patch."""

        self._lock = threading.RLock()
        self._aside = 0
        self._hooks: dict[str, Hook] = {}

    def hook(self, hooks: dict[str, Hook]) -> None:
        """Make these stand in for the methods of their names, once they are put on."""
        self._hooks = {**hooks, **dict(zip(_STATE, (self._get_state, self._reduce_ex)))}  # noqa: B905  Python 3.9
        self._hooks[self.METHODS[0]].__dict__[MARK] = self

    def subscriptions(self, emitter: Any, wait: bool) -> Iterable[Subscription]:
        """Who is subscribed now. wait: for a lock of the library's; without it, nobody where that is held."""
        raise NotImplementedError

    def unseen(self) -> Iterable[str]:
        """Everything is seen, unless an adapter says otherwise."""
        return ()

    @classmethod
    def everything(cls) -> Mapping[type, Iterable[str]]:
        """Any use of an object goes through one of the methods that hooks stand in for."""
        return {kind: [name for name in cls.METHODS if not name.startswith("__")] for kind in cls.CLASSES}

    @classmethod
    def title(cls, emitter: Any) -> str:
        """An object has no name of its own, unless an adapter says otherwise."""
        return ""

    @classmethod
    def of(cls: type[Own], emitter: Any) -> Optional[Own]:
        """The hooks that an object has already."""
        found = marked((instance_dict(emitter) or {}).get(cls.METHODS[0]))
        return found if isinstance(found, cls) else None

    @classmethod
    def owner(cls, emitter: Any) -> Any:
        """The object is a bus by itself."""
        return emitter

    @classmethod
    def existing(cls) -> list[Any]:
        """Objects of the library that are alive, but for those whose constructor another thread runs just now."""
        return [
            found for found in living(*cls.CLASSES) if all(name in (instance_dict(found) or ()) for name in cls.MADE)
        ]

    @classmethod
    def shared_bus(cls, emitter: Any) -> str:
        """Each object is a bus of its own, unless an adapter says otherwise."""
        return ""

    @classmethod
    def missing(cls, emitter: Any) -> list[str]:
        """Methods that this object does not have, or its `__dict__`."""
        missing = sorted(name for name in cls.METHODS if not callable(getattr(emitter, name, None)))
        return missing if instance_dict(emitter) is not None else [*missing, "__dict__"]

    def put_on(self, emitter: Any) -> None:
        """Record the subscriptions that there are, then hook in."""
        self._tell(self.subscriptions(emitter, wait=True))
        _give_own_table(emitter)
        self._lay_in(emitter)

    def take_off(self, emitter: Any) -> None:
        """Leave the object as it was; hooks that somebody has wrapped meanwhile stay, and only pass on."""
        with self._lock:
            self._lay_aside(emitter)

    def after_fork(self, parent_pid: int) -> None:
        """In a forked child: its capture begins with what is subscribed, as any."""
        self._lock, self._aside = threading.RLock(), 0
        self.watch.begin_anew()
        emitter = self.watch.emitter()
        if emitter is not None and self.watch.is_on:
            self._tell(self.subscriptions(emitter, wait=False))
            for what in self.unseen():
                self.watch.cannot_see(what)

    def bare(self, name: str) -> Hook:
        """The object's own method, as if it were not watched."""
        if name in self.before:
            return self.before[name]  # type: ignore[no-any-return]
        emitter = self.watch.emitter()
        return getattr(type(emitter), name).__get__(emitter)  # type: ignore[no-any-return]

    def passing(self, name: str) -> Hook:
        """A hook that only passes on to the object's own method."""

        def passing(*args: Any, **kwargs: Any) -> Any:
            return self.bare(name)(*args, **kwargs)

        return passing

    def exchange(self, name: str, around: Callable[[Hook], Hook]) -> Optional[tuple[Hook, Hook]]:
        """Put a hook around that of a method: what lay there, and what lies there now.

        None where the object has gone, or something else lies there.
        """
        emitter = self.watch.emitter()
        with self._lock:
            before = self._hooks.get(name)
            if emitter is None or before is None or vars(emitter).get(name) is not before:
                return None
            now = around(before)
            now.__dict__.update(before.__dict__)
            self._hooks[name] = vars(emitter)[name] = now
            return before, now

    def give_back(self, name: str, before: Hook, now: Hook) -> None:
        """Undo an exchange. Where somebody has wrapped the hook meanwhile, it stays, and only passes on."""
        emitter = self.watch.emitter()
        with self._lock:
            if self._hooks.get(name) is now:
                self._hooks[name] = before
                if emitter is not None and vars(emitter).get(name) is now:
                    vars(emitter)[name] = before

    def _tell(self, subscriptions: Iterable[Subscription]) -> None:
        for event, handler, once in subscriptions:
            self.watch.subscribed(event, handler, once)

    def _get_state(self, *args: Any) -> Any:
        return self._state("__getstate__", args)

    def _reduce_ex(self, *args: Any) -> Any:
        return self._state("__reduce_ex__", args)

    def _state(self, name: str, args: tuple[Any, ...]) -> Any:
        with self._put_aside() as emitter:
            if name in self.before or hasattr(type(emitter), name):
                return _apart(self.bare(name)(*args), vars(emitter))
            # Before Python 3.11 few classes have a `__getstate__`; what pickling would take stands third.
            return _apart(object.__reduce_ex__(emitter, 2)[2], vars(emitter))

    @contextmanager
    def _put_aside(self) -> Iterator[Any]:
        """While the object is pickled or copied, it has no hooks: its state is what it would be without us."""
        emitter = self.watch.emitter()
        with self._lock:
            self._aside += 1
            if self._aside == 1 and emitter is not None:
                self._lay_aside(emitter)
        try:
            yield emitter
        finally:
            with self._lock:
                self._aside -= 1
                if self._aside == 0 and emitter is not None and self.watch.is_on:
                    self._lay_in(emitter)

    def _lay_in(self, emitter: Any) -> None:
        own = vars(emitter)
        # One by one: `update` makes room for half as many again, in each of the thousands a program may have.
        for name, hook in self._hooks.items():
            own[name] = hook

    def _lay_aside(self, emitter: Any) -> None:
        own = vars(emitter)
        for name, hook in self._hooks.items():
            if own.get(name) is hook:
                if name in self.before:
                    own[name] = self.before[name]
                else:
                    del own[name]


def marked(hook: Any) -> Optional[MethodHooks]:
    """The hooks that one with the mark belongs to; None for anything else."""
    found = getattr(hook, "__dict__", {}).get(MARK)
    return found if isinstance(found, MethodHooks) else None


def _apart(state: Any, own: dict[str, Any], depth: int = 2) -> Any:
    """The state of an object to be copied or pickled, with its own `__dict__` copied: our hooks come back to that."""
    if state is own:
        return dict(own)
    if type(state) is tuple and depth:
        parts = [_apart(part, own, depth - 1) for part in state]
        return state if all(map(is_, parts, state)) else tuple(parts)
    return state


def _give_own_table(emitter: Any) -> None:
    """Keep our names out of the table of keys that all objects of a class share.

    Measured on 3.11 to 3.13: names of methods in the shared table make every emitter of the program 7 to 10 % slower.
    """
    own = vars(emitter)
    own[MARK] = None
    # CPython gives a dict keys of its own then; what went in last comes out first.
    name, value = own.popitem()
    if name != MARK:
        own[name] = value
        own.pop(MARK, None)
