"""What is said of one handler in a model: where its calls run, what they do, when it was not there."""

from __future__ import annotations

from collections import Counter
from pathlib import PurePath
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.asyncapi.naming import UniqueNames
from bus.engines import ENGINES
from bus.modelling import absences, behaviour, serving, spread
from bus.modelling.blocking import LoopBlocking
from bus.modelling.engine_choice import ASYNCIO, CALLS_INLINE, PLAIN, THREADS
from bus.modelling.seen_program import SeenHandler, SeenProgram, evenly, one_line
from bus.scenario.words import check_error
from bus.wording import duration, several
from buslens.records import Flag, Outcome

Array = npt.NDArray[Any]

ERRORS = 200
"""Of each handler that are looked at."""

MOST_WORKERS = 32
INSIDE = 0.1
"""Of a call's time that calls inside it may take, where it is modelled on a worker: they run beside it then."""

NOTICED_NS = 5_000_000
"""Before a call is made again: a queue that goes on by itself takes less."""

POOL = "pool"
KEEPS = "keep_failures"
KEEPS_ABOUT = "Not in the program: with it, what a handler raises does not come out of the emit."


class HandlersMade:
    """The handlers of a scenario, and the faults that take them away."""

    def __init__(self, program: SeenProgram) -> None:
        self.program = program
        self.trace, self.times, self.notes = program.trace, program.times, program.notes
        self.faults: list[dict[str, Any]] = []
        self.services = self._pool()
        """What its handlers share: the threads of its emitter's pool, where these are known."""

        self._place_of = np.full(len(self.trace.calls), -1, np.int64)
        """Of the calls of the handler that is made: the place of each among them."""

        self._blocking = LoopBlocking(self.trace, self.times)
        self._is_durable = ENGINES[program.engine].is_durable
        self._keeps_failures = program.engine == ASYNCIO and program.raising.is_kept_in
        self._calls_of = np.bincount(
            program.dispatch_of[program.dispatch_of >= 0], minlength=len(self.trace.dispatches)
        )
        """How many calls were made for each dispatch."""

    def made(self) -> dict[str, Any]:
        """All of them, by name."""
        made = {each.name: self._made(each) for each in self.program.handlers}
        if self._keeps_failures and not any("error" in each.events for each in self.program.handlers):
            kept = several(self.program.raising.kept_in, "failure")
            self.notes.append(
                f"inferred: the bus keeps failures to itself, because {kept} did not come out of the emit; "
                f"{KEEPS} stands for that"
            )
            names = UniqueNames()
            *_, name = map(names.of, [*made, KEEPS])
            made[name] = {"on": "error", "description": KEEPS_ABOUT}
        return made

    def _made(self, seen: SeenHandler) -> dict[str, Any]:
        said: dict[str, Any] = {"on": seen.events[0] if len(seen.events) == 1 else list(seen.events)}
        is_plain = len(seen.rows) > 0 and not (self.trace.calls.flags[seen.rows] & Flag.ASYNC).any()
        said |= self._place(seen, is_plain=is_plain)
        said |= self._retry(seen)
        if self._is_once(seen):
            said["once"] = True
        said["do"] = behaviour.steps_of(self._calls(seen)) if len(seen.rows) else []
        if not seen.serving.is_limited and self._blocking.blocks(seen.rows):
            why = "because nothing else began while it worked, and others waited for it"
            self.notes.append(f"inferred: {seen.name} blocks its loop, {why}")
            said["do"] = [step | ({"block": True} if "wait" in step else {}) for step in said["do"]]
        said["description"] = self._about(seen)
        self._take_away(seen)
        return said

    def _place(self, seen: SeenHandler, *, is_plain: bool) -> dict[str, Any]:
        """Where its calls run, and how many at once."""
        if self.services:
            return {"service": POOL}
        if self._is_durable and seen.serving.at_once == 1:
            return {}  # a queue of its own, one call at a time: as the engine does
        if seen.serving.is_limited:
            at_once = seen.serving.at_once
            inside = f" inside, as behind a {'lock' if at_once == 1 else 'semaphore'}," * seen.serving.is_inside
            self.notes.append(
                f"inferred: {seen.name} has {several(at_once, 'worker')}, because calls that waited{inside} "
                "went on when another one had ended"
            )
        if seen.serving.is_slower_beside:
            self.notes.append(
                f"calls of {seen.name} take longer beside others of it than alone: what they share is not known, "
                "and neither is how long they take with more workers or another load"
            )
        at_once = min(seen.serving.at_once, MOST_WORKERS)
        workers = {"worker": "thread", "parallel": at_once}
        if seen.serving.is_limited or self._is_durable:
            return workers
        if is_plain and self._runs_elsewhere(seen):
            self.notes.append(f"{seen.name} ran on threads, {at_once} at once; whether more could is not known")
            return workers
        if is_plain and at_once > 1 and self._is_inside_the_emit:
            threads = f"calls of {seen.name} ran at once, up to {at_once}, inside emits of as many threads or processes"
            if self._is_by_itself(seen):
                self.notes.append(f"{threads}: none waits in the model, and what waited to emit is not known")
                return {"worker": "thread", "parallel": MOST_WORKERS}
            self.notes.append(f"{threads}; the model calls them one after another")
        if not is_plain or self.program.engine in CALLS_INLINE:
            return {}
        return {"block": True} if self._keeps_failures or self._takes_time(seen) else {}

    @property
    def _is_inside_the_emit(self) -> bool:
        """Whether plain functions are called by whoever emits."""
        return self.program.engine == PLAIN or self._keeps_failures

    def _is_by_itself(self, seen: SeenHandler) -> bool:
        """Whether its calls are the only ones of their dispatches, inside no other, and hardly anything inside them."""
        of = self.program.dispatch_of[seen.rows]
        if (of < 0).any() or (self._calls_of[of] > 1).any() or np.isin(seen.rows, self.times.inside.rows).any():
            return False
        took, own = self.times.took_ns[seen.rows].sum(), self.times.own_ns[seen.rows].sum()
        return bool(took - own <= INSIDE * took)

    def _pool(self) -> dict[str, Any]:
        """The pool of an emitter that calls every handler on a thread, where calls of any waited for those of any."""
        ended = self.times.has_ended
        if self.program.engine != THREADS or not ended.any():
            return {}
        calls = self.trace.calls
        seen = serving.seen(calls.emitted_ns[ended], self.times.begun_ns[ended], calls.ended_ns[ended])
        if not seen.is_limited or seen.is_inside:
            return {}
        threads = several(seen.at_once, "thread")
        told = f"inferred: all handlers share {threads}, because calls that waited went on when another one had ended"
        if any("error" in each.events for each in self.program.handlers):
            self.notes.append(f"{told}; the model has 8, because failures behind a service emit no error event")
            return {}
        self.notes.append(told)
        return {POOL: {"workers": min(seen.at_once, MOST_WORKERS)}}

    def _runs_elsewhere(self, seen: SeenHandler) -> bool:
        """Whether its calls run on other threads than the emits that they are for."""
        of = self.program.dispatch_of[seen.rows]
        known = of >= 0
        own = self.trace.calls.lane[seen.rows[known]] == self.trace.dispatches.lane[of[known]]
        return bool(known.any() and own.mean() < 0.5) and self.program.engine != THREADS

    def _takes_time(self, seen: SeenHandler) -> bool:
        return bool(np.percentile(self.times.own_ns[seen.rows], 99) >= spread.NOTICED_NS)

    def _retry(self, seen: SeenHandler) -> dict[str, Any]:
        calls = self.trace.calls
        attempts = calls.attempt[seen.rows]
        again = np.flatnonzero(attempts > 1)
        most = int(min(attempts.max(initial=1), 1000))
        is_kept = self._is_durable
        if len(again):
            self.notes.append(f"{seen.name} is called up to {most} times for an event, the most that was seen")
        elif not (is_kept and (calls.outcome[seen.rows] == Outcome.FAILED).any()):
            return {}
        pauses = self._idle_before(seen.rows, again) if is_kept else self._pauses(seen.rows)
        if is_kept and (not len(pauses) or np.median(pauses) < NOTICED_NS):
            return {"attempts": most}
        return {"retry": {"attempts": most} | ({"backoff": spread.written(pauses)} if len(pauses) else {})}

    def _pauses(self, rows: Array) -> Array:
        """Between the end of a call and the beginning of the next one for the same event."""
        calls = self.trace.calls
        rows = rows[np.lexsort((calls.attempt[rows], calls.dispatch[rows]))]
        follows = (np.diff(calls.dispatch[rows].astype(np.int64)) == 0) & (
            np.diff(calls.attempt[rows].astype(np.int64)) == 1
        )
        return np.asarray(np.maximum(self.times.begun_ns[rows[1:]] - calls.ended_ns[rows[:-1]], 0)[follows])

    def _idle_before(self, rows: Array, again: Array) -> Array:
        """How long a handler with a queue had nothing to do before it was called again: other calls are no pause."""
        begun = self.times.begun_ns[rows]
        ends = np.sort(self.trace.calls.ended_ns[rows])
        before = np.searchsorted(ends, begun[again], "right")
        return np.asarray((begun[again] - ends[np.maximum(before - 1, 0)])[before > 0])

    def _calls(self, seen: SeenHandler) -> behaviour.SeenCalls:
        outcome = self.trace.calls.outcome[seen.rows]
        failed = np.isin(outcome, (Outcome.FAILED, Outcome.TIMED_OUT))
        others = int(np.count_nonzero(~failed & (outcome != Outcome.OK)))
        if others:
            self.notes.append(
                f"{several(others, 'call')} of {seen.name} were cancelled or never ran: they count as ended well"
            )
        cut = self.program.raising.handed_on[seen.rows] & (self.program.engine == PLAIN)
        failed &= ~cut
        return behaviour.SeenCalls(
            self.times.own_ns[seen.rows], failed, cut, self._errors(seen.rows[failed]), self._emits(seen)
        )

    def _errors(self, failed: Array) -> Counter[str]:
        found: Counter[str] = Counter()
        for row in evenly(failed, ERRORS):
            error = self.trace.error(int(row))
            name = error.type.rpartition(".")[2] if error is not None else ""
            try:
                found[check_error(name)] += 1
            except ValueError:
                found["HandlerFailed"] += 1
        return found

    def _emits(self, seen: SeenHandler) -> list[behaviour.EmittedEvent]:
        emits = self.times.emits
        place = self._place_of
        place[seen.rows] = np.arange(len(seen.rows))
        mine = np.flatnonzero((place[emits.calls] >= 0) & ~self.program.own_events[emits.rows])
        event = self.program.event_ids[emits.rows[mine]]
        found = []
        for name, ident in self.program.events.items():
            of_event = mine[event == ident]
            if not len(of_event):
                continue
            at = place[emits.calls[of_event]]
            offset = np.full(len(seen.rows), -1, np.int64)
            offset[at[::-1]] = emits.offset_ns[of_event[::-1]]
            found.append(behaviour.EmittedEvent(name, np.bincount(at, minlength=len(seen.rows)), offset))
        place[seen.rows] = -1
        return found

    def _about(self, seen: SeenHandler) -> str:
        name, (file, line) = self.trace.names.text(seen.ident), self.trace.names.place(seen.ident)
        where = f", {PurePath(file).name}:{line}" if file else ""
        said = f"{one_line(name)}{where}: {several(len(seen.rows), 'call')}"
        told = self.trace.subscriptions
        times = told.view("time_ns")[(self.program.subscribed_ids == seen.ident) & (told.view("added") == 1)]
        if not len(times):
            return said
        return f"{said}; subscribed {duration(int(times.min()) - self.program.begins_ns)} from the start"

    def _is_once(self, seen: SeenHandler) -> bool:
        """Whether every subscription of it was for one event, and no call was made again."""
        told = self.trace.subscriptions
        added = (self.program.subscribed_ids == seen.ident) & (told.view("added") == 1)
        flags = told.view("flags")[added]
        again = (self.trace.calls.attempt[seen.rows] > 1).any()
        return bool(len(flags) and (flags & Flag.ONCE).all() and not again)

    def _take_away(self, seen: SeenHandler) -> None:
        """Where events came while it was not subscribed."""
        program, told = self.program, self.trace.subscriptions
        own = program.subscribed_ids == seen.ident
        if self._is_once(seen):
            own &= told.view("added") == 1  # it goes by itself
        hears = np.isin(program.event_ids, [program.events[name] for name in seen.events]) & ~program.own_events
        found = absences.seen(
            told.view("time_ns")[own],
            told.view("added")[own],
            self.trace.dispatches.emitted_ns[hears],
            program.begins_ns,
        )
        self.faults += [absences.fault(seen.name, each) for each in found]
        missed = sum(each.missed for each in found)
        if missed:
            self.notes.append(f"{seen.name} was not subscribed when {several(missed, 'event')} came: it is absent then")
