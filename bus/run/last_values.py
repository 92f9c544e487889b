"""Events with `last_value`: a handler that is subscribed late gets the last one at once, as a dispatch for it alone."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from bus.contract.holding import Carried, Redelivery
from bus.contract.protocol import Engine
from bus.run.decisions import DecisionRecords
from bus.run.lifetimes import lives, living
from bus.run.recording import Recording
from bus.scenario import Scenario
from bus.wording import duration
from buslens.records import Decided


class LastValues:
    """Of one run. Emits are told from any thread; who is subscribed, on the engine's loop.

    An engine that keeps events hands them to whoever comes late anyway: nothing is replayed there.
    """

    def __init__(self, engine: Engine, recording: Recording, scenario: Callable[[], Scenario]) -> None:
        """scenario: as it is edited now."""
        self._engine, self._recording, self._scenario = engine, recording, scenario
        self._last: dict[str, tuple[Carried, int]] = {}
        """By event: what it carried, and when it was emitted."""

    def emitted(self, event: str, carried: Carried) -> None:
        """It goes to the bus now."""
        declared = self._scenario().events.get(event)
        if declared is not None and declared.last_value and not self._engine.spec.is_durable:
            self._last[event] = carried, self._recording.clock.time_ns()

    def replay(self, event: str, handler: str) -> None:
        """A handler has just been subscribed to an event, later than the run began."""
        found = self._last.get(event)
        if found is None:
            return
        carried, emitted_ns = found
        recorder, scenario = self._recording.recorder, self._scenario()
        if not lives(event, scenario, emitted_ns, self._recording.clock.time_ns()):
            return
        note = replay_note(event, handler, recorder.clock_ns() - emitted_ns)
        dispatch, name = recorder.next_id(), recorder.event(event, self._engine.bus)
        payload = carried[0] if carried else None
        recorder.dispatch(dispatch, 0, name, recorder.here(), 1, payload, bool(carried))

        def announce(_handler: int, call: int) -> None:
            DecisionRecords(recorder).say(Decided.REPLAYED, note, call=call)

        # What a handler raises inside of the engine stands on its call.
        with contextlib.suppress(Exception), living(event, scenario, emitted_ns):
            self._engine.call_again(Redelivery(event, handler, dispatch, 1, carried), announce)


def replay_note(event: str, handler: str, age_ns: int) -> str:
    """What is said at the call of a handler that comes late."""
    return f"replay: {handler} comes late and gets the last {event}, emitted {duration(age_ns)} ago"
