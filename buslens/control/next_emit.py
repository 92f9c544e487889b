"""The safe moments for an emit by hand: the event loop of a bus where one is known, or the program's next emit on it.

Handlers of a synchronous bus expect to run where the program emits, and nothing else tells where that is: on a thread
of ours they would meet locks, transactions and data that were never made for two threads. So it waits for the program
itself to emit there. Until then, and at no other time, a hook lies around those of the bus.
"""

from __future__ import annotations

import sys
import time
from collections import deque
from functools import partial
from typing import Any, Callable, Deque, Dict, List, Optional, Tuple
from weakref import ref as weak_ref

from buslens.control.buses import Bus
from buslens.control.emits import Way
from buslens.control.hand_emit import LOOP, NEXT, HandEmit
from buslens.control.messages import Refused
from buslens.statics import instance_dict
from buslens.watching.living import living
from buslens.watching.methods import Hook, MethodHooks

_LOOK_NS = 1_000_000_000
"""So long what is known of the event loops of the process is not looked for again."""


class Moments:
    """Of all buses of this process."""

    def __init__(self) -> None:
        self._loops: "Dict[int, weak_ref[Any]]" = {}
        """By the number of a bus: the event loop in which it was used."""

        self._next: "Dict[int, NextEmit]" = {}
        """Buses with emits that wait, or have waited."""

        self._only: "Optional[weak_ref[Any]]" = None
        self._looked_ns = -_LOOK_NS

    def used(self, number: int) -> None:
        """A bus is used here and now: where an event loop runs, it is the bus's."""
        loop = running_loop()
        if loop is not None:
            try:
                self._loops[number] = weak_ref(loop)
            except TypeError:
                pass  # of a class without weak references

    def loop_of(self, bus: Bus, way: Way) -> Any:
        """The event loop of a bus, which runs; None where none is known."""
        known = self._known(bus.number)
        fields = instance_dict(bus.emitter) or {}
        if known is not None or way.loop not in fields:
            return known
        own = fields[way.loop]
        if own is not None:
            return own if _runs(own) else None
        # One that was given none emits in whatever loop runs: where there is only one, it is that.
        return self._only_one()

    def hand_over(self, emit: HandEmit, bus: Bus, way: Way) -> None:
        """Have it done at the next safe moment. Raises Refused where there can be none."""
        loop = self.loop_of(bus, way)
        if loop is not None:
            emit.where = LOOP
            try:
                loop.call_soon_threadsafe(emit.run, LOOP)
                return
            except RuntimeError:
                emit.where = NEXT  # it has been closed just now
        if not isinstance(bus.hooks, MethodHooks):
            raise Refused("there is no safe moment for it on this bus")
        waiting = self._next.get(bus.number)
        if waiting is None:
            made = NextEmit(bus.hooks, way.methods, partial(self.used, bus.number))
            waiting = self._next[bus.number] = made
        waiting.add(emit)

    def after_fork(self) -> None:
        """In a forked child: what was asked of its parent is the parent's, and no loop runs."""
        self._loops.clear()
        for waiting in self._next.values():
            waiting.forget()
        self._next.clear()

    def _only_one(self) -> Any:
        """The one event loop of asyncio's own kind that runs in this process; None where none or several do."""
        now = time.monotonic_ns()
        if now > self._looked_ns + _LOOK_NS:
            running = [loop for loop in _loops() if _runs(loop)]
            self._looked_ns, self._only = now, weak_ref(running[0]) if len(running) == 1 else None
        loop = self._only() if self._only is not None else None
        return loop if loop is not None and _runs(loop) else None

    def _known(self, number: int) -> Any:
        ref = self._loops.get(number)
        loop = ref() if ref is not None else None
        return loop if loop is not None and _runs(loop) else None


class NextEmit:
    """Emits that wait for the program's next one on a bus."""

    def __init__(self, hooks: MethodHooks, methods: "Tuple[str, ...]", used: Callable[[], Any]) -> None:
        self._hooks = weak_ref(hooks)
        self._methods = methods
        self._used = used
        self._waiting: "Deque[HandEmit]" = deque()
        self._put: "List[Tuple[str, Hook, Hook]]" = []
        """Method, what lay there, and what lies there now."""

    def add(self, emit: HandEmit) -> None:
        """Do this one next. Raises Refused where the program's next emit cannot be noticed."""
        emit.on_withdrawn = partial(self._withdrawn, emit)
        self._waiting.append(emit)  # before the look: who does it now takes the hook off first
        if not self._put:
            try:
                self._put = self._exchanged()
            except Refused:
                self._waiting.remove(emit)
                raise

    def _exchanged(self) -> "List[Tuple[str, Hook, Hook]]":
        hooks = self._hooks()
        put: "List[Tuple[str, Hook, Hook]]" = []
        for name in self._methods if hooks is not None else ():
            found = hooks.exchange(name, self._around) if hooks is not None else None
            if found is None:
                self._give_back(put)
                raise Refused(f"the program has put something else in the place of {name} of this bus")
            put.append((name, *found))
        return put

    def forget(self) -> None:
        """Nobody waits any more. The hook goes with the next emit: a lock may be held by a thread that is not there."""
        self._waiting.clear()

    def _around(self, hook: Hook) -> Hook:
        def emitting(*args: Any, **kwargs: Any) -> Any:
            result = hook(*args, **kwargs)
            self._now()
            return result

        return emitting

    def _now(self) -> None:
        """The program has emitted, on this thread. In an event loop what waits comes when that has a moment."""
        self._take_off()
        self._used()
        loop = running_loop()
        while self._waiting:
            try:
                emit = self._waiting.popleft()
            except IndexError:  # another thread was quicker
                return
            if loop is None:
                emit.run(NEXT)
            else:
                loop.call_soon(emit.run, LOOP)

    def _withdrawn(self, emit: HandEmit) -> None:
        try:
            self._waiting.remove(emit)
        except ValueError:
            return
        if not self._waiting:
            self._take_off()

    def _take_off(self) -> None:
        put, self._put = self._put, []
        self._give_back(put)

    def _give_back(self, put: "List[Tuple[str, Hook, Hook]]") -> None:
        hooks = self._hooks()
        for name, before, now in put:
            if hooks is not None:
                hooks.give_back(name, before, now)


def running_loop() -> Any:
    """The event loop that runs on this thread; None where none does."""
    events = sys.modules.get("asyncio.events")
    found: "Optional[Callable[[], Any]]" = getattr(events, "_get_running_loop", None)
    return found() if found is not None else None


def _loops() -> "List[Any]":
    """Event loops of asyncio's own kind that are alive."""
    base = getattr(sys.modules.get("asyncio.base_events"), "BaseEventLoop", None)
    return living(base) if base is not None else []


def _runs(loop: Any) -> bool:
    try:
        return bool(loop.is_running() and not loop.is_closed())
    except Exception:  # a loop of the program's own
        return False
