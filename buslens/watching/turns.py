"""The handlers of one dispatch on their way into a library's own loop, each as it is: nothing stands in for it.

A call begins when the loop takes its handler, and ends when the loop comes for the next one, or ends itself.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from types import FrameType
from typing import TYPE_CHECKING, Any, Callable, Optional

from buslens.context import CALL
from buslens.watching.calls import WatchedHandler
from buslens.watching.naming import HandlerName
from buslens.watching.second_look import SecondLook, second_look

if TYPE_CHECKING:
    from buslens.watching.subscribers import Registration
    from buslens.watching.watch import Watch

_TRACEBACK: Any = vars(BaseException)["__traceback__"]
_NO_MORE = object()
_NOBODY = HandlerName("")

Caught = Callable[[FrameType], Optional[BaseException]]
"""What the handler before has raised, where the loop in this frame has caught it; None: nothing."""

Undone = Callable[[HandlerName], str]
"""Why the body of a handler did not run, though it was called; "": it did."""

Kept = Callable[[FrameType], str]
"""What becomes of an exception that the loop in this frame has caught: one of results.py."""


class Turns:
    """An iterator over the handlers, which records their calls; whoever runs the loop says `failed` and `over`."""

    def __init__(
        self,
        watch: Watch,
        dispatch: int,
        announced: dict[Any, Registration],
        key_of: Callable[[Any], Any],
        flags: int = 0,
        caught: Optional[Caught] = None,
        undone: Optional[Undone] = None,
        kept: Optional[Kept] = None,
    ) -> None:
        """key_of: finds a handler, as the loop takes it, among those that were announced. flags: of the calls."""
        self.dispatch = dispatch
        self.left = announced
        """Those whose turn has not come, by key."""

        self.by_library = False
        """The library's own function runs the loop, called from one of ours."""

        self.look: Optional[SecondLook] = None
        """At what it carries, where all handlers run here one after another."""

        self._watch = watch
        self._key_of = key_of
        self._flags = flags
        self._catching = (caught, kept) if caught is not None else None
        self._undone = undone
        self._handlers: Iterator[Any] = iter(())
        self._call = 0
        """The one that runs now; 0: none."""

        self._name = _NOBODY
        self._raised = 0
        """The call that ended the loop."""

        self._outer = CALL.get()
        self._token = CALL.set(self._outer)

    def of(self, handlers: Iterable[Any]) -> Turns:
        """What the loop is to take its handlers from, in place of these."""
        self._handlers = iter(handlers)
        return self

    def __iter__(self) -> Turns:
        return self

    def __next__(self) -> Any:
        self.ended(sys._getframe(1))
        handler = next(self._handlers, _NO_MORE)
        if handler is _NO_MORE:
            CALL.set(self._outer)  # the loop may run in a context of its own, which somebody takes over
            raise StopIteration
        self._started(handler)
        return handler

    def took(self, handler: Any) -> None:
        """A loop that does not iterate over this has taken one; the call before it has ended well."""
        self.ended()
        self._started(handler)

    def ended(self, frame: Optional[FrameType] = None) -> None:
        """The call that runs has ended, if one does; in a loop of this frame, where that may have caught an error."""
        if self._call:
            self._returned(frame)

    def look_again(self, payload: Any) -> None:
        """Look at what the dispatch carries behind each handler, if it is one of those; not where others run meanwhile.

        payload: what handlers get by name.
        """
        recorder, registrations = self._watch.recorder, self.left.values()
        if len(registrations) > 1 and not any(each.name.is_async for each in registrations):
            looks = recorder.second_looks.of(each.handler_id for each in registrations)
            self.look = second_look(recorder, looks, self.dispatch, len(registrations), payload)

    def later(self, handler: Any) -> Any:
        """A stand-in for a handler whose coroutine the library makes now, to run it with others."""
        registration = self._next(handler)
        if registration is None:
            return handler
        call = self._watch.recorder.next_id()
        told = (self.dispatch, call, registration.handler_id, registration.name)
        return WatchedHandler(handler, self._watch, *told)

    def failed(self, error: BaseException, of_call: bool = True) -> None:
        """An error came out of the loop, of the call that runs, where one does; `raise` comes next.

        Where the library's own function was called from ours, the traceback leaves ours out (from Python 3.11 on).
        of_call: the loop's; else it may still run, elsewhere.
        """
        if self.by_library:
            steps = _TRACEBACK.__get__(error)
            _TRACEBACK.__set__(error, steps.tb_next if steps is not None else None)
        if of_call:
            self._raised, self._call = self._call, 0
            if self._raised:
                self._watch.failed(self._raised, error, self._name.plain)

    def over(self, why: Callable[[Any], str]) -> None:
        """It is over here. why: why nobody called the handler of a key, where none before it raised."""
        try:
            CALL.reset(self._token)
        except ValueError:
            pass  # closed in another context, which was never changed
        if self._call:
            return  # the loop goes on elsewhere: an error of another handler was quicker
        while self.left:
            key, registration = self.left.popitem()
            because = self._raised
            self._watch.skipped(self.dispatch, (registration.handler_id,), because, "" if because else why(key))

    def _started(self, handler: Any) -> None:
        watch = self._watch
        try:
            registration = self._next(handler)
            if registration is None:
                CALL.set(self._outer)
                return
            self._call, self._name = watch.recorder.next_id(), registration.name
            watch.started(self._call, self.dispatch, registration.handler_id, 1, self._flags)
            CALL.set(self._call)
        except Exception as error:
            watch.broke(error)

    def _next(self, handler: Any) -> Optional[Registration]:
        """What is known of a handler whose turn has come; None: nobody has announced it, the library knows better."""
        return self.left.pop(self._key_of(handler), None)

    def _returned(self, frame: Optional[FrameType]) -> None:
        call, self._call = self._call, 0
        if self.look is not None:
            self.look.ends(call)
        caught, kept = self._catching or (None, None)
        error = caught(frame) if caught is not None and frame is not None else None
        why = self._undone(self._name) if self._undone is not None else ""
        if error is not None:
            self._watch.failed(
                call, error, self._name.plain, kept(frame) if kept is not None and frame is not None else ""
            )
        elif why:
            self._watch.never_ran(call, why)
        else:
            self._watch.ended(call)
