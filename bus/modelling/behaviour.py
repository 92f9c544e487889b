"""What one handler was seen to do, as steps of a scenario: how long it took, what it emitted, how it failed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.modelling import spread

Array = npt.NDArray[Any]
Step = dict[str, Any]

BEGINNING = 0.1
"""Moments that lie nearer than this share of a call are told as one: those of emits, and the call's two ends."""

MOST_STEPS = 5
"""Emits of one event in one call that get a step each; of more the mean is emitted at once."""

MOST_ERRORS = 5
"""Types of errors of one handler that are told apart."""

EARLY = 0.5
"""Failed calls that are shorter than this share of the others fail before these have done their work."""


@dataclass(frozen=True, slots=True)
class EmittedEvent:
    """What calls of one handler have emitted of one event."""

    event: str
    counts: Array
    """How many each call has emitted; in the order of the calls."""

    offset_ns: Array
    """When, from its beginning: of each call its first; -1 where there is none."""


@dataclass(frozen=True, slots=True)
class SeenCalls:
    """The calls of one handler that have ended, a value for each in every array."""

    own_ns: Array
    failed: Array
    cut: Array
    """Whether each was ended by what a call inside it had raised: what it would have taken is not known."""

    errors: Counter[str]
    """Types of their errors, of those that were looked at."""

    emits: list[EmittedEvent] = field(default_factory=list)


def steps_of(seen: SeenCalls) -> list[Step]:
    """The steps that make calls like these. Draws of one call are independent of each other."""
    before, after = _by_failure(seen)
    fails = _failing(seen)
    ok = ~seen.failed
    whole = ~seen.cut if not seen.cut.all() else seen.cut
    if not before and _fails_early(seen):
        failed = seen.own_ns[seen.failed]
        return [
            *_waiting(failed), *fails,
            *_timed(after, seen.own_ns, ok & whole, of_emits=ok, begins_ns=round(failed.mean())),
        ]  # fmt: skip
    steps = _timed([*before, *after], seen.own_ns, whole, of_emits=ok if ok.any() else seen.failed)
    if not fails:
        return steps
    names = {each.event for each in after}
    at = next((at for at, step in enumerate(steps) if step.get("emit") in names), len(steps))
    return [*steps[:at], *fails, *steps[at:]]


def _by_failure(seen: SeenCalls) -> tuple[list[EmittedEvent], list[EmittedEvent]]:
    """What failed calls emit as well, and what only those do that end well."""
    if not seen.failed.any():
        return [], seen.emits
    before: list[EmittedEvent] = []
    after: list[EmittedEvent] = []
    for each in seen.emits:
        share = [(each.counts[which] > 0).mean() if which.any() else 0.0 for which in (seen.failed, ~seen.failed)]
        (before if share[0] >= share[1] / 2 else after).append(each)
    return before, after


def _fails_early(seen: SeenCalls) -> bool:
    ok = seen.own_ns[~seen.failed & ~seen.cut]
    failed = seen.own_ns[seen.failed]
    return bool(len(ok) and len(failed) and np.median(failed) < EARLY * np.median(ok))


def _failing(seen: SeenCalls) -> list[Step]:
    share = float(seen.failed.mean()) if len(seen.failed) else 0.0
    if not share:
        return []
    named = seen.errors.most_common(MOST_ERRORS) or [("HandlerFailed", 1)]
    total, left, steps = sum(count for _, count in named), 1.0, []
    for error, count in named:
        own = share * count / total
        chance = min(own / left, 1.0)
        steps.append({"fail": {"error": error} | ({} if chance >= 1 else {"probability": _share(chance)})})
        left = max(left - own, 1e-9)
    return steps


def _timed(emits: list[EmittedEvent], own: Array, of: Array, *, of_emits: Array, begins_ns: int = 0) -> list[Step]:
    """Emits with the time between them.

    of: the calls that times are told from; of_emits: those that emits are; begins_ns: when the first step begins.
    """
    placed = sorted(((_place(each, own, of_emits), each) for each in emits), key=lambda one: one[0])
    total = np.maximum(own[of] - begins_ns, 0)
    steps: list[Step] = []
    reached, at = np.zeros(len(total), np.int64), 0.0
    for place, each in placed:
        if place - at > BEGINNING:
            offset = each.offset_ns[of]
            moment = np.where(offset >= 0, offset - begins_ns, np.round(place * total).astype(np.int64))
            moment = total if place >= 1 - BEGINNING else np.clip(moment, reached, np.maximum(total, reached))
            steps += _waiting(moment - reached)
            reached, at = moment, place
        steps += _emitting(each, of_emits)
    return [*steps, *_waiting(total - reached)]


def _waiting(times_ns: Array) -> list[Step]:
    return [{"wait": spread.written(times_ns)}] if len(times_ns) and times_ns.max() > 0 else []


def _place(each: EmittedEvent, own: Array, of: Array) -> float:
    """When in the call it is emitted, as a share of it."""
    known = of & (each.offset_ns >= 0) & (own > 0)
    return float(np.clip(np.median(each.offset_ns[known] / own[known]), 0, 1)) if known.any() else 0.0


def _emitting(each: EmittedEvent, of: Array) -> list[Step]:
    counts = each.counts[of] if each.counts[of].any() else each.counts
    some = counts[counts > 0]
    if some.min() == some.max() or some.max() > MOST_STEPS:
        return [_emit(each.event, float((counts > 0).mean()), round(float(some.mean())))]
    return [_emit(each.event, float((counts >= number).mean()), 1) for number in range(1, int(some.max()) + 1)]


def _emit(event: str, chance: float, times: int) -> Step:
    step: Step = {"emit": event}
    if chance < 1:
        step["probability"] = _share(chance)
    if times > 1:
        step["times"] = times
    return step


def _share(chance: float) -> float:
    return float(f"{chance:.5g}")
