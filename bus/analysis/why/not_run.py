"""Why did a handler not run for an emit: not subscribed then, not for it, skipped, waiting, or nobody can tell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from bus.analysis.not_called import waiting_handlers
from bus.analysis.problems.near_names import NearNames
from bus.analysis.why.answer import Answer, Reason, Sure
from bus.analysis.why.listening import Listening, how_it_ended, ledger, only_for, where
from bus.analysis.why.question import Offer, Question, Subject
from bus.analysis.why.skips import filter_reasons, skip_reasons, unnamed_skips
from bus.analysis.why.telling import Telling
from bus.analysis.why.waiting import broker_reasons, waiting_reasons
from bus.trace import joining
from bus.wording import duration, several

MOST_OFFERED = 12
"""Handlers of one emit that a menu asks about."""

MOST_NEAR = 3
"""Events with a similar name, and other events of a handler, that are told."""


def offers(telling: Telling, subject: Subject) -> Sequence[Offer]:
    """Each handler that could have run for an emit and did not; and of a handler's lane why nothing ran at a time."""
    if subject.kind == "handler":
        then = f"run {telling.at(subject.at_ns)}" if subject.at_ns is not None else "run"
        return [Offer("not-run", f"Why did {telling.text(subject.id)} not {then}?", subject.id)]
    row = _dispatch(telling, subject)
    if row < 0:
        return []
    event = telling.event(row)
    return [
        Offer("not-run", f"Why did {telling.text(each)} not run for {event}?", each)
        for each in not_called(telling, row)[:MOST_OFFERED]
    ]


def answer(telling: Telling, subject: Subject, other: int) -> Answer:
    """Why the handler (its name id) did not run. Raises ValueError where none is named."""
    if not other:
        raise ValueError("which handler?")
    if subject.kind == "handler":
        return _at_a_time(telling, subject, other)
    row = _dispatch(telling, subject)
    if row < 0:
        text = "The dispatch of this call is not in the capture."
        return Answer("not-run", f"Why did {telling.text(other)} not run?", text, (Reason(text, Sure.UNKNOWN),))
    title = f"Why did {telling.text(other)} not run for {telling.event(row)}?"
    reasons = not_run_reasons(telling, row, other)
    return Answer("not-run", title, reasons[0].text, tuple(reasons))


QUESTION = Question("not-run", "why did a handler not run for this emit", offers, answer, ("dispatch", "call"))


def not_called(telling: Telling, dispatch: int) -> list[int]:
    """Handlers (name ids) that were subscribed to the event some time, or to a similar one, and not called for this."""
    trace = telling.trace
    called = {
        telling.first_handler(each) for each in np.unique(trace.calls.handler[telling.calls_of(dispatch)]).tolist()
    }
    event = int(trace.dispatches.event[dispatch])
    ident = trace.dispatches.id[dispatch]
    told = [
        table.view("handler")[table.view("dispatch") == ident].tolist() for table in (trace.skipped, trace.filtered)
    ]
    some = [*told[0], *told[1], *_subscribed(telling, telling.same_events(event))]
    some += [each for near in near_events(telling, event) for each in _subscribed(telling, telling.same_events(near))]
    found: dict[int, int] = {}
    for each in some:
        if each and (first := telling.first_handler(each)) not in called:
            found.setdefault(first, each)
    return list(found.values())


def near_events(telling: Telling, event: int) -> list[int]:
    """Events that somebody subscribed to and whose name differs from this one by a letter."""
    names = telling.trace.names
    subscribed = {names.text(each): each for each in np.unique(telling.trace.subscriptions.view("event")).tolist()}
    return [subscribed[text] for text in NearNames(subscribed).of(names.text(event))][:MOST_NEAR]


def not_run_reasons(telling: Telling, dispatch: int, handler: int) -> list[Reason]:
    """Why a handler did not run for a dispatch (its row): the reason, and what it rests on."""
    telling.end_if_unwanted()
    trace = telling.trace
    handlers = telling.same_handlers(handler)
    calls = telling.calls_of(dispatch)
    ran = calls[np.isin(trace.calls.handler[calls], handlers)]
    if len(ran):
        return [telling.of_call(int(ran[0]), f"It did run: {telling.call(int(ran[0]))}.")]
    if found := skip_reasons(telling, dispatch, handlers):
        return found
    emitted = int(trace.dispatches.emitted_ns[dispatch])
    own = ledger(telling, events=[int(trace.dispatches.event[dispatch])], handlers=handlers, around_ns=emitted)
    then = [one for one in own if one.covers(emitted)]
    found = filter_reasons(telling, dispatch, handlers)
    if found and (then or found[0].sure is Sure.CERTAIN):
        return found + [_listens(telling, one, emitted) for one in then[:1]]
    if then:
        return list(_was_listening(telling, dispatch, handler, then[-1]))
    if own:
        return list(_not_then(telling, dispatch, own, emitted))
    return list(_never(telling, dispatch, handler, handlers, emitted))


def _at_a_time(telling: Telling, subject: Subject, handler: int) -> Answer:
    """Of a handler and a time: the last emit before it that could have been for it."""
    trace = telling.trace
    when = subject.at_ns if subject.at_ns is not None else trace.span_ns[1]
    handlers = telling.same_handlers(handler)
    who, title = telling.text(handler), offers(telling, subject)[0].title
    told = trace.subscriptions
    events = set(np.unique(told.view("event")[np.isin(told.view("handler"), handlers)]).tolist())
    mine = np.flatnonzero(np.isin(trace.calls.handler, handlers))
    served = trace.dispatches.rows_of(trace.calls.dispatch[mine])
    events |= set(np.unique(trace.dispatches.event[served[served >= 0]]).tolist())
    alike = [ident for event in sorted(events) for ident in telling.same_events(int(event))]
    rows = np.flatnonzero(np.isin(trace.dispatches.event, alike) & (trace.dispatches.emitted_ns <= when))
    if not len(rows):
        listens = ", ".join(dict.fromkeys(telling.text(int(event)) for event in sorted(events))) or "nothing"
        text = f"Nothing that it listens to was emitted before that: it listens to {listens}."
        reason = Reason(text, _absent(telling), time_ns=when)
        return Answer("not-run", title, text, (reason,))
    last = int(rows[np.argmax(trace.dispatches.emitted_ns[rows])])
    gap = duration(when - int(trace.dispatches.emitted_ns[last]))
    calls = telling.calls_of(last)
    ran = calls[np.isin(trace.calls.handler[calls], handlers)]
    head = f"The last emit before that which {who} listens to is {telling.dispatch(last)}, {gap} earlier"
    if len(ran):
        failed = " and failed" if int(trace.calls.error[ran[0]]) else ""
        text = f"{head}, and {who} ran for it{failed}."
        return Answer("not-run", title, text, (telling.of_dispatch(last, text), _ran_for(telling, int(ran[0]))))
    reasons = not_run_reasons(telling, last, handler)
    return Answer("not-run", title, reasons[0].text, (telling.of_dispatch(last, f"{head}."), *reasons))


def _ran_for(telling: Telling, call: int) -> Reason:
    calls = telling.trace.calls
    lasted = telling.until(call) - int(calls.started_ns[call])
    running = " so far" if int(calls.ended_ns[call]) < 0 else ""
    failed = f", and failed with {telling.error(call)}" if int(calls.error[call]) else ""
    begun = telling.at(int(calls.started_ns[call]))
    return telling.of_call(call, f"{telling.call(call)} ran for it {begun}, for {duration(lasted)}{running}{failed}.")


def _dispatch(telling: Telling, subject: Subject) -> int:
    """Row of the dispatch that is meant, of a call that which it served; -1 for none."""
    if subject.kind == "dispatch":
        return telling.trace.dispatches.row_of(subject.id)
    row = telling.trace.calls.row_of(subject.id) if subject.kind == "call" else -1
    return telling.dispatch_of(row) if row >= 0 else -1


def _subscribed(telling: Telling, events: Sequence[int]) -> list[int]:
    told = telling.trace.subscriptions
    return [int(each) for each in np.unique(told.view("handler")[np.isin(told.view("event"), events)])]


def _absent(telling: Telling) -> Sure:
    """How sure it is that something did not happen which the capture does not have."""
    return Sure.UNKNOWN if telling.lacks else Sure.CERTAIN


def _was_listening(telling: Telling, dispatch: int, handler: int, one: Listening) -> Iterator[Reason]:
    """It was subscribed and is neither skipped nor filtered: it waits, or the capture lacks what became of it."""
    trace = telling.trace
    who, what = telling.text(handler), telling.dispatch(dispatch)
    emitted = int(trace.dispatches.emitted_ns[dispatch])
    told = broker_reasons(telling, dispatch, handler)
    if told:
        yield from told
    elif {telling.first_handler(each) for each in waiting_handlers(trace, dispatch)} & {telling.first_handler(handler)}:
        yield telling.of_dispatch(dispatch, f"{who} was announced for {what}, and has not begun.")
        yield from waiting_reasons(telling, dispatch)
    elif many := unnamed_skips(telling, dispatch):
        yield telling.of_dispatch(
            dispatch, f"{several(many, 'handler')} of {what} were skipped, and the capture does not say which.",
            Sure.UNKNOWN,
        )  # fmt: skip
    else:
        why = telling.lacks or "nothing is recorded of why it was not called"
        yield telling.of_dispatch(dispatch, f"This capture cannot tell: {who} listened, and {why}.", Sure.UNKNOWN)
    yield _listens(telling, one, emitted)


def _listens(telling: Telling, one: Listening, emitted: int) -> Reason:
    place = where(telling, one)
    since = f", {duration(emitted - one.since_ns)} before the emit" if one.since_ns is not None else ""
    only = only_for(telling, one)
    text = f"{telling.text(one.handler)} was subscribed{f' at {place}' if place else ''}{since}"
    return Reason(f"{text}{f', only for {only}' if only else ''}.", time_ns=one.since_ns, place=place)


def _not_then(telling: Telling, dispatch: int, own: Sequence[Listening], emitted: int) -> Iterator[Reason]:
    """It listened before, or later, or both."""
    who = telling.text(own[0].handler)
    sure = Sure.INFERRED if telling.lacks else Sure.CERTAIN
    gone = [one for one in own if one.until_ns is not None and one.until_ns <= emitted]
    later = [one for one in own if one.since_ns is not None and one.since_ns > emitted]
    if gone:
        last = max(gone, key=lambda one: one.until_ns or 0)
        assert last.until_ns is not None
        place = where(telling, last)
        gap = duration(emitted - last.until_ns)
        text = f"{who} listened no more: {how_it_ended(telling, last)}, {gap} before the emit."
        yield Reason(text, sure, time_ns=last.until_ns, place=place)
        if last.since_ns is not None:
            lived = duration(last.until_ns - last.since_ns)
            at = f" at {place}" if place else ""
            yield Reason(f"It had been subscribed{at}, and listened for {lived}.", time_ns=last.since_ns, place=place)
        if last.once:
            yield from _used_up(telling, last)
    if later:
        first = min(later, key=lambda one: one.since_ns or 0)
        assert first.since_ns is not None
        place = where(telling, first)
        at = f" at {place}" if place else ""
        again = "again " if gone else ""
        text = f"{who} was subscribed {again}only {duration(first.since_ns - emitted)} after the emit{at}."
        yield Reason(text, sure, time_ns=first.since_ns, place=place)
    if telling.lacks:
        yield Reason(f"Something may be missing: {telling.lacks}.", Sure.UNKNOWN)


def _used_up(telling: Telling, one: Listening) -> Iterator[Reason]:
    """The call by which a subscription for one emit was used up."""
    calls = telling.trace.calls
    rows = np.flatnonzero(calls.handler == one.handler)
    rows = rows[calls.emitted_ns[rows] <= (one.until_ns or 0)]
    if len(rows):
        row = int(rows[-1])
        yield telling.of_call(row, f"{telling.call(row)} was the one call that it was subscribed for.", Sure.INFERRED)


def _never(telling: Telling, dispatch: int, handler: int, handlers: Sequence[int], emitted: int) -> Iterator[Reason]:
    """It was never subscribed to this event on this bus."""
    trace = telling.trace
    event = int(trace.dispatches.event[dispatch])
    who, what = telling.text(handler), telling.event(dispatch)
    sure = _absent(telling)
    if trace.dispatches.columns.view("seen")[dispatch] & joining.DURABLE and (
        told := broker_reasons(telling, dispatch, handler)
    ):
        yield from told
        return
    others = ledger(telling, handlers=handlers, around_ns=emitted)
    alike = [one for one in others if one.event != event and telling.text(one.event) == what]
    near = {trace.names.text(each) for each in near_events(telling, event)}
    slips = [one for one in others if trace.names.text(one.event) in near]
    if alike:
        bus, other = telling.observed.bus_text(event) or "its bus", telling.observed.bus_text(alike[0].event)
        text = f"{who} listens to {what} on {other or 'another bus'}, and this one was emitted on {bus}."
        yield _about(telling, alike[0], text, sure)
    elif slips:
        text = f"{who} listens to {telling.text(slips[0].event)}, and this is {what}: the names differ by a letter."
        yield _about(telling, slips[0], text, sure)
    elif others:
        events = list(dict.fromkeys(telling.text(one.event) for one in others))
        shown = ", ".join(events[:MOST_NEAR]) + (
            f" and {len(events) - MOST_NEAR} more" if len(events) > MOST_NEAR else ""
        )
        yield _about(telling, others[0], f"{who} was never subscribed to {what}: it listens to {shown}.", sure)
    else:
        text = f"{who} was never subscribed to {what}, nor to anything else, as far as this capture tells."
        yield telling.of_dispatch(dispatch, text, sure)
    if telling.lacks:
        yield Reason(f"This capture cannot tell for sure: {telling.lacks}.", Sure.UNKNOWN)


def _about(telling: Telling, one: Listening, text: str, sure: Sure) -> Reason:
    return Reason(text, sure, time_ns=one.since_ns, place=where(telling, one))
