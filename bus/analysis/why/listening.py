"""The ledger of subscriptions: who listened to what, from when to when, subscribed where, and how that ended."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bus.analysis.why.answer import Reason
from bus.analysis.why.telling import Rows, Telling
from bus.errors import Place
from bus.wording import duration
from buslens.records import Flag

MOST_CHANGES = 20_000
"""Subscriptions and removals that are walked through for one answer: those around the moment, where there are more."""


@dataclass(frozen=True, slots=True)
class Listening:
    """One subscription: a handler at an event of a bus, from when to when."""

    handler: int
    event: int
    """Name ids."""

    since_ns: int | None
    """None where the capture begins later."""

    until_ns: int | None
    """None while it goes on."""

    added: int
    removed: int
    """Rows of `trace.subscriptions`, -1 for none."""

    once: bool

    def covers(self, time_ns: int) -> bool:
        """Whether it listened at this moment."""
        return (self.since_ns is None or self.since_ns <= time_ns) and (
            self.until_ns is None or self.until_ns > time_ns
        )


def ledger(
    telling: Telling,
    *,
    events: Iterable[int] | None = None,
    handlers: Iterable[int] | None = None,
    around_ns: int | None = None,
) -> list[Listening]:
    """Subscriptions to these events, of these handlers (name ids; None: all), in the order in which they began.

    around_ns: where there are more than MOST_CHANGES, those around this moment; None: the last ones.
    """
    told = telling.trace.subscriptions
    wanted = np.ones(len(told), bool)
    if events is not None:
        wanted &= np.isin(told.view("event"), np.fromiter(events, np.uint64))
    if handlers is not None:
        wanted &= np.isin(told.view("handler"), np.fromiter(handlers, np.uint64))
    return _paired(telling, _near(told.view("time_ns"), np.flatnonzero(wanted), around_ns))


def _near(times: Rows, rows: Rows, around_ns: int | None) -> Rows:
    rows = rows[np.argsort(times[rows], kind="stable")]
    if len(rows) <= MOST_CHANGES:
        return rows
    behind = len(rows) if around_ns is None else int(np.searchsorted(times[rows], around_ns, "right"))
    first = max(0, min(behind - MOST_CHANGES // 2, len(rows) - MOST_CHANGES))
    return rows[first : first + MOST_CHANGES]


def _paired(telling: Telling, rows: Rows) -> list[Listening]:
    """Each subscription with its end. A removal ends the oldest one of its handler and event that goes on."""
    told = telling.trace.subscriptions
    columns = (told.view(name)[rows].tolist() for name in ("time_ns", "handler", "event", "added", "flags"))
    open_: dict[tuple[int, int], deque[int]] = {}
    found: list[Listening] = []
    for row, time, handler, event, added, flags in zip(rows.tolist(), *columns, strict=True):
        waiting = open_.setdefault((handler, event), deque())
        once = bool(flags & Flag.ONCE)
        if added:
            waiting.append(len(found))
            found.append(Listening(handler, event, time, None, row, -1, once))
        elif waiting:
            at = waiting.popleft()
            begun = found[at]
            found[at] = Listening(handler, event, begun.since_ns, time, begun.added, row, begun.once or once)
        else:
            found.append(Listening(handler, event, None, time, -1, row, once))
    return found


def where(telling: Telling, one: Listening) -> Place | None:
    """Where it was subscribed; the handler's own code where that is not known."""
    for row in (one.added, one.removed):
        if row >= 0 and (place := telling.observed.subscribed_at(row)) is not None:
            return place
    return telling.observed.handler_place(one.handler)


def how_it_ended(telling: Telling, one: Listening) -> str:
    """Why it listens no more, in a few words; "" while it goes on."""
    if one.removed < 0:
        return ""
    why = telling.observed.note(one.removed).get("why", "")
    if isinstance(why, str) and why:
        return f"it died: {why[:200]}"
    return "it was for one emit only" if one.once else "it was removed"


def only_for(telling: Telling, one: Listening) -> str:
    """For what of the event it listens, such as a sender; "" for all."""
    only = telling.observed.note(one.added).get("only", "") if one.added >= 0 else ""
    return only[:200] if isinstance(only, str) else ""


def sentences(telling: Telling, some: Sequence[Listening]) -> Iterator[Reason]:
    """Each subscription in words: from where, since when, until when, and why it ended."""
    start = telling.trace.span_ns[0]
    for one in some:
        place = where(telling, one)
        is_told = one.added >= 0 and telling.observed.subscribed_at(one.added) is not None
        at = f", subscribed at {place}" if is_told else ""
        since = (
            "since before this capture begins" if one.since_ns is None else f"since {_seconds(one.since_ns - start)}"
        )
        only = only_for(telling, one)
        ends = ", for one emit" if one.once else ""
        if one.until_ns is not None:
            ends = f", until {_seconds(one.until_ns - start)} ({how_it_ended(telling, one)})"
        what = f"{telling.text(one.handler)} listens to {telling.text(one.event)}"
        text = f"{what} {since}{ends}{f', only for {only}' if only else ''}{at}."
        yield Reason(text, time_ns=one.since_ns, place=place)


def listening_since(telling: Telling, call_row: int, dispatch_row: int) -> Reason | None:
    """Since when and from where the handler of a call listened to its event; None where the capture does not say."""
    trace = telling.trace
    emitted = int(trace.dispatches.emitted_ns[dispatch_row])
    handlers = telling.same_handlers(int(trace.calls.handler[call_row]))
    some = ledger(telling, events=[int(trace.dispatches.event[dispatch_row])], handlers=handlers, around_ns=emitted)
    then = [one for one in some if one.covers(emitted)]
    if not then or then[-1].since_ns is None:
        return None
    one = then[-1]
    assert one.since_ns is not None
    place = where(telling, one)
    named = f" at {place}" if place is not None else ""
    text = (
        f"{telling.text(one.handler)} listens to {telling.text(one.event)}: it was subscribed{named}, "
        f"{duration(emitted - one.since_ns)} before the emit."
    )
    return Reason(text, time_ns=one.since_ns, place=place)


def _seconds(nanoseconds: int) -> str:
    return f"{nanoseconds / 1e9:.6f} s"
