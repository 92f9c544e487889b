"""A call of a coroutine whose start and end are packed into a stream at once, as on the other hot paths.

What `CallCoroutine` tells by four functions is one here each. Measured by benchmarks/emit_overhead.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

from buslens.context import CALL
from buslens.records import Flag, Kind
from buslens.stream.layout import ENDED, PACK_ENDED, PACK_WHOLE, WHOLE
from buslens.watching.calls import CallCoroutine

if TYPE_CHECKING:
    from buslens.failures import Frames
    from buslens.stream import StreamRecorder
    from buslens.watching.pending import Begin
    from buslens.watching.watch import Watch

_STARTED, _ASYNC = int(Kind.CALL_STARTED), int(Flag.ASYNC)
_NO_SLOT = (AttributeError, TypeError, StopIteration)


class StreamCall(CallCoroutine):
    """The same, into a stream."""

    __slots__ = ("_begin", "_recorder")

    def __init__(
        self, coroutine: Any, watch: Watch, call: int, plain: Frames, recorder: StreamRecorder, begin: Begin
    ) -> None:
        # As in the base, which would be asked for in as much time as all this takes.
        self._coroutine, self._send = coroutine, coroutine.send
        self._watch, self._call, self._plain, self._token = watch, call, plain, None
        self._stepped, self._ended, self._stood, self._look = False, False, "", None
        self._recorder, self._begin = recorder, begin

    def _start(self) -> None:
        call, recorder = self._call, self._recorder
        waiting = self._watch.waiting
        if call not in waiting or CALL.get() != call:
            super()._start()
            return
        dispatch, handler, attempt = self._begin
        try:
            claim, facts, _, _, lane, _ = recorder.local.place
            try:
                slot = claim()
            except StopIteration:
                claim, facts, _, _, lane, _ = recorder.place()  # type: ignore[misc]
                slot = claim()
            fact = (call, dispatch, 0, lane, attempt, _STARTED, 0, _ASYNC, handler, WHOLE)
            PACK_WHOLE(facts, slot, recorder.clock_ns(), *fact)
        except _NO_SLOT:  # of a thread or forked child that has none yet, or there is no room
            super()._start()
            return
        self._stepped = True
        waiting.pop(call, None)

    def _end(self, error: Optional[BaseException]) -> None:
        if error is not None or self._ended or self._token is not None:
            super()._end(error)
            return
        recorder = self._recorder
        try:
            claim, facts, _, _, _, _ = recorder.local.place
            try:
                slot = claim()
            except StopIteration:
                claim, facts, _, _, _, _ = recorder.place()  # type: ignore[misc]
                slot = claim()
            PACK_ENDED(facts, slot, recorder.clock_ns(), self._call, ENDED)
        except _NO_SLOT:
            super()._end(None)
        else:
            self._ended = True
