"""Why did this run: from a call or a dispatch up to the emit that began its flow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from bus.analysis import causality
from bus.analysis.delivery_history import attempts_of
from bus.analysis.why.answer import Answer, Reason, Sure
from bus.analysis.why.listening import listening_since
from bus.analysis.why.question import Offer, Question, Subject
from bus.analysis.why.telling import Telling
from bus.wording import duration, several
from buslens.records import Flag

NEAREST, FARTHEST = 40, 6
"""Links of a longer chain that are told at its lower and its upper end."""

MOST_RUNNING = 5
"""Calls that are named where nobody knows which one has emitted."""


def offers(telling: Telling, subject: Subject) -> Sequence[Offer]:
    """Any call, any dispatch."""
    trace = telling.trace
    if subject.kind == "call" and (row := trace.calls.row_of(subject.id)) >= 0:
        return [Offer("ran", f"Why did {telling.handler(row)} run?")]
    if subject.kind == "dispatch" and (row := trace.dispatches.row_of(subject.id)) >= 0:
        return [Offer("ran", f"Why was {telling.event(row)} emitted?")]
    return []


def answer(telling: Telling, subject: Subject, _other: int = 0) -> Answer:
    """The chain, the nearest link first."""
    trace = telling.trace
    title = offers(telling, subject)[0].title
    row = (trace.calls if subject.kind == "call" else trace.dispatches).row_of(subject.id)
    chain = [(subject.kind, row), *causality.ancestors(trace, subject.kind, row)]
    last = next((each for kind, each in reversed(chain) if kind == "dispatch"), -1)
    top = list(_top(telling, last, chain[-1]))
    reasons = [*_links(telling, chain), *top]
    return Answer("ran", title, _short(telling, chain, last, top), tuple(reasons))


QUESTION = Question("ran", "why did this run, and who emitted it", offers, answer)


def _short(telling: Telling, chain: list[tuple[str, int]], last: int, top: list[Reason]) -> str:
    kind, row = chain[0]
    who = f"{telling.handler(row)} ran" if kind == "call" else f"{telling.event(row)} was emitted"
    levels = sum(each == "call" for each, _ in chain[1:])
    if last < 0:
        return f"{who}, and this capture does not hold the dispatch that it was for."
    if (kind, row) == ("dispatch", last):
        return top[0].text if top else f"{who}."
    by_way = f", by way of {several(levels, 'call')}" if levels else ""
    return f"{who} because {telling.dispatch(last)} was emitted{by_way}. {top[0].text if top else ''}".strip()


def _links(telling: Telling, chain: list[tuple[str, int]]) -> Iterator[Reason]:
    hidden = len(chain) - NEAREST - FARTHEST
    for number, (kind, row) in enumerate(chain):
        if hidden > 0 and NEAREST <= number < NEAREST + hidden:
            if number == NEAREST:
                yield _folded(telling, chain[NEAREST : NEAREST + hidden])
            continue
        if kind == "call":
            yield from _of_call(telling, row, is_asked=number == 0)
        elif (cause := telling.cause_of(row)) >= 0:
            yield telling.of_dispatch(
                row, f"{telling.dispatch(row)} was emitted inside {telling.call(cause)}.", place=telling.code(cause)
            )


def _of_call(telling: Telling, row: int, *, is_asked: bool) -> Iterator[Reason]:
    calls = telling.trace.calls
    dispatch = telling.dispatch_of(row)
    if dispatch < 0:
        yield telling.of_call(row, f"{telling.call(row)} was called for a dispatch that this capture does not hold.")
        return
    waited = int(calls.started_ns[row]) - int(telling.trace.dispatches.emitted_ns[dispatch])
    yield telling.of_call(
        row, f"{telling.call(row)} was called for {telling.event(dispatch)}, {duration(waited)} after its emit."
    )
    if not is_asked:
        return
    since = listening_since(telling, row, dispatch)
    if since is not None:
        yield since
    for before in attempts_of(telling.trace, row):
        if int(calls.attempt[before]) == int(calls.attempt[row]) - 1:
            yield telling.of_call(
                before,
                f"It is attempt {int(calls.attempt[row])}: the one before, {telling.call(before)}, "
                f"{_ended(telling, before)}.",
            )


def _ended(telling: Telling, row: int) -> str:
    if int(telling.trace.calls.error[row]):
        return f"failed with {telling.error(row)}"
    return "did not end well" if int(telling.trace.calls.ended_ns[row]) >= 0 else "has not ended"


def _folded(telling: Telling, chain: list[tuple[str, int]]) -> Reason:
    events = dict.fromkeys(telling.event(row) for kind, row in chain if kind == "dispatch")
    shown = ", ".join(list(events)[:5])
    more = f" and {len(events) - 5} others" if len(events) > 5 else ""
    row = next((row for kind, row in chain if kind == "dispatch"), chain[0][1])
    text = f"{several(len(chain), 'more link')} of the chain lead from there up, through {shown}{more}."
    return telling.of_dispatch(row, text) if any(kind == "dispatch" for kind, _ in chain) else Reason(text)


def _top(telling: Telling, last: int, end: tuple[str, int]) -> Iterator[Reason]:
    """What is known of the emit that began the flow. end: the last link of the chain."""
    if end[0] == "call" or last < 0:
        return
    trace = telling.trace
    dispatches = trace.dispatches
    lane = telling.text(int(dispatches.lane[last])) if dispatches.lane[last] else ""
    on = f" on {lane}" if lane else ""
    who = telling.dispatch(last)
    if int(dispatches.parent_call[last]):
        yield telling.of_dispatch(
            last, f"{who} was emitted inside a call that this capture does not hold.", Sure.UNKNOWN
        )
    elif dispatches.cause_unknown[last]:
        yield telling.of_dispatch(
            last,
            f"The program could not tell what emitted {who}{on}: a thread or task from before the watching, or from "
            "elsewhere.",
            Sure.UNKNOWN,
        )
        yield from _running_then(telling, last)
    else:
        yield telling.of_dispatch(last, f"{who} was emitted{on} outside of any call: the flow begins there.")


def _running_then(telling: Telling, dispatch: int) -> Iterator[Reason]:
    """Those that could have emitted it: they ran at that moment. The last ones to begin."""
    calls = telling.trace.calls
    when = int(telling.trace.dispatches.emitted_ns[dispatch])
    ended = calls.ended_ns
    rows = np.flatnonzero(
        (calls.started_ns <= when) & ((ended < 0) | (ended >= when)) & (calls.flags & Flag.UNTIMED == 0)
    )
    for row in rows[np.argsort(-calls.started_ns[rows], kind="stable")][:MOST_RUNNING].tolist():
        yield telling.of_call(row, f"{telling.call(row)} ran at that moment, and may have led to it.", Sure.INFERRED)
