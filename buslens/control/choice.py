"""What is recorded, as a person has chosen it over the socket: some buses or all, and what of payloads.

Nothing of it loosens what the program was started with. Each change is a mark in the capture, so that nobody takes what
was not recorded for something that did not happen.
"""

from __future__ import annotations

from typing import FrozenSet, Iterable, List, Optional

from buslens.control.buses import Bus
from buslens.control.messages import Fields, Refused
from buslens.records import Lacking
from buslens.redaction import FULL, KEYS, OFF
from buslens.stream import StreamRecorder
from buslens.stream.recorder import keep_payloads
from buslens.watching.hooks import Hooks

LEVELS = (OFF, KEYS, FULL)
"""Each tells more than the one before."""

_NAMED = 5
_PAYLOADS = {OFF: "are left out", KEYS: "are recorded as their fields and types alone", FULL: "are recorded in full"}


class RecordingChoice:
    """Of this process."""

    def __init__(self, recorder: StreamRecorder) -> None:
        self._recorder = recorder
        self.most = recorder.redaction.payloads
        """What of payloads the program itself allows."""

        self.only: "Optional[FrozenSet[str]]" = None
        """Buses and libraries that are recorded; None: all."""

        self.left_out: "FrozenSet[str]" = frozenset()
        """Buses and libraries that are not, of those."""

    @property
    def payloads(self) -> str:
        """What of them is recorded now."""
        return self._recorder.redaction.payloads

    @property
    def leaves_out(self) -> bool:
        """Whether there may be buses that are not recorded."""
        return self.only is not None or bool(self.left_out)

    def takes(self, name: str, library: str) -> bool:
        """Whether a bus is recorded."""
        names = {name, library}
        return (self.only is None or bool(self.only & names)) and not self.left_out & names

    def keep_payloads(self, level: str, buses: "List[Bus]") -> str:
        """From now on; a sentence where that changes something. Raises Refused for more than the program allows.

        buses: all there are.
        """
        if level not in LEVELS:
            raise Refused(f"payloads are {', '.join(LEVELS[:-1])} or {LEVELS[-1]}, and not {level[:40]!r}")
        if LEVELS.index(level) > LEVELS.index(self.most):
            raise Refused(f"the program was started with payloads {self.most}: no more is recorded of them")
        if level == self.payloads:
            return ""
        keep_payloads(self._recorder, level)
        for bus in buses:
            bus.hooks.watch.forget()  # what it has prepared for payloads as they were
        return f"payloads {_PAYLOADS[level]}"

    def record(self, only: "Optional[Iterable[str]]", left_out: Iterable[str], buses: "List[Bus]") -> "List[str]":
        """From now on these buses; sentences where that changes something."""
        self.only, self.left_out = frozenset(only) if only is not None else None, frozenset(left_out)
        off: "List[str]" = []
        on: "List[str]" = []
        for bus in buses:
            takes, was = self.takes(bus.name, bus.library), bus.is_recorded
            bus.hooks.watch.pause(not takes)
            if takes != was:
                (on if takes else off).append(bus.name)
        self._recorder.spending.pause(self.leaves_out)
        told = [(off, "not recorded"), (on, "recorded again")]
        return [f"{_named(names)} {'is' if len(names) == 1 else 'are'} {said}" for names, said in told if names]

    def mark(self, changes: "List[str]") -> None:
        """Say in the capture what changes here, and what is lacking from here on."""
        if changes:
            lacking = Lacking.DISPATCHES * self.leaves_out | Lacking.PAYLOADS * (self.payloads != self.most)
            later = self._later() if self.leaves_out else ""
            text = f"from here on {', and '.join(changes)}, as a person has asked{later}"
            self._recorder.mark(text, lacking=lacking)

    def came(self, hooks: Hooks, library: str) -> None:
        """The program has one bus more."""
        if self.leaves_out:
            watch = hooks.watch
            watch.pause(not self.takes(Bus(hooks, None, library).name, library))

    def begin_anew(self) -> None:
        """In a forked child, whose capture is a new one: what is lacking is lacking there too."""
        changes = ["some buses are not recorded"] if self.leaves_out else []
        if self.payloads != self.most:
            changes.append(f"payloads {_PAYLOADS[self.payloads]}")
        self.mark(changes)

    def said(self) -> Fields:
        """What is chosen now."""
        return {
            "payloads": self.payloads,
            "most": self.most,
            "only": sorted(self.only) if self.only is not None else None,
            "except": sorted(self.left_out),
        }

    def _later(self) -> str:
        """What becomes of buses that the program makes from now on."""
        if self.only is not None:
            return f"; of buses that come later those of {_named(sorted(self.only)) or 'none'} alone are recorded"
        return f"; nor are later ones of {_named(sorted(self.left_out))}"


def _named(names: "List[str]") -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
