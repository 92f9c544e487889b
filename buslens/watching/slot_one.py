"""A dispatch of a signal that calls one handler, in one slot of a stream: most are such.

What `SlotTurns` does for several, without an object for it and an iterator around the library's. Measured by
benchmarks/signal_overhead.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

from buslens.context import CALL
from buslens.stream import layout
from buslens.watching.slot_turns import SlotPlan

if TYPE_CHECKING:
    from buslens.stream import StreamRecorder
    from buslens.watching.watch import Watch

_NO_SLOT = (AttributeError, TypeError, StopIteration)
_PACK = layout.PACK_OPENED


class OneCall:
    """The one call of a dispatch, which runs."""

    __slots__ = ("_ends", "_plan", "_recorder", "_token", "_watch", "_word", "call")

    def __init__(
        self, watch: Watch, recorder: StreamRecorder, plan: SlotPlan, call: int, ends: memoryview[int], slot: int
    ) -> None:
        self._watch, self._recorder, self._plan = watch, recorder, plan
        self.call, self._ends, self._word = call, ends, slot >> 3
        self._token = CALL.set(call)

    def over(self) -> None:
        """It ended well."""
        self._leave(self._recorder.clock_ns())

    def failed(self, error: BaseException) -> None:
        """It raised; `raise` comes next."""
        self._leave(layout.ELSEWHERE)
        (registration,) = self._plan.announced.values()
        self._watch.failed(self.call, error, registration.name.plain)

    def _leave(self, end: int) -> None:
        try:
            CALL.reset(self._token)
        except ValueError:
            pass  # in another context, which was never changed
        try:
            self._ends[self._word] = end
        except ValueError:
            pass  # it is the parent's, and this a forked child


def begun(watch: Watch, recorder: StreamRecorder, plan: SlotPlan, payload: dict[str, Any]) -> Optional[OneCall]:
    """Record the dispatch and that its only handler is called now; None where the general way has to do that.

    payload: empty for none.
    """
    try:
        (mark,) = plan.openings.values()
        try:
            claim, facts, ends, append, lane, cause = recorder.local.place
        except (AttributeError, TypeError):  # the first dispatch of a thread or of a forked child
            claim, facts, ends, append, lane, cause = recorder.place()  # type: ignore[misc]
        call, inside = recorder.next_id(), CALL.get()
        blob = plan.keep_payload(recorder, append, call, payload) if payload else 0
        try:
            slot = claim()
        except StopIteration:
            claim, facts, ends, append, lane, cause = recorder.place()  # type: ignore[misc]
            slot = claim()
        _PACK(facts, slot, recorder.clock_ns(), call, cause if inside is None else inside, blob, lane, mark)
    except _NO_SLOT:  # there is no room, or other threads were quicker
        return None
    except Exception as error:
        watch.broke(error)
        return None
    if plan.others:
        watch.filtered(call - 1, plan.others)
    return OneCall(watch, recorder, plan, call, ends, slot)
