"""The handlers of one dispatch that a library's plain loop calls one after another, in one slot of a stream each.

What `Turns` tells in one fact for the emit and two for each call is packed as on pyee's hot path: the emit with its
first call, and in place the end of the last one. Measured by benchmarks/signal_overhead.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Callable, Optional

from buslens.context import CALL
from buslens.packing import ENDED, NEXT, STARTED, WHOLE
from buslens.records import Kind
from buslens.stream import layout
from buslens.stream.forms import Form, no_form
from buslens.watching.turns import Turns

if TYPE_CHECKING:
    from buslens.stream import StreamRecorder
    from buslens.stream.cost import MeasuredDispatch
    from buslens.watching.subscribers import Registration
    from buslens.watching.watch import Watch

MOST = 8
"""Handlers of a dispatch; beyond, the general way."""

_OFTEN = 16
"""So many payloads that look otherwise are worth a look at their form."""

_NO_MORE = object()
_NO_SLOT = (AttributeError, TypeError, StopIteration)
_EMITTED = int(Kind.DISPATCH_EMITTED)
_PACK = layout.PACK_OPENED


class SlotPlan:
    """Whom a dispatch calls, as long as nobody comes or goes. Keeps none of them alive."""

    __slots__ = ("announced", "event_id", "form", "looks", "openings", "others", "without_form")

    def __init__(
        self,
        recorder: StreamRecorder,
        event_id: int,
        announced: dict[Any, Registration],
        others: Iterable[Registration] = (),
    ) -> None:
        """announced: by what finds a handler once the loop takes it. others: who is not for this dispatch."""
        self.event_id = event_id
        self.announced = announced
        self.others = list(others)
        self.openings: dict[Any, int] = {}
        """The mark of the slot of whoever comes first; empty where there are too many different ones."""

        ids = [each.handler_id for each in announced.values()]
        for key, registration in announced.items():
            opening = recorder.opening(event_id, [registration.handler_id, *ids[1:]])
            if opening is None:
                self.openings.clear()
                break
            self.openings[key] = opening.mark if len(ids) == 1 else opening.mark & ~layout.AWAITS_END
        self.looks = recorder.second_looks.of(ids)
        """How often what they receive is looked at again: the next `left` times, and then in the general way."""

        self.form: Form = no_form
        """What most payloads look like, as far as that is known."""

        self.without_form = 0
        """Payloads that looked otherwise."""

    def keep_payload(
        self, recorder: StreamRecorder, append: Callable[[bytes], Any], call: int, payload: dict[str, Any]
    ) -> int:
        """What a dispatch carries that begins with this call; its blob. append: into the chunk at hand."""
        record = None if recorder.spending.step else self.form(call, (payload,), {})
        if record is None:
            self.without_form = times = self.without_form + 1
            if times >= _OFTEN and not times & (times - 1):  # to make one costs something
                found = recorder.forms.of((payload,), {})
                self.form = self.form if found is no_form else found
            return recorder.keep_payload(call, payload)
        try:
            append(record)
        except ValueError:  # that chunk is full
            recorder.local.place = None
            return recorder.keep_payload(call, payload)
        return call

    def tell_unheard(
        self, watch: Watch, recorder: StreamRecorder, payload: dict[str, Any], measured: Optional[MeasuredDispatch]
    ) -> None:
        """Record a dispatch that calls nobody: a slot. May raise: see `Watch.broke`."""
        if measured is not None:
            measured.go()
        dispatch = recorder.next_id()
        try:
            try:
                claim, facts, _, append, lane, cause = recorder.local.place
            except (AttributeError, TypeError):
                claim, facts, _, append, lane, cause = recorder.place()  # type: ignore[misc]
            found = CALL.get()
            cause = cause if found is None else found
            blob = self.keep_payload(recorder, append, dispatch, payload) if payload else 0
            try:
                slot = claim()
            except StopIteration:
                claim, facts, _, _, lane, _ = recorder.place()  # type: ignore[misc]
                slot = claim()
            fact = (dispatch, cause, blob, lane, 0, _EMITTED, 0, 0, self.event_id, layout.WHOLE)
            layout.PACK_WHOLE(facts, slot, recorder.clock_ns(), *fact)
        except _NO_SLOT:
            kept = recorder.snapshot(payload) if payload else 0
            told = (self.event_id, recorder.clock_ns(), dispatch, recorder.cause(), recorder.here())
            recorder.put(WHOLE, _EMITTED, 0, 0, *told, 0, kept)
        if self.others:
            watch.filtered(dispatch, self.others)
        if measured is not None:
            measured.done(1)


class SlotTurns(Turns):
    """Turns for a loop that calls each handler at once, on this thread."""

    def __init__(
        self,
        watch: Watch,
        recorder: StreamRecorder,
        plan: SlotPlan,
        key_of: Callable[[Any], Any],
        payload: dict[str, Any],
        measured: Optional[MeasuredDispatch] = None,
    ) -> None:
        """payload: empty for none; it is looked at before the first handler is called. measured: what this one costs.

        The dispatch has its id with its first call.
        """
        super().__init__(watch, 0, plan.announced.copy(), key_of)
        self._recorder, self._plan = recorder, plan
        self._payload, self._measured = payload, measured
        self._slot = -1
        """That of the call that runs, where its end is stored in there; negative: another one tells it."""

    def __next__(self) -> Any:
        measured = self._measured
        if measured is not None:
            measured.go()
        handler = next(self._handlers, _NO_MORE)
        try:
            registration = None if handler is _NO_MORE else self.left.pop(key := self._key_of(handler), None)
            if registration is None:  # at the end, or nobody has announced it: the library knows better
                if self._call:
                    self._ended()
                CALL.set(self._outer)
            else:
                self._name = registration.name
                if self.dispatch:
                    self._go_on(registration)
                else:
                    self._open(self._plan.openings[key], registration)
                CALL.set(self._call)
        except Exception as error:
            self._watch.broke(error)
            self.left.clear()
        if measured is not None:
            measured.halt()
        if handler is _NO_MORE:
            raise StopIteration
        return handler

    def later(self, handler: Any) -> Any:
        """Nobody who is called later was announced."""
        return handler

    def failed(self, error: BaseException, of_call: bool = True) -> None:
        """See `Turns`."""
        if of_call and self._call:
            self._store(layout.ELSEWHERE)
        super().failed(error, of_call)

    def over(self, why: Callable[[Any], str]) -> None:
        """See `Turns`."""
        if self.left and not self.dispatch:
            try:
                self.dispatch = self._recorder.next_id() - 1
                self._tell_emit()
            except Exception as error:
                self._watch.broke(error)
                self.left.clear()
        super().over(why)
        if self._measured is not None:
            self._measured.go()
            self._measured.done(len(self._plan.announced))
            if len(self._plan.announced) > 1:
                self._plan.looks.passed()

    def _open(self, mark: int, registration: Registration) -> None:
        recorder, payload = self._recorder, self._payload
        call = recorder.next_id()
        self._call, self.dispatch = call, call - 1
        try:
            try:
                claim, facts, self._ends, append, lane, outside = recorder.local.place
            except (AttributeError, TypeError):  # the first emit of a thread or of a forked child
                claim, facts, self._ends, append, lane, outside = recorder.place()  # type: ignore[misc]
            blob = self._plan.keep_payload(recorder, append, call, payload) if payload else 0
            try:
                slot = claim()
            except StopIteration:
                claim, facts, self._ends, append, lane, outside = recorder.place()  # type: ignore[misc]
                slot = claim()
            parent = outside if self._outer is None else self._outer
            _PACK(facts, slot, recorder.clock_ns(), call, parent, blob, lane, mark)
        except _NO_SLOT:  # there is no room, or other threads were quicker
            self._tell_emit()
            self._tell_start(registration)
        else:
            self._slot = slot if mark & layout.AWAITS_END else -1
        if self._plan.others:
            self._watch.filtered(self.dispatch, self._plan.others)

    def _go_on(self, registration: Registration) -> None:
        """A call has ended well, if one ran, and the next one begins."""
        recorder, ended = self._recorder, self._call
        self._call = call = recorder.next_id()
        if not ended:
            self._tell_start(registration)
            return
        mark = layout.NEXT | registration.handler_id << 32 | (0 if self.left else layout.AWAITS_END)
        try:
            claim, facts, self._ends, _, lane, _ = recorder.local.place
            try:
                slot = claim()
            except StopIteration:
                claim, facts, self._ends, _, lane, _ = recorder.place()  # type: ignore[misc]
                slot = claim()
            _PACK(facts, slot, recorder.clock_ns(), call, self.dispatch, ended, lane, mark)
            self._slot = -1 if self.left else slot
        except _NO_SLOT:
            self._slot, handler = -1, registration.handler_id
            recorder.keep((NEXT, ended, recorder.clock_ns(), handler, call, self.dispatch, recorder.here()))

    def _ended(self) -> None:
        call, self._call = self._call, 0
        if self._slot >= 0:
            self._store(self._recorder.clock_ns())
        else:
            self._recorder.keep((ENDED, call, self._recorder.clock_ns()))

    def _store(self, end: int) -> None:
        """Say in the slot of a call when it has ended, where that is said there."""
        slot, self._slot = self._slot, -1
        try:
            if slot >= 0:
                self._ends[slot >> 3] = end
        except ValueError:
            pass  # it is the parent's, and this a forked child

    def _tell_emit(self) -> None:
        recorder, plan = self._recorder, self._plan
        payload = recorder.snapshot(self._payload) if self._payload else 0
        told = (plan.event_id, recorder.clock_ns(), self.dispatch, recorder.cause(), recorder.here())
        recorder.put(WHOLE, _EMITTED, 0, 0, *told, len(plan.announced), payload)

    def _tell_start(self, registration: Registration) -> None:
        recorder, self._slot = self._recorder, -1
        told = (registration.handler_id, recorder.clock_ns(), self._call, self.dispatch, recorder.here())
        recorder.keep((STARTED, *told))
