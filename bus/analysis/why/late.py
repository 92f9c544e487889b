"""Why so late: the critical path, told by what took longest."""

from __future__ import annotations

from collections.abc import Sequence

from bus.analysis.why.answer import Answer, PartKind, PathPart, Reason
from bus.analysis.why.critical_path import critical_path
from bus.analysis.why.question import Offer, Question, Subject
from bus.analysis.why.telling import Telling
from bus.trace.ids import id_text
from bus.wording import duration, several

MOST_TOLD = 12
"""Parts that are told, the longest ones."""


def offers(telling: Telling, subject: Subject) -> Sequence[Offer]:
    """Any call, and any dispatch that has had calls or waits for one."""
    row = _row(telling, subject)
    if row < 0:
        return []
    dispatches = telling.trace.dispatches
    if subject.kind == "call":
        return [Offer("late", f"Why did {telling.handler(row)} end so late?")]
    heard = int(dispatches.handlers[row]) > 0
    return [Offer("late", f"Why was {telling.event(row)} handled so late?")] if heard else []


def flow_offers(telling: Telling, subject: Subject) -> Sequence[Offer]:
    """What lies deeper in its flow."""
    row = _row(telling, subject)
    if row >= 0 and subject.kind == "call":
        row = telling.dispatch_of(row)
    if row < 0 or telling.cause_of(row) < 0 or not int(telling.trace.dispatches.handlers[row]):
        return []
    return [Offer("late-flow", f"Why so late since the flow of {telling.event(row)} began?")]


def answer(telling: Telling, subject: Subject, _other: int = 0) -> Answer:
    """From its emit to its end."""
    return _answer(telling, subject, offers(telling, subject)[0], whole_flow=False)


def flow_answer(telling: Telling, subject: Subject, _other: int = 0) -> Answer:
    """From the first emit of its flow to its end."""
    return _answer(telling, subject, flow_offers(telling, subject)[0], whole_flow=True)


QUESTION = Question("late", "why did this end so late after its emit", offers, answer)
OF_FLOW = Question("late-flow", "why did this end so late after the first emit of its flow", flow_offers, flow_answer)


def _row(telling: Telling, subject: Subject) -> int:
    trace = telling.trace
    if subject.kind == "call":
        return trace.calls.row_of(subject.id)
    return trace.dispatches.row_of(subject.id) if subject.kind == "dispatch" else -1


def _answer(telling: Telling, subject: Subject, offer: Offer, *, whole_flow: bool) -> Answer:
    path = critical_path(telling, subject.kind, _row(telling, subject), whole_flow=whole_flow)
    whole = sum(part.length_ns for part in path)
    told = _by_what(path)
    reasons = [_reason(telling, parts, whole) for parts in told[:MOST_TOLD]]
    if len(told) > MOST_TOLD:
        rest = sum(part.length_ns for parts in told[MOST_TOLD:] for part in parts)
        count = len(told) - MOST_TOLD
        reasons.append(Reason(f"{several(count, 'shorter part')} took {duration(rest)} together."))
    if not path:
        reasons = [Reason("It took no time at all, as far as the clock of the capture tells.")]
    short = f"{duration(whole)}"
    if told:
        longest = "; ".join(f"{_took(parts, whole)} {parts[0].text}" for parts in told[:2])
        short = f"{duration(whole)} in all: {longest}."
    return Answer(offer.question, offer.title, short, tuple(reasons), path)


def _by_what(path: Sequence[PathPart]) -> list[list[PathPart]]:
    """Parts that are about the same, together; those that took longest first."""
    found: dict[tuple[PartKind, str, int], list[PathPart]] = {}
    for part in path:
        found.setdefault((part.kind, part.text, part.call), []).append(part)
    return sorted(found.values(), key=lambda parts: -sum(part.length_ns for part in parts))


def _took(parts: Sequence[PathPart], whole: int) -> str:
    taken = sum(part.length_ns for part in parts)
    share = 100 * taken / whole if whole else 0
    return f"{duration(taken)} ({'<1' if 0 < share < 1 else round(share)} %)"


def _reason(telling: Telling, parts: Sequence[PathPart], whole: int) -> Reason:
    part = parts[0]
    text = f"{_took(parts, whole)} {part.kind}: {part.text}"
    if part.call >= 0:
        text += f" (call #{id_text(int(telling.trace.calls.id[part.call]))})"
    if part.call < 0:
        return Reason(f"{text}.", part.sure, time_ns=part.start_ns)
    return Reason(
        f"{text}.", part.sure, "call", int(telling.trace.calls.id[part.call]), part.start_ns, telling.code(part.call)
    )
