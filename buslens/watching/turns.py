"""The handlers of one dispatch on their way into a library's own loop, each as it is: nothing stands in for it.

A call begins when the loop takes its handler, and ends when the loop comes for the next one, or ends itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Callable, Optional

from buslens.context import CALL

if TYPE_CHECKING:
    from buslens.watching.subscribers import Registration
    from buslens.watching.watch import Watch

_TRACEBACK: Any = vars(BaseException)["__traceback__"]


class Turns:
    """An iterator over the handlers, which records their calls; whoever runs the loop says `failed` and `over`."""

    __slots__ = (
        "_call",
        "_flags",
        "_handlers",
        "_key_of",
        "_plain",
        "_raised",
        "_token",
        "_watch",
        "by_library",
        "dispatch",
        "left",
    )

    def __init__(
        self, watch: Watch, dispatch: int, announced: dict[Any, Registration], key_of: Callable[[Any], Any], flags: int
    ) -> None:
        """key_of: finds a handler, as the loop takes it, among those that were announced. flags: of the calls."""
        self.dispatch = dispatch
        self.left = announced
        """Those whose turn has not come, by key."""

        self.by_library = False
        """The library's own function runs the loop, called from one of ours."""

        self._watch = watch
        self._key_of = key_of
        self._flags = flags
        self._handlers: Iterator[Any] = iter(())
        self._call = 0
        """The one that runs now; 0: none."""

        self._plain: Any = False
        self._raised = 0
        """The call that ended the loop."""

        self._token: Any = None

    def of(self, handlers: Iterable[Any]) -> Turns:
        """What the loop is to take its handlers from, in place of these."""
        self._handlers = iter(handlers)
        return self

    def __iter__(self) -> Turns:
        return self

    def __next__(self) -> Any:
        self._ended()
        handler = next(self._handlers)
        self._started(handler)
        return handler

    def failed(self, error: BaseException) -> None:
        """An error came out of the loop, of the call that runs, where one does; `raise` comes next.

        Where the library's own function was called from ours, the traceback leaves ours out (from Python 3.11 on).
        """
        self._raised, self._call = self._call, 0
        if self.by_library:
            steps = _TRACEBACK.__get__(error)
            _TRACEBACK.__set__(error, steps.tb_next if steps is not None else None)
        if self._raised:
            self._watch.failed(self._raised, error, self._plain)

    def over(self, why: Callable[[Any], str]) -> None:
        """The loop has ended. why: why nobody called the handler of a key, where none before it raised."""
        self._ended()
        self._handlers = iter(())
        if self._token is not None:
            try:
                CALL.reset(self._token)
            except ValueError:
                pass  # closed in another context, which was never changed
            self._token = None
        for key, registration in self.left.items():
            because = self._raised
            self._watch.skipped(self.dispatch, (registration.handler_id,), because, "" if because else why(key))

    def _started(self, handler: Any) -> None:
        watch = self._watch
        try:
            key = self._key_of(handler)
            registration: Optional[Registration] = self.left.pop(key, None)
            if registration is None:
                return  # nobody has announced it: the library knows better than we do whom it calls
            self._call, self._plain = watch.recorder.next_id(), registration.name.plain
            watch.started(self._call, self.dispatch, registration.handler_id, 1, self._flags)
            token = CALL.set(self._call)
            self._token = token if self._token is None else self._token
        except Exception as error:
            watch.broke(error)

    def _ended(self) -> None:
        if self._call:
            self._watch.ended(self._call)
            self._call = 0
