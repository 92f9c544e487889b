"""Why did something not follow: what usually does after such an event, and the handler with which the chain broke."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

import numpy as np

from bus.analysis.why.answer import Answer, Reason, Sure
from bus.analysis.why.not_run import not_run_reasons
from bus.analysis.why.question import Offer, Question, Subject
from bus.analysis.why.telling import BAD, Rows, Telling
from bus.analysis.why.usual import KNOWN, Usual, UsualEffects
from bus.wording import several
from buslens.records import Outcome

MOST_DISPATCHES = 200
"""Of one flow: those that are walked through, nearest first."""

MOST_MISSED = 10
"""Missing effects that are told."""

AT_ONCE = 1 << 18
"""Dispatches that are looked at together."""

MOST_DEEP = 6
"""Events from one to the next that are looked along for one that is named."""


def offers(telling: Telling, subject: Subject) -> Sequence[Offer]:
    """A dispatch whose event was emitted often enough to know what usually follows."""
    dispatches = telling.trace.dispatches
    row = dispatches.row_of(subject.id) if subject.kind == "dispatch" else -1
    if row < 0 or not int(dispatches.handlers[row]):
        return []
    if not _is_known(dispatches.event, telling.same_events(int(dispatches.event[row]))):
        return []
    return [Offer("never-after", f"What usually follows {telling.event(row)}, and did not?")]


def answer(telling: Telling, subject: Subject, other: int) -> Answer:
    """Where the chain broke. other: name id of the event that is missed; 0: whatever usually follows."""
    row = telling.trace.dispatches.row_of(subject.id)
    title = f"What usually follows {telling.event(row)}, and did not?"
    if other:
        title = f"Why was {telling.text(other)} never emitted after {telling.event(row)}?"
    usual = UsualEffects(telling)
    walked = list(_walk(telling, row))
    wanted = int(telling.trace.events.firsts(np.array([other]))[0]) if other else 0
    if wanted:
        emitted = next((each for each in walked[1:] if usual.event_of(each) == wanted), None)
        if emitted is not None:
            text = f"It was emitted: {telling.dispatch(emitted)}."
            return Answer("never-after", title, text, (telling.of_dispatch(emitted, text),))
    missed = [(each, effect) for each in walked for effect in _missed(telling, usual, each)]
    if wanted:
        missed = [(each, effect) for each, effect in missed if _leads_to(usual, telling, effect.event, wanted)]
    reasons = [reason for each, effect in missed[:MOST_MISSED] for reason in _explained(telling, each, effect)]
    if len(missed) > MOST_MISSED:
        reasons.append(Reason(f"{several(len(missed) - MOST_MISSED, 'more effect')} are missing.", Sure.INFERRED))
    if not reasons:
        reasons = [_nothing(telling, row, other)]
    elif telling.lacks:
        reasons.append(Reason(f"Something may be missing: {telling.lacks}.", Sure.UNKNOWN))
    return Answer("never-after", title, reasons[0].text, tuple(dict.fromkeys(reasons)))


QUESTION = Question("never-after", "why was an event never emitted after this one", offers, answer, ("dispatch",))


def _is_known(events: Rows, alike: Sequence[int]) -> bool:
    """Whether there are more than KNOWN of these events; a menu waits, and mostly the first of them are enough."""
    found = 0
    for start in range(0, len(events), AT_ONCE):
        found += int(np.count_nonzero(np.isin(events[start : start + AT_ONCE], alike)))
        if found > KNOWN:
            return True
    return False


def _walk(telling: Telling, dispatch: int) -> Iterator[int]:
    """The dispatches that grew from this one, itself first, nearest first."""
    waiting, seen = deque([dispatch]), {dispatch}
    while waiting and len(seen) <= MOST_DISPATCHES:
        telling.end_if_unwanted()
        each = waiting.popleft()
        yield each
        for call in telling.calls_of(each)[:MOST_DISPATCHES].tolist():
            inner = [row for row in telling.emitted_in(call)[:MOST_DISPATCHES].tolist() if row not in seen]
            seen.update(inner)
            waiting.extend(inner)


def _missed(telling: Telling, usual: UsualEffects, dispatch: int) -> list[Usual]:
    """What usually follows such a dispatch and did not follow this one."""
    expected = usual.beside(dispatch)
    if not expected:
        return []
    trace, calls = telling.trace, telling.calls_of(dispatch)
    followed = {
        (telling.first_handler(int(trace.calls.handler[call])), usual.event_of(each))
        for call in calls[:MOST_DISPATCHES].tolist()
        for each in telling.emitted_in(call)[:MOST_DISPATCHES].tolist()
    }
    return [each for each in expected if (each.handler, each.event) not in followed]


def _leads_to(usual: UsualEffects, telling: Telling, event: int, wanted: int) -> bool:
    """Whether an event usually leads to another one, some steps further."""
    at, seen = {event}, {event}
    for _ in range(MOST_DEEP):
        if wanted in at:
            return True
        examples = [_example(telling, each) for each in at]
        at = {effect.event for row in examples if row >= 0 for effect in usual.beside(row)} - seen
        seen |= at
    return wanted in at


def _example(telling: Telling, event: int) -> int:
    """A dispatch of an event, -1 for none."""
    rows = np.flatnonzero(telling.trace.events.firsts(telling.trace.dispatches.event) == event)
    return int(rows[0]) if len(rows) else -1


def _explained(telling: Telling, dispatch: int, effect: Usual) -> Iterator[Reason]:
    """Why a handler did not emit what it usually does: not called, failed, not ended, or another way."""
    trace = telling.trace
    who, what = telling.text(effect.handler), telling.text(effect.event)
    calls = telling.calls_of(dispatch)
    mine = calls[np.isin(trace.calls.handler[calls], telling.same_handlers(effect.handler))]
    of = telling.dispatch(dispatch)
    if not len(mine):
        yield telling.of_dispatch(dispatch, f"{what} is missing because {who}, which emits it, did not run for {of}.")
        yield from not_run_reasons(telling, dispatch, effect.handler)
    else:
        call = int(mine[-1])
        outcome = int(trace.calls.outcome[call])
        if outcome in BAD:
            text = f"{telling.call(call)} failed before it could emit {what}: {telling.error(call)}."
            yield telling.of_call(call, text, Sure.INFERRED)
        elif outcome == Outcome.RUNNING:
            yield telling.of_call(call, f"{telling.call(call)} has not ended, and has not emitted {what} so far.")
        elif outcome == Outcome.OK:
            yield telling.of_call(call, f"{telling.call(call)} ran for {of}, ended well, and did not emit {what}.")
        else:
            text = f"{telling.call(call)} did not end well, and did not emit {what}."
            yield telling.of_call(call, text)
    text = f"In {effect.times:,} of {several(effect.of, 'other flow')} in which it ran, {who} emitted {what}."
    yield telling.of_dispatch(dispatch, text, Sure.INFERRED)


def _nothing(telling: Telling, dispatch: int, other: int) -> Reason:
    event = telling.event(dispatch)
    if other:
        text = f"Nothing here says that {telling.text(other)} should follow: it does not usually follow {event}."
    else:
        text = f"All that usually follows {event} did follow, as far as other flows tell."
    return telling.of_dispatch(dispatch, text, Sure.UNKNOWN if other else Sure.INFERRED)
