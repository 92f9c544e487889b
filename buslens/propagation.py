"""Causes follow the threads and the jobs of pools that a watched program begins.

As little as possible of the program changes, and only while something is watched: two private names of Python's own
modules, by which `Thread.start` and `ThreadPoolExecutor.submit` begin a thread and make a job. The classes, their
methods and the program's callables stay what they are; a thread has one value in its context that it had not. A worker
of a pool begins with no cause, because it outlives the call that it was made in: each of its jobs has its own.
"""

from __future__ import annotations

import sys
import threading
import weakref
from contextvars import Context
from functools import partial
from typing import Any, Callable, Optional

from buslens.context import CALL, CAUSE_UNKNOWN, cause_here
from buslens.keyed_ref import KeyedRef
from buslens.statics import instance_dict

_STARTERS = ("_start_joinable_thread", "_start_new_thread")
"""What `Thread.start` calls, from Python 3.13 on and before."""

_POOLS = ("concurrent.futures.thread", "multiprocessing.pool")
"""Modules whose threads take jobs of many."""


class ContextPropagation:
    """Puts the hooks in while somebody needs them."""

    def __init__(self) -> None:
        self._needed: "dict[int, weakref.ref[Any]]" = {}
        self._lock = threading.RLock()
        self._put: "list[tuple[Any, str, Any, Any]]" = []
        """Module, name, what was there, and what is there now."""

    def need(self, whom: Any) -> None:
        """`whom` needs them, while it lives or until it is released."""
        key = id(whom)
        with self._lock:
            self._needed[key] = KeyedRef(whom, self._gone, key)
            if not self._put:
                self._install()

    def release(self, whom: Any) -> None:
        """`whom` needs them no more."""
        self._drop(id(whom), None)

    def after_fork(self, _: int) -> None:
        """In a forked child: another thread may have held the lock."""
        self._lock = threading.RLock()

    def _gone(self, gone: KeyedRef) -> None:
        self._drop(gone.key, gone)

    def _drop(self, key: int, gone: Optional[KeyedRef]) -> None:
        with self._lock:
            if gone is None or self._needed.get(key) is gone:
                self._needed.pop(key, None)
            if not self._needed:
                self._remove()

    def _install(self) -> None:
        for name in _STARTERS:
            start = getattr(threading, name, None)
            if start is not None:
                self._hook(threading, name, start, carrying_start(start))
        pools = sys.modules.get("concurrent.futures.thread")
        item = getattr(pools, "_WorkItem", None)
        if type(item) is type and hasattr(item, "run"):
            self._hook(pools, "_WorkItem", item, carrying_item(item))

    def _hook(self, module: Any, name: str, before: Any, now: Any) -> None:
        self._put.append((module, name, before, now))
        setattr(module, name, now)

    def _remove(self) -> None:
        for module, name, before, now in self._put:
            if getattr(module, name, None) is now:  # else somebody has hooked in behind us: ours only passes on
                setattr(module, name, before)
        self._put = []


def carrying_start(start: Callable[..., Any]) -> Callable[..., Any]:
    """A stand-in for `_thread.start_new_thread`: the thread begins in a context that knows its cause."""

    def start_new_thread(function: Any, *args: Any, **kwargs: Any) -> Any:
        context = Context()
        context.run(CALL.set, CAUSE_UNKNOWN if _is_worker(function) else cause_here())
        # Both are C: the thread's stack has no frame of ours.
        return start(partial(context.run, function), *args, **kwargs)

    return start_new_thread


def carrying_item(item: type) -> type:
    """A subclass of a pool's work item that runs in the context of whoever submitted it, and so knows its cause."""

    class Item(item):  # type: ignore[misc]
        __slots__ = ("__cause",)

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.__cause = cause_here()

        def run(self, *args: Any, **kwargs: Any) -> Any:
            # In the worker's own context, as without us: what a job sets there, the next one finds.
            token = CALL.set(self.__cause)
            try:
                return super().run(*args, **kwargs)
            finally:
                CALL.reset(token)

    Item.__name__, Item.__qualname__, Item.__module__ = item.__name__, item.__qualname__, item.__module__
    return Item


def _is_worker(bootstrap: Any) -> bool:
    thread = getattr(bootstrap, "__self__", None)
    target = (instance_dict(thread) or {}).get("_target")
    return getattr(target, "__module__", None) in _POOLS if callable(target) and _is_function(target) else False


def _is_function(target: Any) -> bool:
    return type(target) is type(_is_worker)


CARRIER = ContextPropagation()
"""Of this process."""
