"""The receivers of one send that a plain loop of ours calls one after another, in the slots of a plan.

Where they do not come as they were announced, such as after one that has disconnected another, `Turns` tells the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Optional

from buslens.packing import ENDED
from buslens.watching.slot_sends import Begun, SlotSends, failed, tell_elsewhere
from buslens.watching.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Iterable

    from buslens.stream.cost import MeasuredDispatch
    from buslens.watching.slot_plan import SlotPlan


class SlotTurns:
    """Told by the loop of each receiver that it has taken, and how it ended."""

    __slots__ = ("_at", "_begun", "_carried", "_measured", "_plan", "_sends", "_turns", "receivers")

    def __init__(
        self,
        plan: SlotPlan,
        sends: SlotSends,
        receivers: Iterable[Any],
        carried: tuple[Optional[str], dict[str, Any]],
        measured: Optional[MeasuredDispatch],
    ) -> None:
        """receivers: as the library gives them. carried: as `SlotSends.begin` takes it."""
        self._plan, self._sends = plan, sends
        self.receivers = receivers
        self._carried, self._measured = carried, measured
        self._at = 0
        """So many were taken."""

        self._begun: Optional[Begun] = None
        self._turns: Optional[Turns] = None
        """What tells the rest, where they do not come as announced."""

    def took(self, receiver: Any) -> None:
        """It is called next; the one before it has ended well."""
        plan, at = self._plan, self._at
        try:
            if self._turns is None and at < plan.count and plan.key_of(receiver) == plan.order[at]:
                if at:
                    self._sends.go_on(plan, self._begun, at)  # type: ignore[arg-type]
                else:
                    self._begun = self._sends.begin(plan, *self._carried, self._measured)
                self._at = at + 1
                if self._begun is not None:
                    return
                self._at = 0
            self._other_way().took(receiver)
        except Exception as error:
            plan.watch.broke(error)

    def failed(self, error: BaseException, why: Callable[[Any], str]) -> None:
        """The one that was taken last has raised; `raise` comes next. why: see `Turns.over`."""
        if self._turns is None and self._begun is not None:
            failed(self._plan, self._begun, self._at - 1, error)
            return
        turns = self._other_way()
        turns.failed(error)
        turns.over(why)

    def over(self, why: Callable[[Any], str]) -> None:
        """All that the library gave were called, and ended well."""
        if self._turns is None and self._at == self._plan.count:
            self._sends.over(self._plan, self._begun)  # type: ignore[arg-type]
            return
        try:
            turns = self._other_way()
            turns.ended()
            turns.over(why)
        except Exception as error:
            self._plan.watch.broke(error)

    def _other_way(self) -> Turns:
        """Turns for those that were not called yet; the one that runs has ended well."""
        if self._turns is None:
            plan, watch, at = self._plan, self._plan.watch, self._at
            announced = list(plan.announced.items())
            if self._begun is None:
                said, named = self._carried
                named = named if said is None else {"sender": said, **named}
                payload = watch.payload((named,) if named else (), {})
                dispatch = watch.emitted(plan.event_id, plan.count, payload, watch.cause())
                watch.filtered(dispatch, plan.others)
            else:
                call = self._begun[3]
                dispatch = call - 1
                tell_elsewhere(plan, self._begun, at - 1)
                watch.recorder.keep((ENDED, call + 2 * (at - 1), watch.recorder.clock_ns()))
            self._turns = Turns(watch, dispatch, dict(announced[at:]), plan.key_of)
        return self._turns
