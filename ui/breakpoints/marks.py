"""Where a breakpoint shows: which of a session's hold what comes to an event, a handler or a record. No Qt."""

from __future__ import annotations

from collections.abc import Iterable

from bus.run.breakpoints import Breakpoint
from bus.session import Session

ON, OFF, NONE = "on", "off", ""
"""What is shown: a breakpoint, one that is turned off, or none."""


class BreakpointMarks:
    """Of a session, whichever trace is in view."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def at(self, event: str, handler: str) -> list[Breakpoint]:
        """Those that hold what comes there. An empty name: at any handler of the event, or any event of the handler."""
        listed = self._session.running.breakpoints.all
        if event and handler:
            return [each for each in listed if each.is_at(event, handler)]
        return [each for each in listed if (event and each.event == event) or (handler and each.handler == handler)]

    def of_dispatch(self, row: int) -> str:
        """What a row of the dispatches shows."""
        if not len(self._session.running.breakpoints):
            return NONE  # mostly; rows are painted at every frame
        trace = self._session.trace
        return shown(self.at(trace.names.text(int(trace.dispatches.event[row])), ""))

    def of_call(self, row: int) -> str:
        """What a row of the calls shows."""
        if not len(self._session.running.breakpoints):
            return NONE
        trace, calls = self._session.trace, self._session.trace.calls
        dispatch = trace.dispatches.row_of(int(calls.dispatch[row]))
        event = trace.names.text(int(trace.dispatches.event[dispatch])) if dispatch >= 0 else ""
        return shown(self.at(event, trace.names.text(int(calls.handler[row]))))

    def of_lane(self, group: str, name: str) -> str:
        """What the title of a lane shows; only those of a handler or an event show any."""
        if group == "handler":
            return shown(self.at("", name))
        return shown(self.at(name, "")) if group == "event" else NONE


def shown(breakpoints: Iterable[Breakpoint]) -> str:
    """How these look together: one that holds counts more."""
    found = [each.enabled for each in breakpoints]
    return ON if any(found) else OFF if found else NONE
