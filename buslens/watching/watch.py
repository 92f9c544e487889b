"""What is told of one watched object: subscriptions, dispatches, and how calls become facts, whatever library it is of.

Everything here runs inside somebody else's program: an error of our own switches the watch off, once, and is logged;
it never reaches the program.
"""

from __future__ import annotations

from collections.abc import Coroutine, Iterable
from typing import Any, Callable, Optional
from weakref import ref as weak_ref

from buslens.failures import Failure, Frames
from buslens.json_text import json_of
from buslens.log import LOG, ProbeLog
from buslens.packing import ENDED, STARTED, WHOLE
from buslens.payloads import NoPayload, arguments
from buslens.recorder import Recorder
from buslens.records import Kind, Outcome
from buslens.statics import class_dict
from buslens.texts import json_utf8
from buslens.watching.calls import CallCoroutine, FutureEnd, outcome_of
from buslens.watching.naming import HandlerName, describe, event_text
from buslens.watching.pending import ENDED_FIRST, Begin, PendingCall, Waiting
from buslens.watching.second_look import SecondLook
from buslens.watching.subscribers import Registration, said_of
from buslens.watching.undone import undone

_MOST_EVENTS = 4096
_MOST_FAILING = 64
_MOST_FILTERED = 16
_EMITTED = int(Kind.DISPATCH_EMITTED)
_STARTED = int(Kind.CALL_STARTED)
_ENDED = int(Kind.CALL_ENDED)


class Watch:
    """One object under watch. Holds it weakly: being watched must not keep it alive.

    An adapter says `subscribed` and `unsubscribed`; for each emit `emitted`; and then of each handler either `skipped`,
    or it calls it through `calls.Run`, which tells of the call by the verbs from `started` to `returned` below.
    A dispatch has no end of its own: it is over with its last call.
    """

    def __init__(self, emitter: Any, recorder: Recorder, bus: int) -> None:
        self.emitter = self.reference(emitter)
        self.recorder = recorder
        self.bus = bus
        """Interned name of the emitter."""

        recorder.at_end(self, Watch.finish)
        self.live = True
        """False once detached, once an error of our own has switched us off, and while it is paused."""

        self.hold: Optional[Callable[..., Any]] = None
        """Given the coroutine of a call that has not begun, what begins in its place; None: nothing is held here."""

        self.is_paused = False
        """A person has asked that nothing is recorded for now but who subscribes."""

        self.awaits = True
        """A coroutine that a handler returns will be run by somebody."""

        self.failing: Optional[dict[int, int]] = None
        """Calls by the id of the exception that ended them, whose own event is about to come; None: there is none."""

        self.waiting: dict[int, Waiting] = {}
        """Calls whose body has not begun, by id: of tasks before their first step."""

        self.uncalled: dict[int, tuple[int, int]] = {}
        """Dispatch and handler of those that an executor or nursery has, and has not called, by the call's id."""

        self._event_ids: dict[str, int] = {}

    def reference(self, emitter: Any) -> Callable[[], Any]:
        """What gives the emitter while it lives, and does not keep it alive."""
        return weak_ref(emitter)

    def anchor(self) -> Any:
        """What lives as long as the emitter, and can be referred to weakly: itself, unless an adapter knows better."""
        return self.emitter()

    @property
    def is_on(self) -> bool:
        """Whether it is watched still, be it paused."""
        return self.live or self.is_paused

    @property
    def known_events(self) -> list[str]:
        """Names of events that were emitted or subscribed to, of which the latest are known."""
        return list(self._event_ids)

    def pause(self, on: bool) -> None:
        """Record nothing of what is emitted from now on; or record it again. Calls that run are told to their end."""
        if on and self.live:
            self.is_paused = True  # first: one of the two is always true
            self.live = False
        elif self.is_paused and not on:
            self.live = True
            self.is_paused = False

    def broke(self, error: BaseException) -> None:
        """An error of our own: too deep in recursion means one fact less, anything else that we stop."""
        if isinstance(error, RecursionError):
            self.recorder.dropped += 1
        elif self.live:
            self.live = False
            log: Optional[ProbeLog] = LOG  # None when Python ends, and has emptied this module
            if log is not None:
                log.error("buslens stopped watching an emitter after an error of its own", exc_info=error)

    def cannot_see(self, what: str) -> None:
        """Say, once in a capture, what of such an object an adapter cannot watch."""
        try:
            if what not in self.recorder.unseen:
                self.recorder.unseen.add(what)
                self.recorder.mark(what)
        except Exception as error:
            self.broke(error)

    def begin_anew(self) -> None:
        """In a forked child, whose capture is a new one: the calls of the parent are the parent's."""
        self.waiting.clear()

    def event_id(self, event: Any) -> int:
        """Interned id of an event on this bus."""
        if type(event) is not str:
            return self.recorder.event(event_text(event), self.bus)
        found = self._event_ids.get(event)
        if found is None:
            if len(self._event_ids) >= _MOST_EVENTS:
                self._event_ids.clear()
            found = self._event_ids[event] = self.recorder.event(event, self.bus)
        return found

    def handler_id(self, event: Any, name: HandlerName) -> int:
        """Interned id of a handler of an event."""
        return self.recorder.handler(name.text, name.file, name.line, event_text(event))

    def subscribed(self, event: Any, handler: Any, once: bool = False) -> None:
        """A handler came. handler: itself, or the HandlerName or Registration of one that may be gone.

        once: for one emit only.
        """
        self._subscription(self.recorder.handler_added, event, handler, once)

    def unsubscribed(self, event: Any, handler: Any, once: bool = False, why: str = "") -> None:
        """A handler went. why: where nobody has asked for it, such as subscribers.FREED."""
        self._subscription(self.recorder.handler_removed, event, handler, once, why)

    def _subscription(
        self, record: Callable[[int, int, bool, bytes], None], event: Any, handler: Any, once: bool, why: str = ""
    ) -> None:
        try:
            self.forget(event)
            if self.is_on and self.recorder.enabled:
                if type(handler) is Registration:
                    modules = self.recorder.modules_of(handler.handler_id, handler.name.module)
                    record(handler.handler_id, self.event_id(event), once, handler.said(why, modules))
                else:
                    name = handler if type(handler) is HandlerName else describe(handler)
                    ident = self.handler_id(event, name)
                    said = said_of(self.recorder.modules_of(ident, name.module))
                    record(ident, self.event_id(event), once, said)
        except Exception as error:
            self.broke(error)

    def forget(self, event: Any = None) -> None:
        """The handlers of an event have changed, of all events where none is named; for what an adapter remembers."""

    def has_room(self, calls: int, is_chosen: bool = False) -> bool:
        """Whether a dispatch with so many calls can be kept; else its facts are counted as dropped.

        is_chosen: whether it is to be recorded was asked before.
        """
        return self.recorder.has_room(calls, is_chosen)

    def cause(self, raised: Any = None) -> int:
        """What an emit here and now has as its cause: a call, 0 for none, or CAUSE_UNKNOWN.

        raised: the exception that the library itself emits; its cause is the call that it ended.
        """
        found = self.recorder.cause()
        return self.failing.pop(id(raised), found) if self.failing and raised is not None else found

    def payload(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """What an emit carries now, as `emitted` takes it."""
        payload = arguments(args, kwargs)
        return 0 if payload is NoPayload else self.recorder.snapshot(payload)

    def emitted(self, event_id: int, handlers: int, payload: Any, cause: int) -> int:
        """An event was emitted, with so many handlers to be called; the dispatch's id. May raise: see `broke`."""
        recorder = self.recorder
        dispatch = recorder.next_id()
        now, lane = recorder.clock_ns(), recorder.here()
        recorder.put(WHOLE, _EMITTED, 0, 0, event_id, now, dispatch, cause, lane, handlers, payload)
        return dispatch

    def started(
        self, call: int, dispatch: int, handler: int, attempt: int = 1, flags: int = 0, at_ns: Optional[int] = None
    ) -> None:
        """A call began, on this thread; at_ns: not now but then."""
        try:
            recorder = self.recorder
            now, lane = recorder.clock_ns() if at_ns is None else at_ns, recorder.here()
            if attempt == 1 and not flags:
                recorder.keep((STARTED, handler, now, call, dispatch, lane))
            else:
                fact = (WHOLE, _STARTED, 0, flags, handler, now, call, dispatch, lane, attempt, 0)
                recorder.keep(fact)
        except Exception as error:
            self.broke(error)

    def ended(self, call: int) -> None:
        """Record that a call ended without an error."""
        try:
            self.recorder.keep((ENDED, call, self.recorder.clock_ns()))
        except Exception as error:
            self.broke(error)

    def stopped(self, call: int, why: str = "") -> None:
        """A call was cancelled, or its coroutine thrown away half-way. why: one of the sentences of pending.py."""
        self._ended_with(call, int(Outcome.CANCELLED), _reason("cancelled", why) if why else 0)

    def failed(self, call: int, raised: BaseException, plain: Frames, kept: str = "") -> None:
        """A call raised. plain: whose frames its traceback leaves out (see HandlerName). kept: see Failure."""
        try:
            outcome = outcome_of(raised)
            blob = 0 if outcome is Outcome.CANCELLED else self.recorder.failure(raised, plain)
            if type(blob) is Failure:
                blob.kept = kept
            if self.failing is not None:
                while len(self.failing) >= _MOST_FAILING:
                    self.failing.pop(next(iter(self.failing)), None)
                self.failing[id(raised)] = call
        except Exception as error:
            self.broke(error)
            outcome, blob = Outcome.FAILED, 0
        self._ended_with(call, int(outcome), blob)

    def skipped(self, dispatch: int, handlers: Iterable[int], because: int = 0, note: str = "") -> None:
        """Handlers that will not be called for a dispatch after all, because of a call or for what the note says."""
        try:
            for handler in handlers:
                self.recorder.skipped(dispatch, handler, because, note)
        except Exception as error:
            self.broke(error)

    def filtered(self, dispatch: int, registrations: list[Registration], why: str = "") -> None:
        """Who is subscribed to the event and not for this dispatch of it; the first of many are named. why: for all."""
        try:
            for each in registrations[:_MOST_FILTERED]:
                note = why or (f"it is subscribed for {each.only} only" if each.only else "")
                self.recorder.filtered(dispatch, each.handler_id, note)
            more = len(registrations) - _MOST_FILTERED
            if more > 0:
                self.recorder.filtered(dispatch, 0, why, more)
        except Exception as error:
            self.broke(error)

    def never_ran(self, call: int, why: str) -> None:
        """The body of a handler that was called did not run, and will not."""
        self._ended_with(call, int(Outcome.NEVER_RAN), _reason("never ran", why))

    def finish(self) -> None:
        """The program ends: what has not begun is told to have never run."""
        while self.waiting:
            try:
                call, waiting = self.waiting.popitem()
            except KeyError:  # another thread was quicker
                return
            PendingCall(*waiting).give_up(self, call, ENDED_FIRST)
        while self.uncalled:
            try:
                _, (dispatch, handler) = self.uncalled.popitem()
            except KeyError:
                return
            self.skipped(dispatch, (handler,), note="it still waited for its turn when the program ended")

    def _ended_with(self, call: int, outcome: int, blob: Any) -> None:
        try:
            now = self.recorder.clock_ns()
            self.recorder.keep((WHOLE, _ENDED, outcome, 0, 0, now, call, 0, 0, 0, blob))
        except Exception as error:
            self.broke(error)

    def returned(
        self,
        given: list[Any],
        call: int,
        name: HandlerName,
        begin: Optional[Begin],
        look: Optional[SecondLook] = None,
    ) -> None:
        """What a handler gave, alone in a list: a stand-in takes its place where somebody may run it.

        begin: the call has not begun to run. look: at what its dispatch carries, if that is looked at again.
        """
        try:
            if given[0] is None and begin is None:
                why = ""
            elif self._goes_on(given, call, name, begin, look):
                return
            else:
                if begin is not None:
                    self.started(call, *begin)
                why = undone(given, name) if self.drops(type(given[0])) else ""
        except Exception as error:
            self.broke(error)
            return
        if look is not None:
            look.ends(call)
        if why:
            self.never_ran(call, why)
        else:
            self.ended(call)

    def _goes_on(
        self, given: list[Any], call: int, name: HandlerName, begin: Optional[Begin], look: Optional[SecondLook]
    ) -> bool:
        """Whether the call ends with what it gave, and not now."""
        kind = type(given[0])
        if "__buslens_deferred__" in class_dict(kind):  # see deferred.py
            if begin is not None:
                self.started(call, *begin)
            given[0].add_done_callback(FutureEnd(self, call, name.plain))
        elif self.may_run(kind):
            self.waiting[call] = begin, self.recorder.clock_ns(), name, self.is_idle()
            given[0] = CallCoroutine(given[0], self, call, name.plain, look)
            if self.hold is not None and begin is not None:
                given[0] = self.hold(self, given[0], begin, name)
        else:
            return self.follows(given[0], call, name)
        return True

    def may_run(self, kind: type) -> bool:
        """Whether somebody may run what a handler gave, if it is a coroutine of this type."""
        return self.awaits and issubclass(kind, Coroutine) and not issubclass(kind, CallCoroutine)

    def follows(self, given: Any, call: int, name: HandlerName) -> bool:
        """Whether a call ends with the future that its handler gave: an adapter then adds a `FutureEnd` to that."""
        return False

    def drops(self, kind: type) -> bool:
        """Whether what a handler gave, of this type, is thrown away by the library."""
        return False

    def is_idle(self) -> bool:
        """Whether no event loop runs here that could take what is scheduled now."""
        return False


def _reason(kind: str, why: str) -> bytes:
    """Why a call did not come to its end, as an error that nobody has raised."""
    return json_utf8(json_of({"type": kind, "message": why, "traceback": ""}))
