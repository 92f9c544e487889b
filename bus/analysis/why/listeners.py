"""Who listened at this moment: the ledger of subscriptions as it was then."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bus.analysis.why.answer import Answer, Reason, Sure
from bus.analysis.why.listening import Listening, ledger, sentences
from bus.analysis.why.question import Offer, Question, Subject
from bus.analysis.why.telling import Telling
from bus.wording import several

MOST = 100
"""Subscriptions that are told one by one."""

MOST_OTHERS = 20
"""Of an event: those that listened before or after that moment."""


def offers(telling: Telling, subject: Subject) -> Sequence[Offer]:
    """Of an emit or event who listened to it; of a handler what it listened to; of a moment everybody."""
    if not len(telling.trace.subscriptions):
        return []
    what, when = asked(telling, subject)
    if when is None:
        return []
    if subject.kind == "handler":
        return [Offer("listeners", f"What did {telling.text(subject.id)} listen to {telling.at(when)}?")]
    to = f" to {telling.text(what)}" if what else ""
    return [Offer("listeners", f"Who listened{to} {telling.at(when)}?")]


def answer(telling: Telling, subject: Subject, _other: int = 0) -> Answer:
    """Those that listened then, in the order in which they were subscribed; of an event also who came and went."""
    title = offers(telling, subject)[0].title
    what, when = asked(telling, subject)
    assert when is not None
    if subject.kind == "handler":
        some = ledger(telling, handlers=telling.same_handlers(subject.id), around_ns=when)
    else:
        some = ledger(telling, events=telling.same_events(what) if what else None, around_ns=when)
    then = [one for one in some if one.covers(when)]
    untold = _untold(telling, subject, then)
    reasons = list(sentences(telling, then[:MOST]))
    if len(then) > MOST:
        reasons.append(Reason(f"{several(len(then) - MOST, 'more subscription')} went on at that moment."))
    if what or subject.kind == "handler":
        reasons += _others(telling, [one for one in some if not one.covers(when)], when)
    names = {telling.text(one.event if subject.kind == "handler" else one.handler) for one in then}
    noun = "event" if subject.kind == "handler" else "handler"
    short = f"{several(len(names), noun)}: {', '.join(sorted(names)[:8])}{' …' if len(names) > 8 else ''}."
    if not then:
        short = "It listened to nothing then." if subject.kind == "handler" else "Nobody listened then."
    reasons += untold
    if untold and not then:
        short = untold[0].text
    if telling.lacks:
        reasons.append(Reason(f"Something may be missing: {telling.lacks}.", Sure.UNKNOWN))
    return Answer("listeners", title, short, tuple(reasons) or (Reason(short, time_ns=when),))


QUESTION = Question("listeners", "who listened at this moment, from where and until when", offers, answer)


def asked(telling: Telling, subject: Subject) -> tuple[int, int | None]:
    """The event (its name id, 0 for all) and the moment; no moment where the subject is not in the trace."""
    trace = telling.trace
    if subject.kind == "dispatch" and (row := trace.dispatches.row_of(subject.id)) >= 0:
        return int(trace.dispatches.event[row]), int(trace.dispatches.emitted_ns[row])
    if subject.kind == "call" and (row := trace.calls.row_of(subject.id)) >= 0:
        dispatch = telling.dispatch_of(row)
        return int(trace.dispatches.event[dispatch]) if dispatch >= 0 else 0, int(trace.calls.emitted_ns[row])
    if subject.kind in ("event", "handler", "moment"):
        when = trace.span_ns[1] if subject.at_ns is None else subject.at_ns
        return subject.id if subject.kind == "event" else 0, when
    return 0, None


def _untold(telling: Telling, subject: Subject, then: Sequence[Listening]) -> list[Reason]:
    """Handlers that were called though the capture does not say that they were subscribed."""
    trace = telling.trace
    if subject.kind == "handler":
        if then or not np.any(np.isin(trace.calls.handler, telling.same_handlers(subject.id))):
            return []
        return [Reason("It was called, and its subscription is not in this capture.", Sure.UNKNOWN)]
    row = trace.dispatches.row_of(subject.id) if subject.kind == "dispatch" else -1
    if subject.kind == "call" and (call := trace.calls.row_of(subject.id)) >= 0:
        row = telling.dispatch_of(call)
    if row < 0:
        return []
    listed = {telling.first_handler(one.handler) for one in then}
    found: dict[int, Reason] = {}
    for each in telling.calls_of(row)[:MOST].tolist():
        first = telling.first_handler(int(trace.calls.handler[each]))
        if first not in listed and first not in found:
            text = f"{telling.call(each)} was called for it, and its subscription is not in this capture."
            found[first] = telling.of_call(each, text)
    return list(found.values())


def _others(telling: Telling, some: Sequence[Listening], when: int) -> list[Reason]:
    """The nearest ones before and after, in the order of time."""
    near = sorted(
        some, key=lambda one: abs((one.until_ns if one.until_ns and one.until_ns <= when else one.since_ns or 0) - when)
    )
    chosen = set(near[:MOST_OTHERS])
    found = [
        Reason(f"Not then: {reason.text}", reason.sure, time_ns=reason.time_ns, place=reason.place)
        for reason in sentences(telling, [one for one in some if one in chosen])
    ]
    if len(some) > len(chosen):
        found.append(Reason(f"{several(len(some) - len(chosen), 'more subscription')} ended before or came later."))
    return found
