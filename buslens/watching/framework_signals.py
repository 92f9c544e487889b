"""A signal of a framework's own that nobody has subscribed to: sent all the time, for whoever may want it some day.

To tell each as an event that was lost would bury those that a program means. They are counted instead, and the count is
in the capture: at 1, 2, 4, … and when the program ends.
"""

from __future__ import annotations

import itertools
import sys
from typing import TYPE_CHECKING, Any, Iterable

from buslens.statics import instance_dict

if TYPE_CHECKING:
    from buslens.watching.watch import Watch


def framework_of(signal: Any, modules: Iterable[str]) -> str:
    """The framework that has a signal in one of its modules; "" where none has."""
    for name in modules:
        names = instance_dict(sys.modules.get(name)) or {}
        if any(value is signal for value in list(names.values())):
            return name.partition(".")[0]
    return ""


class UnheardSignal:
    """How often one was sent while nobody listened."""

    def __init__(self, watch: Watch, framework: str, event: str) -> None:
        self._watch = watch
        self._framework = framework
        self._counter = f"{framework}: {event}, sent while nobody listened"
        self.count = self._told = 0
        self._next = itertools.count(1).__next__
        watch.recorder.at_end(self, UnheardSignal.tell)

    def sent(self) -> None:
        """Once more."""
        self.count = self._next()  # several threads may send at once
        if self.count >= 2 * self._told:
            self.tell()

    def tell(self) -> None:
        """Say how often, where that has changed."""
        try:
            recorder = self._watch.recorder
            if self.count > self._told and recorder.enabled and self._watch.live:
                if not self._told:
                    whose = f"signals of {self._framework} itself that nobody has subscribed to"
                    self._watch.cannot_see(f"{whose} are counted, and not told one by one")
                self._told = self.count
                recorder.counted(recorder.counter(self._counter), self.count)
        except Exception as error:
            self._watch.broke(error)

    def begin_anew(self) -> None:
        """In a forked child, whose capture is a new one."""
        self.count = self._told = 0
        self._next = itertools.count(1).__next__
