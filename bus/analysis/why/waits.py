"""What does it wait for, and who waits for it."""

from __future__ import annotations

from collections.abc import Sequence

from bus.analysis.why.answer import Answer, Reason, Sure
from bus.analysis.why.pending import call_waits_for, pending_of
from bus.analysis.why.question import Offer, Question, Subject
from bus.analysis.why.telling import Telling
from bus.analysis.why.waiting import waiting_reasons
from bus.wording import duration
from buslens.records import Outcome

MOST = 10
"""Running calls of one dispatch that are told."""


def offers(telling: Telling, subject: Subject) -> Sequence[Offer]:
    """What has not ended."""
    trace = telling.trace
    if subject.kind == "call" and (row := trace.calls.row_of(subject.id)) >= 0:
        return [Offer("waits", f"What does {telling.handler(row)} wait for?")] if trace.calls.ended_ns[row] < 0 else []
    if subject.kind == "dispatch" and (row := trace.dispatches.row_of(subject.id)) >= 0:
        is_open = int(trace.dispatches.outcome[row]) == Outcome.RUNNING
        return [Offer("waits", f"What does {telling.event(row)} wait for?")] if is_open else []
    return []


def answer(telling: Telling, subject: Subject, _other: int = 0) -> Answer:
    """What it waits for, link by link; then who waits for it."""
    trace = telling.trace
    title = offers(telling, subject)[0].title
    if subject.kind == "call":
        row = trace.calls.row_of(subject.id)
        reasons = call_waits_for(telling, row)
    else:
        row = trace.dispatches.row_of(subject.id)
        reasons = list(waiting_reasons(telling, row))
        calls = telling.calls_of(row)
        for call in calls[trace.calls.ended_ns[calls] < 0][:MOST].tolist():
            since = duration(trace.span_ns[1] - int(trace.calls.started_ns[call]))
            reasons += [telling.of_call(call, f"{telling.call(call)} runs, for {since} so far.")]
            reasons += call_waits_for(telling, call)
        if not reasons:
            reasons = [telling.of_dispatch(row, "What it waits for is not recorded.", Sure.UNKNOWN)]
    short = _short(reasons)
    above = pending_of(telling, subject.kind, row).waiting
    if above is not None:
        waiting = trace.calls.row_of(above[1])
        text = f"{telling.call(waiting)}, which has emitted it, has not ended either."
        reasons.append(telling.of_call(waiting, text, Sure.INFERRED))
    if not trace.ended:
        text = "The capture has no end mark: its program goes on or was killed, and this may have ended since."
        reasons.append(Reason(text, Sure.UNKNOWN))
    return Answer("waits", title, short, tuple(dict.fromkeys(reasons)))


QUESTION = Question("waits", "what does it wait for, and who waits for it", offers, answer)


def _short(reasons: Sequence[Reason]) -> str:
    """The last link that is known: that is what everything above it waits for."""
    known = [reason for reason in reasons if reason.sure is not Sure.UNKNOWN]
    return (known or list(reasons))[-1].text
