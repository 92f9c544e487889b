"""One emission of a signal: which slots it was announced to, and what became of each.

The loop asks `begin` for what to call in the place of a slot's own `cb`, and says how that went. No error of ours gets
out of here: then the rest of the emission is only left untold.
"""

from __future__ import annotations

from contextvars import Token
from threading import current_thread
from typing import Any, Callable, Optional

from psygnal import _queue, _weak_callback

from buslens.adapters.psygnal.slots import is_coroutine, is_queued
from buslens.context import CALL
from buslens.watching.calls import WatchedHandler
from buslens.watching.naming import HandlerName
from buslens.watching.second_look import SecondLook, second_look
from buslens.watching.subscribers import Registration
from buslens.watching.watch import Watch

FREED = "its receiver was freed before its turn"
GONE = "it was disconnected before its turn"
OVERTAKEN = "the signal was emitted again before its turn, and calls its slots for the latest emit only"

Run = Callable[[tuple[Any, ...]], Any]


class Slot:
    """What is known of one of a signal's slots; keeps neither it nor its handler alive."""

    __slots__ = ("key", "receivers", "registration")

    def __init__(self, key: str, registration: Registration, receivers: list[Any]) -> None:
        self.key = key
        """The very string that psygnal has made for the slot: as long as it is kept, no other is the same object."""

        self.registration = registration
        self.receivers = receivers
        """psygnal's own weak references, where the handler is held weakly."""

    def is_freed(self) -> bool:
        """Whether it is gone because nobody held its handler any more."""
        return any(receiver() is None for receiver in self.receivers)


class Emission:
    """The slots of one emission, as their turns come."""

    __slots__ = ("_left", "_look", "_name", "_started", "_token", "_watch", "call", "dispatch")

    def __init__(self, watch: Optional[Watch], dispatch: int, slots: list[Slot]) -> None:
        """watch: None where nothing is to be told."""
        self._watch = watch
        self.dispatch = dispatch
        self.call = 0
        """The call whose turn it is, or was last."""

        self._left = {id(slot.key): slot for slot in slots}
        self._look: Optional[SecondLook] = None
        self._name: Optional[HandlerName] = None
        self._token: Optional[Token[Optional[int]]] = None
        self._started = False

    def look_again(self, payload: Any) -> None:
        """Look at what the emission carries behind each slot, if it is one of those."""
        watch, slots = self._watch, self._left.values()
        if watch is not None and len(slots) > 1:
            looks = watch.recorder.second_looks.of(each.registration.handler_id for each in slots)
            self._look = second_look(watch.recorder, looks, self.dispatch, len(slots), payload)

    def begin(self, slot: Any) -> Run:
        """What is to be called now, instead of the slot's `cb`; it does what that would."""
        run: Run = slot.cb
        later: Optional[Run]
        watch = self._watch
        known = self._left.pop(id(slot._key), None) if watch is not None else None
        if watch is None or known is None:  # it came while the emission went on
            return run
        try:
            self._name, self._started = known.registration.name, False
            self.call = call = watch.recorder.next_id()
            told = (self.dispatch, call, known.registration.handler_id, known.registration.name)
            later = self._handed_over(slot, WatchedHandler, watch, told)
            if later is not None:
                return later
            watch.started(call, self.dispatch, known.registration.handler_id)
            self._started = True
            self._token = CALL.set(call)
        except Exception as error:
            watch.broke(error)
        return run

    def ended(self) -> None:
        """What `begin` gave has returned."""
        if self._started and self._watch is not None:
            self._started = False
            self._leave()
            if self._look is not None:
                self._look.ends(self.call)
            self._watch.ended(self.call)

    def passed_over(self, slot: Any, why: str) -> None:
        """A slot is not called. why: one of the sentences above."""
        known = self._left.pop(id(slot._key), None)
        if known is not None and self._watch is not None:
            self._watch.skipped(self.dispatch, (known.registration.handler_id,), note=why)

    def failed(self, error: BaseException) -> None:
        """The loop ends with an error; one that a call raised is why the others are skipped."""
        if self._watch is None:
            return
        because = self.call if self._started else 0
        if self._started and self._name is not None:
            self._started = False
            self._leave()
            self._watch.failed(self.call, error, self._name.plain)
        self._skip_rest(because, "")

    def over(self, why: str = GONE) -> None:
        """The loop is through; who had no turn then is not called any more. why: one of the sentences above."""
        self._skip_rest(0, why)

    def _skip_rest(self, because: int, why: str) -> None:
        if self._left and self._watch is not None:
            left, self._left = self._left, {}
            self._watch.skipped(self.dispatch, [slot.registration.handler_id for slot in left.values()], because, why)

    def _leave(self) -> None:
        if self._token is not None:
            CALL.reset(self._token)
            self._token = None

    def _handed_over(self, slot: Any, stand_in: Any, watch: Watch, told: tuple[int, int, int, HandlerName]) -> Any:
        """What hands a slot to the thread or to the backend that is to call it; None for one that is called here."""
        dispatch, call, handler_id, name = told
        if is_queued(slot):
            thread = slot._cbthread
            if current_thread() is thread:
                return None
            run = stand_in(slot._wrapped.cb, watch, dispatch, call, handler_id, name)
            queue = _queue.QueuedCallback._GLOBAL_QUEUE[thread]
            return lambda args: queue.put((run, args))
        backend: Any = vars(_weak_callback)["get_async_backend"]() if is_coroutine(slot) else None
        if backend is None or slot.dereference() is None:
            return None
        most = slot._max_args
        awaited = AwaitedSlot(slot, stand_in(slot, watch, dispatch, call, handler_id, name))
        return lambda args: backend.put((awaited, args if most is None else args[:most]))


class AwaitedSlot:
    """A slot as psygnal's backend sees it, which asks for its coroutine function."""

    __slots__ = ("_run", "_slot")

    def __init__(self, slot: Any, run: WatchedHandler) -> None:
        self._slot = slot
        self._run = run

    def dereference(self) -> Any:
        """What the backend is to call and to await; None where the receiver is gone."""
        return None if self._slot.dereference() is None else self._run
