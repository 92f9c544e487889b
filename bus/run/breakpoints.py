"""Where a person wants deliveries to be held: at an event, a handler, or one event of a handler; when, and which."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bus.contract.holding import Carried
from bus.errors import Place, UserError
from bus.runtime.state import BreakpointHits
from bus.scenario import expressions
from bus.scenario.parser_words import NotAnExpressionError

MOST = 200
"""Breakpoints of one run."""

MOST_HIT = 1_000_000_000
LONGEST_NAME = 1_000

CONDITION = "condition"
"""What the place of a mistake in one calls its file."""


@dataclass(frozen=True, slots=True)
class Breakpoint:
    """Holds deliveries before their handler is called. One for each pair of event and handler."""

    event: str = ""
    """Empty: any event."""

    handler: str = ""
    """Empty: any handler."""

    condition: str = ""
    """CEL, true for what is to be held; empty: all of it. It knows event, handler, attempt and counters."""

    hit: int = 0
    """Of the deliveries that the condition is true for only this one is held, counted from 1; 0: each of them."""

    enabled: bool = True

    @property
    def key(self) -> tuple[str, str]:
        """What there is only one breakpoint for."""
        return self.event, self.handler

    @property
    def title(self) -> str:
        """Where it is, as a person reads it: order.placed -> charge."""
        return edge(self.event, self.handler)

    def is_at(self, event: str, handler: str) -> bool:
        """Whether a delivery of this event to this handler comes to it."""
        return self.event in ("", event) and self.handler in ("", handler)


def edge(event: str, handler: str) -> str:
    """A pair of event and handler, either of which may be any (""), as a person reads it."""
    if not handler:
        return event
    return f"{event} -> {handler}" if event else handler


def check(wanted: Breakpoint) -> None:
    """Whether it can be set. Raises UserError, which says where in the condition a mistake is."""
    if not wanted.event and not wanted.handler:
        raise UserError("a breakpoint is at an event, a handler, or one event of a handler", hint="name one of them")
    if len(wanted.event) > LONGEST_NAME or len(wanted.handler) > LONGEST_NAME:
        raise UserError(f"a name has at most {LONGEST_NAME} letters")
    if not 0 <= wanted.hit <= MOST_HIT:
        raise UserError(f"a hit count is a whole number up to {MOST_HIT}, not {wanted.hit}", hint="0 holds every one")
    if wanted.condition.strip():
        _compiled(wanted.condition)


class Breakpoints:
    """All of one run, ready to be asked at each call. Thread-safe."""

    def __init__(self) -> None:
        self._ready: tuple[_Ready, ...] = ()
        self._lock = threading.Lock()

    def replace(self, wanted: Iterable[Breakpoint]) -> bool:
        """These and no others; one that stays as it was goes on counting. Whether any of them holds anything.

        Raises UserError where one is wrong, and then nothing has changed.
        """
        known = {each.about: each for each in self._ready}
        ready = []
        for each in wanted:
            check(each)
            found = known.get(replace(each, enabled=True))
            if found is None:
                ready.append(_Ready(each))
            else:
                found.enabled = each.enabled
                ready.append(found)
        self._ready = tuple(ready[:MOST])
        return any(each.enabled for each in self._ready)

    def hit(self, event: str, handler: str, carried: Carried, attempt: int, counters: Mapping[str, int]) -> bool:
        """Whether any of them holds this delivery."""
        held, variables = False, None
        for each in self._ready:
            if not each.enabled or not each.about.is_at(event, handler):
                continue
            if variables is None:
                variables = {
                    "event": {"name": event, "payload": carried[0] if carried else None},
                    "handler": handler,
                    "attempt": attempt,
                    "counters": dict(counters),
                }
            with self._lock:
                held = each.holds(variables) or held
        return held

    def hits(self) -> tuple[BreakpointHits, ...]:
        """How often each was hit."""
        return tuple(BreakpointHits(*each.about.key, each.hits, each.trouble) for each in self._ready)


class _Ready:
    """One breakpoint, with its condition compiled and its hits counted."""

    def __init__(self, wanted: Breakpoint) -> None:
        self.about = replace(wanted, enabled=True)
        self.enabled = wanted.enabled
        self.hits = 0
        self.trouble = ""
        self._applies = _compiled(wanted.condition) if wanted.condition.strip() else None

    def holds(self, variables: Mapping[str, Any]) -> bool:
        """A condition that cannot be evaluated for this delivery is not true for it; why is kept for the person."""
        try:
            if self._applies is not None and not self._applies(variables):
                return False
        except expressions.ExpressionError as error:
            self.trouble = str(error)[:500]
            return False
        self.hits += 1
        return self.about.hit in (0, self.hits)


def _compiled(condition: str) -> Callable[[Mapping[str, Any]], bool]:
    try:
        return expressions.compile_condition(condition)
    except NotAnExpressionError as error:
        raise UserError(str(error), at=_place(condition, error.offset)) from None
    except ValueError as error:
        raise UserError(str(error), at=Place(CONDITION, 1, 1)) from None


def _place(text: str, offset: int | None) -> Place:
    before = text[: offset or 0]
    return Place(CONDITION, before.count("\n") + 1, len(before) - before.rfind("\n"))
