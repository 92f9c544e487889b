"""Whom the sends of a signal reach, and what those have in common that are recorded in slots of a stream."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Callable, Optional

from buslens.stream.forms import Form, no_form
from buslens.watching.watch import Watch

if TYPE_CHECKING:
    from buslens.recorder import Recorder
    from buslens.stream import StreamRecorder
    from buslens.stream.openings import StreamOpening
    from buslens.watching.subscribers import Registration

MOST = 8
"""Handlers of a dispatch; beyond, the general way."""

_OFTEN = 16
"""So many payloads that look otherwise are worth a look at their form."""

_MOST_SENDERS = 64
_MOST_PLANS = 64


class SignalWatch(Watch):
    """One signal under watch."""

    def __init__(self, emitter: Any, recorder: Recorder, bus: int) -> None:
        super().__init__(emitter, recorder, bus)
        self.plans: dict[Any, SlotPlan] = {}
        """By whom they are for; others where somebody comes or goes, or payloads are kept otherwise."""

    def keep(self, key: Any, plan: SlotPlan) -> SlotPlan:
        """Keep a plan; of many not all are kept."""
        if len(self.plans) >= _MOST_PLANS:
            self.plans.clear()
        self.plans[key] = plan
        return plan

    def forget(self, event: Any = None) -> None:
        """See `Watch`."""
        self.plans = {}


class SlotPlan:
    """Whom a dispatch calls, as long as nobody comes or goes. Keeps none of them alive."""

    __slots__ = (
        *("announced", "count", "event_id", "forms", "is_plain", "key_of", "keys", "looks", "only", "opening", "order"),
        *("others", "places", "watch", "without_form"),
    )

    def __init__(
        self,
        watch: SignalWatch,
        recorder: StreamRecorder,
        event_id: int,
        announced: dict[Any, Registration],
        key_of: Callable[[Any], Any],
        others: Iterable[Registration] = (),
        is_plain: bool = True,
    ) -> None:
        """announced: by keys, in the order in which they are called. key_of: the key of a handler that is about to be.

        others: who is not for this dispatch. is_plain: all of them are such that they are called at once.
        """
        self.watch, self.key_of = watch, key_of
        self.event_id = event_id
        self.announced = announced
        self.order = tuple(announced)
        self.keys = frozenset(announced)
        self.count = len(announced)
        self.only = self.order[0] if self.count == 1 else None
        self.others = list(others)
        ids = [each.handler_id for each in announced.values()]
        is_plain = is_plain and self.count <= MOST
        self.opening: Optional[StreamOpening] = recorder.opening(event_id, ids) if is_plain and ids else None
        """What the slots of its dispatches have in common."""

        self.places = (0, *(behind for _, behind in self.opening.others)) if self.opening is not None else ()
        """How many numbers of 8 bytes behind the first slot it stands when each call but the first began."""

        self.is_plain = is_plain and (self.opening is not None or not ids)
        """Whether they are recorded in slots."""

        self.looks = recorder.second_looks.of(ids)
        """How often what they receive is looked at again: the next `left` times, and then in the general way."""

        self.forms: dict[Optional[str], Form] = {}
        """What most payloads look like, by what is said of the sender, as far as that is known."""

        self.without_form = 0
        """Payloads that looked otherwise."""

    def keep_payload(self, recorder: StreamRecorder, call: int, said: Optional[str], named: dict[str, Any]) -> int:
        """What a dispatch carries that begins with this call and has no form of the plan; its blob.

        said: of the sender; None where `named` is all there is.
        """
        self.without_form = times = self.without_form + 1
        if times >= _OFTEN and not times & (times - 1):  # to make one costs something
            found = recorder.forms.of_signal(said, named)
            if found is not no_form and len(self.forms) < _MOST_SENDERS:
                self.forms[said] = found
        return recorder.keep_payload(call, named if said is None else {"sender": said, **named})
