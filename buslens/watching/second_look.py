"""What a dispatch carried, looked at again behind each of its handlers: what one changes, those behind it receive.

Not of every dispatch: of the first ones that the same handlers are called for, and of some later. What that takes
counts as a cost of being watched.
"""

from __future__ import annotations

from time import perf_counter_ns
from typing import TYPE_CHECKING, Any, Dict, Iterable, Optional, Tuple

from buslens.json_text import json_of
from buslens.packing import WHOLE
from buslens.records import Kind
from buslens.redaction import OFF
from buslens.texts import json_utf8
from buslens.watching.kept import Change, Kept, shown_path

if TYPE_CHECKING:
    from buslens.recorder import Recorder
    from buslens.redaction import Redaction
    from buslens.stream.spending import Spending

FIRST = 64
"""Dispatches of the same handlers, all of which are looked at."""

ONE_IN = 32
"""Of those behind them, where each goes the general way anyway; on the hot paths, of those whose cost is measured."""

_MOST = 4096
"""Different sets of handlers that are kept apart; the dispatches of others are not looked at."""

_MOST_CHANGES = 4
"""Of one step of a call, that are told."""

_SHOWN, _PATH_SHOWN = 60, 200
"""Letters of a text and of a path that are told."""


class Looks:
    """How often the dispatches of the same handlers are looked at."""

    __slots__ = ("_passed", "left", "made")

    def __init__(self, first: int = FIRST) -> None:
        self.left = first
        """So many that come next are."""

        self.made = 0
        """So many were."""

        self._passed = 0

    def is_next(self) -> bool:
        """Whether the one that comes now is, in the general way."""
        if self.left:
            self.left -= 1
            return True
        return self._is_turn()

    def passed(self) -> None:
        """One went the hot way, and its cost was measured: now and then the next one is looked at."""
        self.left += self._is_turn()

    def _is_turn(self) -> bool:
        self._passed += 1
        return not self._passed % ONE_IN


class SecondLooks:
    """Of all handlers of a recorder."""

    def __init__(self, spending: "Optional[Spending]" = None) -> None:
        """spending: what is asked whether there is time for it, and told of what it takes."""
        self._known: "Dict[Tuple[int, ...], Looks]" = {}
        self._spending = spending

    def of(self, handlers: "Iterable[int]") -> Looks:
        """Of these handlers, by their interned ids."""
        key = tuple(handlers)
        found = self._known.get(key)
        if found is None:
            if len(key) < 2 or len(self._known) >= _MOST:  # nobody is behind another one, or there are too many
                return Looks(0)
            found = self._known[key] = Looks()
        return found

    def is_on(self, redaction: "Optional[Redaction]") -> bool:
        """Whether what payloads hold is told of now."""
        has_time = self._spending is None or not self._spending.step
        return has_time and (redaction is None or redaction.payloads != OFF)

    def took(self, took_ns: int) -> None:
        """It has taken so long, of the program's own thread."""
        if self._spending is not None:
            self._spending.meter.own_ns += took_ns


class SecondLook:
    """The payload of one dispatch, while its handlers run on one thread."""

    __slots__ = ("_dispatch", "_kept", "_looks", "_open", "_payload", "_recorder")

    def __init__(
        self, recorder: "Recorder", looks: Looks, dispatch: int, handlers: int, payload: Any, kept: Kept
    ) -> None:
        self._recorder, self._looks, self._dispatch = recorder, looks, dispatch
        self._payload = payload
        self._kept: Optional[Kept] = kept
        """None: it is not looked at any more."""

        self._open = handlers
        """Handlers that have not ended."""

    def begins(self) -> None:
        """A handler runs from here on: what has changed meanwhile was somebody else's doing."""
        self._look(0)

    def stops(self, call: int) -> None:
        """It has run until here, and will go on."""
        self._look(call)

    def ends(self, call: int) -> None:
        """It is over."""
        self._look(call)
        self._open -= 1
        if self._open < 2:
            self._payload = self._kept = None  # nobody is left who could receive what another one changes

    def _look(self, call: int) -> None:
        if self._kept is None:
            return
        began = perf_counter_ns()
        try:
            changes = [each for each, _ in zip(self._kept.changes(self._payload), range(_MOST_CHANGES))]  # noqa: B905
            if changes:
                self._kept = Kept(self._payload)
                for change in changes if call else ():
                    self._tell(call, change)
        except Exception:  # changed by another thread meanwhile, or too large by now
            self._payload = self._kept = None
        self._recorder.second_looks.took(perf_counter_ns() - began)

    def _tell(self, call: int, change: Change) -> None:
        recorder = self._recorder
        told = {
            "path": _path(recorder.redaction, change),
            "how": change.how,
            "was": _told(recorder.redaction, change, change.was),
            "now": _told(recorder.redaction, change, change.now),
            "looked": self._looks.made,
        }
        fact = (recorder.clock_ns(), self._dispatch, call, recorder.here(), self._open - 1, json_utf8(json_of(told)))
        recorder.put(WHOLE, int(Kind.PAYLOAD_CHANGED), 0, 0, 0, *fact)


def second_look(recorder: "Recorder", looks: Looks, dispatch: int, handlers: int, payload: Any) -> Optional[SecondLook]:
    """To look at a payload again behind each handler; None where that is not to be, or where nothing in it can change.

    looks: of these handlers. payload: as `payloads.arguments` makes it of what the handlers get.
    """
    if not looks.is_next() or not recorder.second_looks.is_on(recorder.redaction):
        return None
    began = perf_counter_ns()
    try:
        look = SecondLook(recorder, looks, dispatch, handlers, payload, Kept(payload))
        looks.made += 1
    except Exception:  # nothing in it can change, it is too large, or another thread is at it
        look = None
    recorder.second_looks.took(perf_counter_ns() - began)
    return look


def _told(redaction: "Optional[Redaction]", change: Change, value: Any) -> Any:
    """A value as it may leave the process."""
    if redaction is not None and value is not None:
        keys = [step for step in change.path if type(step) is str]
        value = redaction.mark(value) if any(map(redaction.is_secret, keys)) else redaction.payload(value)
    return _cut(value, _SHOWN) if type(value) is str else value


def _path(redaction: "Optional[Redaction]", change: Change) -> str:
    path = shown_path(change.path)
    return _cut(path if redaction is None else redaction.text(path), _PATH_SHOWN)


def _cut(text: str, most: int) -> str:
    # Behind the search for secrets, which would not know the half of one.
    return text if len(text) <= most else f"{text[: most - 1]}…"
