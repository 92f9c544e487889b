"""Every object of a library: each is attached when the program first uses it, from a look at the class that it asks.

Nothing is wrapped. What stands in the class in place of a function gives that very function, bound as ever, and has
left when it runs: tracebacks, signatures, pickles, `super()` and reference counts are those of a program that nobody
watches. A constructor that is asked for tells where an object is made; a method of it, that it is finished and used.
"""

from __future__ import annotations

import sys
import weakref
from _thread import allocate_lock, get_ident
from types import CodeType, FrameType
from typing import Any, Callable, Iterable, Optional
from weakref import ref as weak_ref

from buslens.log import LOG
from buslens.statics import class_dict, found_in_class, module_of, mro_of
from buslens.watching.places import Place, files_of

_NOWHERE: Place = ("", 0)
_IMPORTLIB = "<frozen importlib"
_PATIENCE_SECONDS = 0.05
_DEEPEST = 64
"""Frames that are looked at for the place where an object is made."""

Heard = Callable[["FirstUse", Any, Any], Any]
Attach = Callable[[Any, Place], Any]
"""Takes an object and the place where it was made, ("", 0) where that is not known. Raises where it cannot be."""


class FirstUse:
    """Stands in a class for one of its functions, and says who asks for it."""

    __slots__ = ("function", "heard", "name")

    def __init__(self, name: str, function: Any, heard: Heard) -> None:
        self.name = name
        self.function = function
        """What stood there."""

        self.heard: Optional[Heard] = heard
        """None: nobody listens any more, and this only gives what stood there."""

    def __get__(self, obj: Any, kind: Any = None) -> Any:
        if obj is None or self.heard is None:
            return self.function.__get__(obj, kind)
        return self.heard(self, obj, kind)


class EveryObject:
    """Attaches all objects of one library, from its classes' methods, until it is taken off."""

    def __init__(self, library: str, attach: Attach) -> None:
        self._library = library
        self._attach = attach
        self._put: "list[tuple[type, FirstUse]]" = []
        self._known: "dict[int, weakref.ref[Any]]" = {}
        """By id; whose turn it is or was to be attached."""

        self._busy: "dict[int, tuple[int, Any]]" = {}
        """By id: the thread that attaches an object just now, and a lock that it holds meanwhile."""

        self._made: "dict[int, tuple[weakref.ref[Any], Place]]" = {}
        """By id: where an object was made that nobody has used yet."""

        self._refused: "set[str]" = set()

    def put_on(self, kind: type, methods: Iterable[str]) -> "list[str]":
        """Listen to a class of the library, and its bases there; the methods of one that is compiled cannot be."""
        missing = []
        for name in ("__init__", *methods):
            for base in mro_of(kind):
                own = class_dict(base).get(name)
                if self._is_library(base) and hasattr(type(own), "__get__") and type(own) is not FirstUse:
                    if not self._put_on(base, name, own):
                        missing.append(name)
        return list(dict.fromkeys(missing))

    def _is_library(self, kind: type) -> bool:
        return module_of(kind).partition(".")[0] == self._library

    def _put_on(self, kind: type, name: str, own: Any) -> bool:
        hook = FirstUse(name, own, self._constructing if name == "__init__" else self._using)
        try:
            setattr(kind, name, hook)
        except (TypeError, AttributeError):
            return False
        self._put.append((kind, hook))
        return True

    def take_off(self) -> None:
        """Leave the classes as they were; what somebody else has put over ours since stays, and ours only gives."""
        for kind, hook in self._put:
            hook.heard = None
            if class_dict(kind).get(hook.name) is hook:
                setattr(kind, hook.name, hook.function)
        self._put = []
        self._known.clear()
        self._made.clear()

    def attach(self, obj: Any) -> bool:
        """Attach one object, where that has not been tried yet. Whether it is watched from now on."""
        if sys.is_finalizing():
            return False
        key = id(obj)
        try:
            mine = weak_ref(obj, lambda gone: self._forget(key, gone))
        except TypeError:  # of a compiled class: it is not remembered here, and whoever attaches knows it again
            self._try(obj, _NOWHERE)
            return False
        known = self._known.setdefault(key, mine)
        if known is not mine:
            if known() is obj:
                return self._is_attached_meanwhile(key)
            self._known[key] = mine
        made = self._made.pop(key, None)
        lock = allocate_lock()
        with lock:
            self._busy[key] = get_ident(), lock
            try:
                return self._try(obj, made[1] if made is not None and made[0]() is obj else _NOWHERE)
            finally:
                self._busy.pop(key, None)

    def _is_attached_meanwhile(self, key: int) -> bool:
        """Two threads use an object for the first time: one attaches it, the other's use is to be recorded too."""
        thread, lock = self._busy.get(key, (0, None))
        if lock is None or thread == get_ident():
            return False
        # Not for ever: this thread may hold a lock of the library that the other one waits for.
        if not lock.acquire(timeout=_PATIENCE_SECONDS):
            return False
        lock.release()
        return True

    def _try(self, obj: Any, place: Place) -> bool:
        try:
            self._attach(obj, place)
        except Exception as error:
            self._refuse(obj, str(error) or type(error).__name__)
            return False
        return True

    def _using(self, hook: FirstUse, obj: Any, kind: Any) -> Any:
        try:
            # Where `super()` asks, from the program's own method of this name, it is to have what it asks for.
            is_hooked = self.attach(obj) and found_in_class(type(obj), hook.name) is hook
        except Exception as error:
            self._refuse(obj, repr(error))
            is_hooked = False
        return getattr(obj, hook.name) if is_hooked else hook.function.__get__(obj, kind)

    def _constructing(self, hook: FirstUse, obj: Any, kind: Any) -> Any:
        try:
            key = id(obj)
            known = self._made.get(key)
            if known is None or known[0]() is not obj:
                ref = weak_ref(obj, lambda gone: self._forget(key, gone))
                self._made[key] = ref, place_of(obj, files_of(self._library))
        except Exception:  # noqa: S110  an object without weak references is refused when it is used
            pass
        return hook.function.__get__(obj, kind)

    def _forget(self, key: int, gone: Any) -> None:
        made = self._made.get(key)
        if made is not None and made[0] is gone:
            self._made.pop(key, None)
        if self._known.get(key) is gone:
            self._known.pop(key, None)

    def _refuse(self, obj: Any, why: str) -> None:
        if why not in self._refused:
            self._refused.add(why)
            LOG.error("buslens does not watch a %s: %s", type(obj).__name__, why)


def place_of(obj: Any, inside: str) -> Place:
    """The line of the program at which an object is being made: not in its library, nor in its own constructors.

    One that a module of the library makes while it is imported is made there. inside: how the names of the library's
    files begin. ("", 0) where there is no such line.
    """
    own = _constructors(type(obj))
    found = _NOWHERE
    frame: Optional[FrameType] = sys._getframe(1)
    for _ in range(_DEEPEST):
        if frame is None:
            break
        file = frame.f_code.co_filename
        if file.startswith(_IMPORTLIB):
            return found
        if file != __file__ and frame.f_code not in own:
            found = file, frame.f_lineno or 0
            if not (inside and file.startswith(inside)):
                return found
        frame = frame.f_back
    return _NOWHERE


def _constructors(kind: type) -> "list[CodeType]":
    found = (class_dict(base).get("__init__") for base in mro_of(kind))
    codes = (getattr(each, "__code__", None) for each in found if type(each) is type(place_of))
    return [code for code in codes if type(code) is CodeType]
