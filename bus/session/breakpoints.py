"""The breakpoints of a session, whichever run goes on: set, taken away, turned on and off; and what a run holds.

They belong to what a person looks for, not to the scenario: no file of a scenario has them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from bus.errors import UserError
from bus.run import breakpoints
from bus.run.breakpoints import Breakpoint
from bus.run.handle import RunHandle
from bus.run.holding import ALL, LONGEST_LATER_S, NEXT, HeldOrder


class BreakpointList:
    """All of one session. Verbs belong to the session's thread; each says so to the run that goes on."""

    def __init__(self, runner: Callable[[], RunHandle | None]) -> None:
        """runner: the run that goes on."""
        self._runner = runner
        self._by_key: dict[tuple[str, str], Breakpoint] = {}

    def __len__(self) -> int:
        return len(self._by_key)

    @property
    def all(self) -> tuple[Breakpoint, ...]:
        """In the order in which they were set."""
        return tuple(self._by_key.values())

    def at(self, event: str, handler: str) -> Breakpoint | None:
        """The one at just this place; None where there is none."""
        return self._by_key.get((event, handler))

    def set(self, wanted: Breakpoint) -> None:
        """Set it, in place of the one at the same event and handler. Raises UserError: nothing has changed."""
        breakpoints.check(wanted)
        if wanted.key not in self._by_key and len(self._by_key) >= breakpoints.MOST:
            raise UserError(f"there are {breakpoints.MOST} breakpoints already", hint="take one away")
        self._by_key[wanted.key] = wanted
        self.tell()

    def remove(self, event: str, handler: str) -> None:
        """Take it away; what it holds stays held."""
        if self._by_key.pop((event, handler), None) is not None:
            self.tell()

    def toggle(self, event: str, handler: str) -> None:
        """Set one without a condition where there is none, else take it away."""
        if self.at(event, handler) is None:
            self.set(Breakpoint(event, handler))
        else:
            self.remove(event, handler)

    def enable(self, event: str, handler: str, *, on: bool) -> None:
        """Whether it holds anything."""
        found = self.at(event, handler)
        if found is not None and found.enabled != on:
            self.set(replace(found, enabled=on))

    def replace(self, wanted: Iterable[Breakpoint]) -> None:
        """These and no others: those of another scenario. Raises UserError: nothing has changed."""
        by_key = {each.key: each for each in wanted}
        for each in by_key.values():
            breakpoints.check(each)
        self._by_key = dict(list(by_key.items())[: breakpoints.MOST])
        self.tell()

    def tell(self) -> None:
        """The run that goes on, if any, holds what comes to these."""
        runner = self._runner()
        if runner is not None:
            runner.by_hand.set_breakpoints(self.all)

    # What is held

    def release(self, number: int = NEXT) -> None:
        """Let it go on; NEXT: only the one that is held longest."""
        self._do(HeldOrder("release", number))

    def release_all(self) -> None:
        """Let everything go on; breakpoints hold what comes next."""
        self._do(HeldOrder("release", ALL))

    def release_edited(self, number: int, payload: Any) -> None:
        """Let it go on with another payload, None for nothing."""
        self._do(HeldOrder("release", number, edited=True, payload=payload))

    def drop(self, number: int) -> None:
        """Its handler is not called for it."""
        self._do(HeldOrder("drop", number))

    def duplicate(self, number: int) -> None:
        """One more of it, held as well."""
        self._do(HeldOrder("duplicate", number))

    def later(self, number: int, after_s: float) -> None:
        """It goes on by itself after so many seconds of the run's clock, behind what comes meanwhile."""
        if not 0 <= after_s <= LONGEST_LATER_S or math.isnan(after_s):
            raise UserError(f"expected 0 to {LONGEST_LATER_S} seconds, not {after_s:g}")
        self._do(HeldOrder("later", number, after_s=after_s))

    def _do(self, order: HeldOrder) -> None:
        runner = self._runner()
        if runner is None:
            raise UserError("nothing is held: no run goes on")
        runner.by_hand.carry_out(order)
