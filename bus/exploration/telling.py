"""A finding in sentences: whose order decides, where it leaves the nearest run that passes, what has not ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bus.analysis import diff
from bus.analysis.diff import words
from bus.behaviour.places import Lines
from bus.exploration.fault_cuts import told as fault_told
from bus.exploration.judging import RunJudge, trace_of
from bus.exploration.program import Program
from bus.exploration.saving import scenario_of
from bus.exploration.shrinking import Made, Shrunk
from bus.exploration.tally import Sighting
from bus.runtime.choices import DRAW, LEVELS, READY, Alternatives, Choices, Place
from bus.runtime.choosing_loop import READY_TOLD
from bus.trace import Trace
from bus.trace.ids import id_text
from bus.wording import several
from buslens.records import Outcome

MOST_PENDING = 10
OTHER_SEEDS = 10
"""With which it is tried whether what happens by itself is the seed's doing."""

NOTHING, DRAWS, LEGAL, HOSTILE = "nothing", "draws", "legal", "hostile"
"""What a finding needs: nothing, it happens by itself; other numbers drawn; another order that is open; or a hostile
one, which asyncio promises not to make."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that runs break, as it is told."""

    what: str
    found: str
    """What the shrunk run did instead; empty where that run could not go on."""

    count: int
    run: int
    """The first run that breaks it."""

    needs: str
    """NOTHING, DRAWS, LEGAL or HOSTILE."""

    guilty: str
    """One sentence: whose order, or which numbers, decide."""

    decisions: Sequence[str]
    """Each choice of the shrunk run."""

    divergence: str
    """Where the shrunk run leaves the nearest run that passes; empty where none is known."""

    pending: Sequence[str]
    """Calls that have not ended, with the places of their handlers."""

    choices: dict[str, Any]
    """Those of the shrunk run, as a scenario says them."""

    script_steps: int
    """Of the shrunk run, those inside of others counted."""

    replay: str
    """The shrunk run as the text of a scenario."""

    shrinking_runs: int
    """How many shrinking took."""

    is_minimal: bool
    """Whether it breaks nothing any more where any one of its choices is taken back."""


def finding(program: Program, sighting: Sighting, shrunk: Shrunk) -> Finding:
    """Tell what was shrunk. program: that which was explored, with the whole script."""
    failing, heard = _told_run(shrunk.program, shrunk.made)
    needs = _needs(shrunk.made)
    replay = scenario_of(shrunk)
    return Finding(
        what=sighting.what,
        found=RunJudge(shrunk.program).found(failing, sighting.what),
        count=sighting.count,
        run=sighting.run,
        needs=needs,
        guilty=" ".join([_guilty(needs, heard), *_of_seed(shrunk, sighting.what, needs), *_of_faults(shrunk)]),
        decisions=[each.told for each in heard],
        divergence=_divergence(shrunk, failing),
        pending=_pending(program.lines, failing),
        choices=replay.values["choices"],
        script_steps=_count(replay.values.get("script") or []),
        replay=replay.text,
        shrinking_runs=shrunk.runs,
        is_minimal=shrunk.is_minimal,
    )


def _count(steps: Sequence[Any]) -> int:
    return sum(1 + _count(step.get("do") or []) for step in steps)


@dataclass(frozen=True, slots=True)
class _Decision:
    """A choice that was not the first possibility."""

    place: Place
    chosen: str
    first: str
    """What would have been taken by itself."""

    @property
    def told(self) -> str:
        if self.place.kind.startswith(DRAW):
            return f"{self.place.kind.removeprefix(DRAW)} draws {self.chosen}, in its draw {self.place.number + 1}"
        if self.chosen == READY_TOLD:
            return f"{self.first} is late: it is due, and what is ready goes first"
        when = "though both are ready" if self.place.kind == READY else "though both are due at the same time"
        return f"{self.chosen} goes before {self.first}, {when} and {self.first} was first"


def _told_run(program: Program, made: Made) -> tuple[Trace, list[_Decision]]:
    """Make it again, on the real bus, and hear of each choice."""
    choices, heard = Choices(made), list[_Decision]()

    def hear(place: Place, take: int, among: Alternatives | None) -> None:
        if among is None:
            heard.append(_Decision(place, f"{(take - 0.5) / LEVELS:.3f}", ""))
        else:
            named = [_named(told, call) for told, call in zip(among.told(), among.owners(), strict=True)]
            heard.append(_Decision(place, named[take], named[0]))

    choices.heard = hear
    return trace_of(program.run_real(choices)), heard


def _named(told: str, call: int) -> str:
    """Who goes on, with the number by which the capture knows its call."""
    return f"call {id_text(call)} of {told}" if call > 0 else told


def _needs(made: Made) -> str:
    kinds = {place.kind for place in made}
    if READY in kinds:
        return HOSTILE
    if any(not kind.startswith(DRAW) for kind in kinds):
        return LEGAL
    return DRAWS if kinds else NOTHING


def _guilty(needs: str, heard: Sequence[_Decision]) -> str:
    if needs == NOTHING:
        return "FIFO throughout: it happens in the run that makes no choices, so no order decides."
    if needs == DRAWS:
        return (
            f"FIFO throughout: the order never mattered. It takes that {'; and that '.join(one.told for one in heard)}."
        )
    pairs = [one for one in heard if not one.place.kind.startswith(DRAW)]
    last = next((one for one in reversed(pairs) if one.chosen != READY_TOLD), pairs[-1])
    if last.chosen == READY_TOLD:
        begin = f"It decides that {last.told}."
    else:
        begin = f"The order of {last.first} and {last.chosen} decides: {last.told}."
    others = len(heard) - 1
    return f"{begin} Besides it takes {several(others, 'more choice')}." if others else begin


def _of_seed(shrunk: Shrunk, what: str, needs: str) -> list[str]:
    """Of what happens by itself: whether the numbers that the seed draws decide, as far as other seeds tell."""
    if needs != NOTHING:
        return []
    asked = Choices()
    shrunk.program.run(asked)
    if not any(kind.startswith(DRAW) for kind in asked.asked):
        return ["No number is drawn."]
    seeds = range(shrunk.program.seed + 1, shrunk.program.seed + 1 + OTHER_SEEDS)
    judge = RunJudge(shrunk.program)
    breaking = sum(what in judge.judge(shrunk.program.with_seed(seed).run(Choices())).broken for seed in seeds)
    if breaking == OTHER_SEEDS:
        return [f"With each of {OTHER_SEEDS} other seeds it happens as well."]
    return [
        f"What the seed draws decides: with {OTHER_SEEDS - breaking} of {OTHER_SEEDS} other seeds it does not happen."
    ]


def _of_faults(shrunk: Shrunk) -> list[str]:
    """The faults that are left, for without any of them it is not broken."""
    faults = shrunk.program.document.values.get("faults") or []
    if not faults:
        return []
    perhaps = "" if shrunk.is_minimal else ", or some of them"
    return [f"It takes {several(len(faults), 'fault')} of the scenario{perhaps}: {'; '.join(map(fault_told, faults))}."]


def _divergence(shrunk: Shrunk, failing: Trace) -> str:
    """Against the run without its last choice: of a minimal finding the nearest one that passes."""
    if not shrunk.made or not shrunk.is_minimal:
        return ""
    last = list(shrunk.made)[-1]
    passing, _ = _told_run(shrunk.program, {place: take for place, take in shrunk.made.items() if place != last})
    found = diff.diff(passing, failing)
    return words.first_sentence(found) if found.differences else "Both have the same emits and calls, at other times."


def _pending(lines: Lines, trace: Trace) -> list[str]:
    """What has not ended. lines: of the scenario that was explored, for nobody has the shrunk one."""
    calls = trace.calls
    rows = np.flatnonzero(calls.outcome == Outcome.RUNNING)[:MOST_PENDING]
    text = trace.names.text
    pending = []
    for row in rows.tolist():
        dispatch = trace.dispatches.row_of(int(calls.dispatch[row]))
        handler = text(int(calls.handler[row]))
        event = text(int(trace.dispatches.event[dispatch])) if dispatch >= 0 else "an event"
        call = id_text(int(calls.id[row]))
        pending.append(f"{handler} ({event}), call {call}: {lines.handler(handler)}")
    return pending
