"""The fixture `bus_trace`: what the buses did in a test, to be asserted on."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any, Callable, List, Optional, Sequence, Union

from buslens.testing.expecting import Handling, matching, not_as_emitted, not_as_handled
from buslens.testing.payloads import ANYTHING, PayloadMatch
from buslens.testing.reader import ReaderError
from buslens.testing.seen import SeenCall, SeenEmit, SeenEvent
from buslens.testing.watch import RunWatch

LOOK_S = 0.005
LONGEST_LOOK_S = 0.05
"""Between two looks while something is waited for: at first, and in the end."""

Handlers = Union[str, Callable[..., Any], Sequence[Union[str, Callable[..., Any]]]]


class BusTrace:
    """What every bus of this process did since the test began; each question is about all that was recorded by then.

    Handlers are named by their function's name (`charge`), with its class (`Shop.charge`), or given as they are.
    """

    def __init__(self, watch: RunWatch) -> None:
        self._watch = watch

    def emitted(self, event: str, *, payload: Any = ANYTHING, times: Optional[int] = None) -> "List[SeenEmit]":
        """Assert that the event was emitted: at least once, or so many times; those emits.

        payload: only with this one: a dict needs to hold what is in there, other fields do not matter.
        """
        __tracebackhide__ = True
        seen, match = self._seen(event), self._match(payload)
        _fail_with(not_as_emitted(seen, match, times))
        return matching(seen, match)

    def not_emitted(self, event: str, *, payload: Any = ANYTHING) -> None:
        """Assert that the event was never emitted, or never with this payload."""
        __tracebackhide__ = True
        _fail_with(not_as_emitted(self._seen(event), self._match(payload), 0))

    def handled(
        self,
        event: str,
        *,
        by: Handlers = (),
        in_order: bool = False,
        within_ms: Optional[float] = None,
        payload: Any = ANYTHING,
    ) -> "List[SeenEmit]":
        """Assert that each emit of the event, at least one, was handled well; those emits.

        by: each of these handlers has ended well; any one where none is named. in_order: they began in this order.
        within_ms: between the emit and the end of the last of them. payload: only emits with this one, see `emitted`.
        """
        __tracebackhide__ = True
        handling = Handling(_named(by), in_order, within_ms)
        seen, match = self._seen(event), self._match(payload)
        _fail_with(not_as_handled(seen, match, handling))
        return matching(seen, match)

    def emits(self, event: str = "") -> "List[SeenEmit]":
        """Every emit of this event, the oldest first, of all events where none is named; 5,000 at most."""
        return list(self._seen(event).emits)

    @property
    def failures(self) -> "List[SeenCall]":
        """Calls that failed or timed out in this test, the oldest first."""
        return [SeenCall.of(each) for each in self._ask("failures")["failures"]]

    def wait_for(
        self, event: str, *, by: Optional[Handlers] = None, payload: Any = ANYTHING, within_s: float = 5.0
    ) -> "List[SeenEmit]":
        """Wait until the event is emitted, on whatever thread; those emits. In a coroutine: `await wait_for_async`.

        by: until these handlers have ended well for all emits of it so far. It fails where that takes longer.
        """
        __tracebackhide__ = True
        if _loop_runs():
            raise AssertionError("wait_for would block the event loop: await bus_trace.wait_for_async(...) here")
        waiting = _Waiting(self, event, by, payload, within_s)
        pause = threading.Event()
        while waiting.goes_on():
            pause.wait(waiting.pause_s)
        _fail_with(waiting.wrong)
        return waiting.found

    async def wait_for_async(
        self, event: str, *, by: Optional[Handlers] = None, payload: Any = ANYTHING, within_s: float = 5.0
    ) -> "List[SeenEmit]":
        """The same as `wait_for`, while the event loop goes on."""
        __tracebackhide__ = True
        waiting = _Waiting(self, event, by, payload, within_s)
        while waiting.goes_on():  # noqa: ASYNC110  what is waited for may be on any thread
            await asyncio.sleep(waiting.pause_s)
        _fail_with(waiting.wrong)
        return waiting.found

    def _seen(self, event: str) -> SeenEvent:
        __tracebackhide__ = True
        return SeenEvent.of(event, self._ask("emits", event=event))

    def _match(self, payload: Any) -> PayloadMatch:
        return PayloadMatch(payload, self._watch.recorder)

    def _ask(self, do: str, **fields: Any) -> "dict[str, Any]":
        __tracebackhide__ = True
        try:
            return self._watch.reader.ask(do, **fields)
        except ReaderError as error:
            raise AssertionError(f"bus_trace: {error}") from None


class _Waiting:
    """One wait: looks again and again, less often as time goes."""

    def __init__(self, trace: BusTrace, event: str, by: Optional[Handlers], payload: Any, within_s: float) -> None:
        self._trace, self._event, self._match = trace, event, trace._match(payload)
        self._handling = None if by is None else Handling(_named(by))
        self._within_s = within_s
        self._until = time.monotonic() + within_s
        self.pause_s = LOOK_S
        self.wrong = ""
        self.found: "List[SeenEmit]" = []

    def goes_on(self) -> bool:
        """Look. Whether to look again after a pause; else `wrong` says what has not come, if it has not."""
        __tracebackhide__ = True
        is_last = time.monotonic() >= self._until
        self.pause_s = min(self.pause_s * 1.2, LONGEST_LOOK_S)
        seen = self._trace._seen(self._event)
        self.found = matching(seen, self._match)
        if self._handling is None:
            wrong = not_as_emitted(seen, self._match, None)
        else:
            wrong = not_as_handled(seen, self._match, self._handling)
        if wrong and is_last:
            self.wrong = f"waited {self._within_s:g} s: {wrong}"
        return bool(wrong) and not is_last


def _fail_with(wrong: str) -> None:
    __tracebackhide__ = True
    if wrong:
        raise AssertionError(wrong)


def _named(by: Handlers) -> "tuple[str, ...]":
    return (_name(by),) if isinstance(by, str) or callable(by) else tuple(map(_name, by))


def _name(handler: "Union[str, Callable[..., Any]]") -> str:
    name = handler if isinstance(handler, str) else getattr(handler, "__qualname__", "")
    if not isinstance(name, str) or not name:
        raise TypeError(f"by: {handler!r} has no name: write the name of the handler")
    return name


def _loop_runs() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
