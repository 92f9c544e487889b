"""Breakpoints in this process: what a person holds, for as long as the window that asked for it is heard of.

Only calls of coroutine handlers on emitters of pyee's asyncio kind are held: each is a task of its own. Whatever else
runs inside the emit, which would stand still with all that its thread does.
"""

from __future__ import annotations

import itertools
import json
import threading
import time
from types import FunctionType, MethodType
from typing import Any, Callable, Dict, Iterable, List, Optional, Tuple

from buslens.control.buses import Bus
from buslens.control.fields import Comparison, is_plain
from buslens.control.held_calls import DROPPED, GOES, HeldCall, HeldCoroutine
from buslens.control.messages import Fields, Refused
from buslens.packing import WHOLE
from buslens.recorder import Recorder
from buslens.records import Did, Kind, NameKind
from buslens.redaction import FULL
from buslens.texts import utf8
from buslens.watching import held
from buslens.watching.hooks import Hooks
from buslens.watching.methods import MethodHooks
from buslens.watching.naming import HandlerName, describe, event_text
from buslens.watching.pending import Begin

SILENT_NS = 900_000_000
"""So long whoever holds may be silent, on the clock of this process: then all goes on."""

MOST_HELD, MOST_POINTS, MOST_SHOWN = 1_000, 200, 100
MOST_ARGUMENTS = 2_000
"""Letters of the arguments of a held call that are told."""

NEXT, ALL = 0, -1

_VARARGS, _COROUTINE = 0x04, 0x80
"""Flags of code: inspect.CO_VARARGS, inspect.CO_COROUTINE."""

_MOST_SAID = 5
_WOULD_STAND = "{} runs inside the emit and is not held: the thread that emits would stand still, with all that it does"
_NOBODY = "it goes on: whoever held it is not heard of any more"


class Point:
    """Where calls are held."""

    def __init__(self, bus: str, event: str, handler: str, where: "Tuple[Comparison, ...]") -> None:
        """An empty name: any of them."""
        self.bus, self.event, self.handler, self.where = bus, event, handler, where
        self.hits = 0

    def is_at(self, bus: str, event: str, handler: str) -> bool:
        """Whether such a call comes to it."""
        return self.bus in ("", bus) and self.event in ("", event) and self.handler in ("", handler)

    def wants(self, payload: Any) -> bool:
        """Whether it is one of those that it holds."""
        return all(each.holds(payload) for each in self.where)


class Breaks:
    """Of this process."""

    def __init__(self, recorder: Recorder, buses: "Callable[[], Iterable[Bus]]") -> None:
        """buses: those that live now."""
        self.silent_ns = SILENT_NS
        self._recorder, self._buses = recorder, buses
        self._owner: Optional[BreakSession] = None
        self._points: "Tuple[Point, ...]" = ()
        self._held: "Dict[int, HeldCall]" = {}
        self._numbers = itertools.count(1).__next__
        self._lock = threading.Lock()
        self._passed = 0
        """Calls that went on although they were to be held: there were MOST_HELD already."""

    # Who holds

    def begin(self, owner: BreakSession) -> None:
        """Raises Refused where somebody else holds."""
        if self._owner is not None:
            raise Refused(f"another one holds deliveries of this program already: {self._owner.whose}")
        self._owner = owner

    def owner(self, holder: str) -> BreakSession:
        """Who has begun under this name. Raises Refused where nobody has, or it is over."""
        if self._owner is None or self._owner.holder != holder:
            raise Refused("nothing is held here for you: it is over, or another one holds deliveries of this program")
        return self._owner

    def end(self, owner: BreakSession) -> int:
        """It is over: nothing is held any more. How many go on."""
        if self._owner is not owner:
            return 0
        self._owner = None
        self.set_points(())
        return len(self.let(ALL, GOES, _NOBODY))

    def after_fork(self) -> None:
        """In a forked child: who holds is the parent's. Where the child goes on with the loop, nothing waits there."""
        before, self._held = self._held, {}
        self._owner, self._points, self._lock = None, (), threading.Lock()
        self._arm()
        for call in before.values():
            call.after_fork()

    # Where

    def set_points(self, points: "Tuple[Point, ...]") -> None:
        """Hold what comes to these from now on, and to no others; what is held stays so."""
        self._points, self._passed = points, 0
        self._arm()

    def came(self, hooks: Hooks) -> None:
        """An object is watched from now on."""
        if self._points and can_hold(hooks):
            hooks.watch.hold = self._hold

    def cannot(self, point: Point) -> "List[str]":
        """Why some of what a point names is not held, in sentences."""
        said = []
        for bus in self._buses():
            if point.bus not in ("", bus.name):
                continue
            if not can_hold(bus.hooks):
                if not point.event or point.event in bus.events:
                    said.append(_WOULD_STAND.format(f"on {bus.name} a handler"))
                continue
            known = bus.hooks.subscriptions(bus.emitter, False) if isinstance(bus.hooks, MethodHooks) else ()
            for event, handler, _ in known:
                name = describe(handler)
                if point.is_at(bus.name, event_text(event), name.text) and not name.is_async:
                    said.append(_WOULD_STAND.format(f"{name.text}, which is no coroutine function,"))
        return said[:_MOST_SAID]

    # What is held

    def said(self) -> Fields:
        """What is held now, the oldest first, and how often each point was hit."""
        with self._lock:
            shown = list(itertools.islice(self._held.values(), MOST_SHOWN))
            count = len(self._held)
        now = time.monotonic_ns()
        return {
            "held": [
                {
                    "number": each.number, "bus": each.bus, "event": each.event, "handler": each.handler,
                    "dispatch": each.dispatch, "held_ns": now - each.since_ns, "can_edit": each.remake is not None,
                    "args": each.arguments,
                }
                for each in shown
            ],
            "count": count, "passed": self._passed, "hits": [point.hits for point in self._points],
        }  # fmt: skip

    def let(self, number: int, state: str, why: str, edited: "Optional[List[Any]]" = None) -> "List[HeldCall]":
        """Let one go on, or drop it, or the longest held (NEXT), or ALL of them: those of which that is true now."""
        done = []
        for each in self._chosen(number):
            coroutine = None if edited is None else self._remade(each, tuple(edited))
            did = Did.DROPPED if state == DROPPED else Did.EDITED if edited is not None else Did.RELEASED
            with self._lock:
                is_held = self._held.pop(each.number, None) is not None
            if is_held:
                self._say(did, each, why)  # before it can begin
            if each.decide(state, coroutine):
                done.append(each)
                if state == DROPPED:
                    self._recorder.skipped(each.dispatch, each.handler_id, note="a person dropped it at a breakpoint")
        return done

    def _remade(self, call: HeldCall, edited: "Tuple[Any, ...]") -> Any:
        if call.remake is None:
            raise Refused("its arguments are not plain JSON values, or its handler is no plain coroutine function")
        try:
            return call.remake(edited)
        except TypeError:
            raise Refused(f"{call.handler} does not take {len(edited)} arguments") from None

    def _chosen(self, number: int) -> "List[HeldCall]":
        with self._lock:
            waiting = list(self._held.values())
        if number == ALL:
            return waiting
        return waiting[:1] if number == NEXT else [each for each in waiting if each.number == number]

    def _hold(self, watch: Any, coroutine: Any, begin: Begin, name: HandlerName) -> Any:
        """A call is about to become a task: it, or what waits in its place. In the middle of an emit."""
        event, function = _handler_of(watch, begin[1])
        bus = self._recorder.text_of(NameKind.BUS, watch.bus)
        arguments = _arguments(coroutine, function)
        payload = arguments[0] if arguments is not None and len(arguments) == 1 else arguments
        wanted = [each for each in self._points if each.is_at(bus, event, name.text) and each.wants(payload)]
        if not wanted or self._owner is None:
            return coroutine
        for each in wanted:
            each.hits += 1
        if len(self._held) >= MOST_HELD:
            self._passed += 1
            return coroutine
        call = HeldCall(self._numbers(), event, name.text, begin, coroutine)
        call.bus, call.on_gone = bus, self._gone
        if arguments is not None and all(map(is_plain, arguments)) and _can_remake(function):
            call.arguments = self._shown(list(arguments))
            call.remake = lambda edited: held.with_arguments(coroutine, function, edited)
        self._say(Did.HELD, call, "held at a breakpoint")
        with self._lock:
            self._held[call.number] = call
        if self._owner is None:  # it has ended in between: nobody would release this one
            self.let(call.number, GOES, _NOBODY)
        return HeldCoroutine(call)

    def _shown(self, arguments: "List[Any]") -> str:
        """As JSON, where nothing of it is secret or kept back; said here, for the program may change them later."""
        redaction = getattr(self._recorder, "redaction", None)
        if redaction is None or redaction.payloads != FULL or redaction.payload(arguments) != arguments:
            return ""
        try:
            text = json.dumps(arguments, allow_nan=False)
        except ValueError:  # a number that JSON has not
            return ""
        return text if len(text) <= MOST_ARGUMENTS else ""

    def _gone(self, call: HeldCall) -> None:
        with self._lock:
            self._held.pop(call.number, None)

    def _arm(self) -> None:
        for bus in self._buses():
            if can_hold(bus.hooks):
                bus.hooks.watch.hold = self._hold if self._points else None

    def _say(self, did: Did, call: HeldCall, what: str) -> None:
        recorder = self._recorder
        note = utf8(f"{call.event} -> {call.handler} {what}"[: recorder.limits.text])
        recorder.put(
            *(WHOLE, int(Kind.INTERVENED), 0, 0, call.handler_id, recorder.clock_ns(), call.dispatch, call.call),
            *(recorder.here(), int(did), note),
        )


class BreakSession:
    """A window that holds: a request that is not answered while it is heard of (buslens.control.caller.Waiting)."""

    def __init__(self, breaks: Breaks, holder: str, whose: str) -> None:
        """holder: the name that it goes by. whose: for people."""
        self.holder, self.whose = holder, whose
        self._breaks = breaks
        self.until_ns = 0
        self.heard()

    def heard(self) -> None:
        """It is there."""
        self.until_ns = time.monotonic_ns() + self._breaks.silent_ns

    def answer(self) -> "Optional[Fields]":
        """It goes on."""
        return None

    def give_up(self) -> Fields:
        """It has gone, or is silent."""
        count = self._breaks.end(self)
        return {"ok": True, "said": f"nothing is held any more; {count} deliveries go on"}


def can_hold(hooks: Hooks) -> bool:
    """Whether calls of an object are tasks of their own, made by pyee itself."""
    return getattr(hooks.watch, "kind", "") == "asyncio"


def _handler_of(watch: Any, handler_id: int) -> "Tuple[str, Any]":
    """Event and function of an interned handler, as they were at its last emit."""
    for event, plan in list(watch.plans.items()):
        if handler_id in plan.handler_ids:
            return event, plan.keys[plan.handler_ids.index(handler_id)]
    return "", None


def _arguments(coroutine: Any, function: Any) -> "Optional[Tuple[Any, ...]]":
    """What the handler was called with by position, of a coroutine that has not begun; None where more was given."""
    code, frame = coroutine.cr_code, coroutine.cr_frame
    if frame is None or code.co_kwonlyargcount or code.co_flags & 0x08:
        return None
    given, names = frame.f_locals, code.co_varnames
    first = 1 if type(function) is MethodType else 0
    values = tuple(given.get(name) for name in names[first : code.co_argcount])
    return values + tuple(given.get(names[code.co_argcount], ())) if code.co_flags & _VARARGS else values


def _can_remake(function: Any) -> bool:
    """Whether calling it only makes a coroutine: nothing of the program runs."""
    plain = function.__func__ if type(function) is MethodType else function
    return type(plain) is FunctionType and bool(plain.__code__.co_flags & _COROUTINE)
