"""The program as commands see it: its buses, when something may be done to them, and what is recorded of them."""

from __future__ import annotations

import itertools
import threading
import time
from typing import Any, Callable, Iterable

from buslens.control.breaks import Breaks
from buslens.control.buses import Buses
from buslens.control.choice import RecordingChoice
from buslens.control.messages import Asked, Refused
from buslens.control.next_emit import Moments
from buslens.stream import StreamRecorder
from buslens.watching.hooks import Hooks

WAIT_NS, MOST_WAIT_NS = 5_000_000_000, 60_000_000_000
MOST_THREADS = 8
"""With emits that go on."""


class Controlled:
    """This process."""

    def __init__(
        self, recorder: StreamRecorder, watched: "Callable[[], Iterable[Hooks]]", library_of: Callable[[Any], str]
    ) -> None:
        self.recorder = recorder
        self.buses = Buses(watched, library_of)
        self.moments = Moments()
        self.choice = RecordingChoice(recorder)
        self.breaks = Breaks(recorder, self.buses.all)
        self._library_of = library_of
        self._threads: "list[threading.Thread]" = []
        self._next_thread = itertools.count(1).__next__

    def came(self, hooks: Hooks) -> None:
        """An object is watched from now on; the program uses it here and now."""
        emitter = hooks.watch.emitter()
        self.moments.used(hooks.watch.bus)
        self.choice.came(hooks, self._library_of(emitter))
        self.breaks.came(hooks)

    def until_ns(self, asked: Asked) -> int:
        """Until when something may be done. Raises Refused where that is over: who has asked has given it up."""
        now = time.monotonic_ns()
        until = asked.whole("until_ns", now + WAIT_NS)
        if until <= now:
            raise Refused("too late: whoever asked for it does not wait any more")
        return min(until, now + MOST_WAIT_NS)

    def run_beside(self, work: Callable[[], Any]) -> None:
        """Do something on a thread of its own. Raises Refused where too many go on."""
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        if len(self._threads) >= MOST_THREADS:
            raise Refused(f"{MOST_THREADS} emits go on, each on a thread of its own: a handler of each runs still")
        thread = threading.Thread(target=work, name=f"buslens emit {self._next_thread()}", daemon=True)
        thread.start()
        self._threads.append(thread)

    def after_fork(self) -> None:
        """In a forked child."""
        self.moments.after_fork()
        self.breaks.after_fork()
        self._threads = []
