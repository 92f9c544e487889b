"""Why did this fail: what was raised and where, the call that it came out of, and whether that is usual."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from bus.analysis.delivery_history import HistoryStep, anatomy_of, attempts_of
from bus.analysis.why.answer import Answer, Reason, Sure
from bus.analysis.why.question import Offer, Question, Subject
from bus.analysis.why.skips import skip_reasons
from bus.analysis.why.telling import BAD, Telling
from bus.analysis.why.traceback import raised_in
from bus.errors import Place
from bus.wording import duration, several
from buslens.records import Decided, Kind, Outcome

ASKED = {
    Outcome.FAILED: "Why did {} fail?",
    Outcome.TIMED_OUT: "Why did {} time out?",
    Outcome.CANCELLED: "Why was {} cancelled?",
    Outcome.NEVER_RAN: "Why did the body of {} never run?",
}
MOST_DEEP = 50
"""Calls inside each other that an exception is followed through."""

MOST_INSIDE = 1_000
"""Emits of one call that are looked into for where its exception came from."""

MOST_FAILED = 10
"""Failed calls of one dispatch that are told."""

MOST_READ = 50
"""Errors of other calls of the handler that are compared."""

UNHAPPY = {
    Kind.REJECTED: "was rejected",
    Kind.DEAD_LETTERED: "became a dead letter",
    Kind.DISCARDED: "was discarded",
    Kind.WORK_FAILED: "failed at its worker",
}


def offers(telling: Telling, subject: Subject) -> Sequence[Offer]:
    """What did not end well."""
    trace = telling.trace
    if subject.kind == "call" and (row := trace.calls.row_of(subject.id)) >= 0:
        asked = ASKED.get(Outcome(int(trace.calls.outcome[row])))
        return [Offer("failed", asked.format(telling.handler(row)))] if asked else []
    if subject.kind == "dispatch" and (row := trace.dispatches.row_of(subject.id)) >= 0:
        is_bad = bool(trace.dispatches.failed[row]) or int(trace.dispatches.outcome[row]) in ASKED
        return [Offer("failed", f"Why did {telling.event(row)} fail?")] if is_bad else []
    return []


def answer(telling: Telling, subject: Subject, _other: int = 0) -> Answer:
    """From what failed down to where that came from."""
    title = offers(telling, subject)[0].title
    if subject.kind == "call":
        row = telling.trace.calls.row_of(subject.id)
        reasons = list(_of_call(telling, row))
        return Answer("failed", title, _short(telling, row), tuple(reasons))
    row = telling.trace.dispatches.row_of(subject.id)
    return _of_dispatch(telling, row, title)


QUESTION = Question("failed", "why did this fail, and where did that come from", offers, answer)


def _of_dispatch(telling: Telling, dispatch: int, title: str) -> Answer:
    calls = telling.trace.calls
    rows = telling.calls_of(dispatch)
    bad = rows[np.isin(calls.outcome[rows], list(ASKED))]
    reasons: list[Reason] = []
    for row in bad[:MOST_FAILED].tolist():
        reasons += list(_of_call(telling, row)) if len(bad) == 1 else [_head(telling, row)]
    if len(bad) > 1:
        reasons += list(_origin(telling, int(bad[0])))
    if len(bad) > MOST_FAILED:
        reasons.append(Reason(f"{several(len(bad) - MOST_FAILED, 'more call')} of it did not end well."))
    reasons += skip_reasons(telling, dispatch)
    reasons += _told_by_broker(telling, dispatch)
    if len(bad):
        short = _short(telling, int(bad[0]))
    else:
        short = reasons[0].text if reasons else "The capture does not say what went wrong."
    if not reasons:
        reasons = [telling.of_dispatch(dispatch, short, Sure.UNKNOWN)]
    return Answer("failed", title, short, tuple(reasons))


def _of_call(telling: Telling, row: int) -> Iterator[Reason]:
    yield _head(telling, row)
    outcome = int(telling.trace.calls.outcome[row])
    if outcome in BAD:
        yield from _origin(telling, row)
        yield from _attempts(telling, row)
        yield from _usual(telling, row)
    elif outcome == Outcome.CANCELLED:
        if given_up := _given_up(telling, row):
            yield given_up
            return
        if (error := telling.trace.error(row)) is not None and error.message:
            yield telling.of_call(row, f"{error.message[0].upper()}{error.message[1:]}.")
        yield Reason("Who cancelled it is not recorded.", Sure.UNKNOWN)
    if (dispatch := telling.dispatch_of(row)) >= 0:
        yield from _told_by_broker(telling, dispatch, int(telling.trace.calls.id[row]))


def _given_up(telling: Telling, row: int) -> Reason | None:
    """What its run decided to give it up for: a full queue, or that its event had expired; None where it did not."""
    marks = telling.trace.marks
    mine = (marks.call == telling.trace.calls.id[row]) & np.isin(marks.decided, (Decided.DROPPED, Decided.EXPIRED))
    found = np.flatnonzero(mine)
    if not len(found):
        return None
    mark, call = int(found[-1]), int(telling.trace.calls.id[row])
    text = f"The run gave it up itself: {marks.text(mark)}."
    return Reason(text, kind="call", id=call, time_ns=int(marks.time_ns[mark]), place=telling.code(row))


def _short(telling: Telling, row: int) -> str:
    outcome = int(telling.trace.calls.outcome[row])
    if outcome not in BAD:
        given_up = _given_up(telling, row) if outcome == Outcome.CANCELLED else None
        return (given_up or _head(telling, row)).text
    source = _path_to_origin(telling, row)[-1]
    raised = _raised(telling, source)
    at = f" at {raised}" if raised is not None else ""
    inside = f" inside {telling.call(source)}" if source != row else ""
    return f"{telling.handler(row)} failed because {telling.error(source)} was raised{inside}{at}."


def _head(telling: Telling, row: int) -> Reason:
    """What became of the call."""
    calls = telling.trace.calls
    outcome, who = int(calls.outcome[row]), telling.call(row)
    lasted = duration(telling.until(row) - int(calls.started_ns[row]))
    if outcome == Outcome.NEVER_RAN:
        error = telling.trace.error(row)
        why = f": {error.message.strip()[:300]}" if error is not None and error.message.strip() else ""
        text = f"{who} was called, and its body never ran{why}."
    elif outcome == Outcome.CANCELLED:
        text = f"{who} was cancelled {duration(telling.until(row) - int(calls.started_ns[row]))} after it began."
    elif outcome == Outcome.TIMED_OUT:
        text = f"{who} was ended after {lasted}: it timed out."
    else:
        text = f"{who} failed after {lasted} with {telling.error(row)}."
    return telling.of_call(row, text, place=_raised(telling, row))


def _raised(telling: Telling, row: int) -> Place | None:
    error = telling.trace.error(row)
    found = raised_in(error.traceback) if error is not None else []
    return found[0].place if found else None


def _origin(telling: Telling, row: int) -> Iterator[Reason]:
    """Down through the calls that the same exception came out of before, to where it was raised."""
    path = _path_to_origin(telling, row)
    for inner in path[1:]:
        dispatch = telling.dispatch_of(inner)
        yield telling.of_call(
            inner,
            f"The same exception had come out of {telling.call(inner)} before, which ran inside it for "
            f"{telling.event(dispatch)}.",
            Sure.INFERRED, _raised(telling, inner),
        )  # fmt: skip
    source = path[-1]
    error = telling.trace.error(source)
    for number, each in enumerate(raised_in(error.traceback) if error is not None else []):
        if each.place is None:
            continue
        word = "It was raised" if number == 0 else f"Before that, {each.text or 'another exception'} was raised"
        yield telling.of_call(source, f"{word} at {each.place}.", place=each.place)


def _path_to_origin(telling: Telling, row: int) -> list[int]:
    """Rows of calls: this one, and further and further inside those that had failed with the same exception."""
    path = [row]
    while len(path) < MOST_DEEP:
        inner = _inner(telling, path[-1])
        if inner < 0 or inner in path:
            break
        path.append(inner)
    return path


def _inner(telling: Telling, row: int) -> int:
    """The last call inside this one that had failed with the same exception by the time this one did, -1 for none."""
    calls = telling.trace.calls
    mine, until = telling.trace.error(row), telling.until(row)
    if mine is None:
        return -1
    for dispatch in telling.emitted_in(row)[-MOST_INSIDE:][::-1].tolist():
        inside = telling.calls_of(dispatch)
        inside = inside[np.isin(calls.outcome[inside], BAD) & (calls.ended_ns[inside] <= until)]
        for each in inside[::-1][:MOST_FAILED].tolist():
            its = telling.trace.error(each)
            if its is not None and (its.type, its.message) == (mine.type, mine.message):
                return int(each)
    return -1


def _attempts(telling: Telling, row: int) -> Iterator[Reason]:
    calls = telling.trace.calls
    for other in attempts_of(telling.trace, row):
        if other != row:
            outcome = int(calls.outcome[other])
            how = "ended well" if outcome == Outcome.OK else "has not ended"
            how = f"failed with {telling.error(other)}" if outcome in BAD else how
            yield telling.of_call(other, f"Attempt {int(calls.attempt[other])}, {telling.call(other)}, {how}.")


def _usual(telling: Telling, row: int) -> Iterator[Reason]:
    """How often calls of this handler fail, and the first one that did."""
    calls = telling.trace.calls
    mine = np.flatnonzero(np.isin(calls.handler, telling.same_handlers(int(calls.handler[row]))))
    others = len(mine) - 1
    if not others:
        return
    failed = mine[np.isin(calls.outcome[mine], BAD) & (mine != row)]
    text = f"{_none(len(failed))} of {several(others, 'other call')} of {telling.handler(row)} failed"
    if not len(failed):
        yield Reason(f"{text}.")
        return
    first, error = int(failed[0]), telling.error(row)
    alike = sum(telling.error(each) == error for each in failed[:MOST_READ].tolist())
    read = "" if len(failed) <= MOST_READ else f" of the first {MOST_READ}"
    same = f"{_none(alike).lower()}{read} with the same words"
    yield telling.of_call(first, f"{text}, {same}; the first was {telling.call(first)}.")


def _none(number: int) -> str:
    return f"{number:,}" if number else "None"


def _told_by_broker(telling: Telling, dispatch: int, call: int = 0) -> Iterator[Reason]:
    if not len(telling.trace.deliveries):
        return
    for step in anatomy_of(telling.trace, int(telling.trace.dispatches.id[dispatch])).steps:
        if step.kind in UNHAPPY and (not call or step.call in (0, call)) and not _is_told(telling, step):
            why = f": {step.note[:300]}" if step.note else ""
            yield telling.of_dispatch(
                dispatch, f"{telling.dispatch(dispatch)} {UNHAPPY[step.kind]} {telling.at(step.time_ns)}{why}."
            )


def _is_told(telling: Telling, step: HistoryStep) -> bool:
    """Whether a step only says that a call has failed at its worker, which the call itself says."""
    row = telling.trace.calls.row_of(step.call) if step.call else -1
    return step.kind is Kind.WORK_FAILED and not step.note and row >= 0 and telling.trace.calls.outcome[row] in BAD
