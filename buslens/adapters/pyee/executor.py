"""Handlers that an ExecutorEventEmitter hands to an executor whose work leaves this process, or might.

What such an executor runs must be the handler itself: only the future that it makes tells of the call.
"""

from __future__ import annotations

from typing import Any, Callable

from buslens.adapters.pyee.watch import PyeeWatch
from buslens.watching.calls import FutureEnd
from buslens.watching.naming import HandlerName
from buslens.watching.pending import DROPPED_FIRST
from buslens.watching.undone import why_undone


class JobEnd(FutureEnd):
    """Told by the executor's future, whose result is what the handler gave, which pyee throws away."""

    __slots__ = ("_name",)

    _watch: PyeeWatch

    def __init__(self, watch: PyeeWatch, call: int, name: HandlerName) -> None:
        super().__init__(watch, call, name.plain)
        self._name = name

    def _cancelled(self) -> None:
        if self._watch.is_process_pool():
            # A job that runs cannot be cancelled there; of an executor of the program's own nothing is known.
            self._watch.never_ran(self._call, DROPPED_FIRST.format(self._name.text))
        else:
            super()._cancelled()

    def _returned(self, future: Any) -> None:
        why = why_undone([future.result()], self._name)
        if why:
            self._watch.never_ran(self._call, why)
        else:
            super()._returned(future)


class SubmitView:
    """An executor emitter as `_emit_run` sees it, so that the future it makes can be timed."""

    def __init__(self, emitter: Any, submitted: Callable[[Any], None]) -> None:
        self._emitter = emitter
        self._submitted = submitted
        self._executor = self

    def __getattr__(self, name: str) -> Any:
        return getattr(self._emitter, name)

    def submit(self, *args: Any, **kwargs: Any) -> Any:
        future = self._emitter._executor.submit(*args, **kwargs)
        self._submitted(future)
        return future
