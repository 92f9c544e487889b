"""`buslens why CAPTURE ABOUT [QUESTION]`: why something happened, or did not, in words or as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.text import Text

from app import cli_output
from app.cli_output import complain, warn
from app.cli_text import cell, plain
from bus.analysis.why import QUESTIONS, Answer, Offer, Reason, Subject, Sure, ask, questions_for
from bus.analysis.why.subjects import name_of, subject_of
from bus.errors import UserError
from bus.programs import loading
from bus.trace.trace import Trace
from bus.wording import duration, one_of
from buslens.records import NameKind

ANSWERED, CANNOT_TELL = 0, 1
"""Exit codes: something is known; the capture cannot tell."""

FILE_COLUMNS = 140
STYLES = {Sure.CERTAIN: "", Sure.INFERRED: "yellow", Sure.UNKNOWN: "dim"}
BAR = 40
"""Letters of the longest bar of a critical path."""

OF_HANDLERS = "not-run"


@dataclass(frozen=True, slots=True)
class WhyRequest:
    """What a person asked `buslens why` for."""

    path: Path
    about: str
    """An id, a name, or "" for a moment."""

    question: str = ""
    """Its id; "" for the first that can be asked."""

    handler: str = ""
    event: str = ""
    """What is asked about beside it, by name."""

    at_s: float | None = None
    """Seconds of the capture."""

    json: bool = False


def why(request: WhyRequest) -> int:
    """Answer and print; the exit code. Raises UserError."""
    known = [question.id for question in QUESTIONS]
    if request.question and request.question not in known:
        raise UserError(f"there is no question {request.question}", hint=f"there are {', '.join(known)}")
    trace = loading.load(request.path, complain)
    warn(request.path, trace)
    at_ns = None if request.at_s is None else trace.span_ns[0] + round(request.at_s * 1e9)
    subject = subject_of(trace, request.about, at_ns)
    offers = questions_for(trace, subject)
    asked = _asked(request, trace, offers)
    answers = [found for offer in asked if (found := ask(trace, subject, offer.question, offer.other)) is not None]
    if request.json:
        told = _as_json(request, trace, subject, offers, answers)
        cli_output.write_text(json.dumps(told, indent=2) + "\n")
    else:
        _print(trace, answers, [offer for offer in offers if offer not in asked])
    return ANSWERED if any(answer.is_known for answer in answers) else CANNOT_TELL


def _asked(request: WhyRequest, trace: Trace, offers: Sequence[Offer]) -> list[Offer]:
    """The questions that are to be answered. Raises UserError where none can be."""
    question = request.question or (OF_HANDLERS if request.handler else "never-after" if request.event else "")
    found = [offer for offer in offers if offer.question == question] if question else list(offers[:1])
    if request.handler and question == OF_HANDLERS:
        found = [Offer(question, "", name_of(trace, NameKind.HANDLER, request.handler))]
    elif request.event and found:
        found = [Offer(question, "", name_of(trace, NameKind.EVENT, request.event))]
    if not found:
        can = [offer.question for offer in offers]
        hint = f"what can be asked about it: {one_of(dict.fromkeys(can))}" if can else ""
        raise UserError(f"{question or 'nothing'} cannot be asked about {request.about or 'this moment'}", hint=hint)
    return found


def _print(trace: Trace, answers: Sequence[Answer], others: Sequence[Offer]) -> None:
    console = cli_output.console(columns=FILE_COLUMNS)
    for answer in answers:
        console.print(cell(answer.title, "bold"), soft_wrap=True)
        console.print(cell(answer.short), soft_wrap=True)
        for number, reason in enumerate(answer.reasons, 1):
            console.print(_line(trace, number, reason), soft_wrap=True)
        _print_path(console.print, answer)
        console.print()
    if others:
        console.print(Text("Other questions:", style="dim"))
        for offer in dict.fromkeys((each.question, each.title) for each in others):
            console.print(Text(f"  {offer[0]:14}{plain(offer[1])}", style="dim"), soft_wrap=True)


def _line(trace: Trace, number: int, reason: Reason) -> Text:
    when = f"{(reason.time_ns - trace.span_ns[0]) / 1e9:11.6f} s" if reason.time_ns is not None else " " * 13
    line = Text(f"{number:3}. {when}  {plain(reason.text)}", style=STYLES[reason.sure])
    if reason.sure is not Sure.CERTAIN:
        line.append(f" [{reason.sure}]")
    if reason.place is not None and str(reason.place) not in reason.text:
        line.append(f"  {plain(str(reason.place))}", style="dim")
    return line


def _print_path(show: Any, answer: Answer) -> None:
    whole = sum(part.length_ns for part in answer.path)
    if not whole:
        return
    begin = answer.path[0].start_ns
    show(Text(f"critical path, {duration(whole)}:", style="dim"))
    for part in answer.path[:60]:
        left = round(BAR * (part.start_ns - begin) / whole)
        right = max(left + 1, round(BAR * (part.end_ns - begin) / whole))
        bar = f"{'·' * left}{'█' * (right - left)}{'·' * (BAR - right)}"
        show(Text(f"  {bar} {duration(part.length_ns):>9}  {part.kind}: {plain(part.text)}"), soft_wrap=True)
    if len(answer.path) > 60:
        show(Text(f"  … and {len(answer.path) - 60} more parts", style="dim"))


def _as_json(
    request: WhyRequest, trace: Trace, subject: Subject, offers: Sequence[Offer], answers: Sequence[Answer]
) -> dict[str, Any]:
    start = trace.span_ns[0]
    return {
        "capture": str(request.path),
        "about": {"kind": subject.kind, **({"id": subject.id} if subject.kind in ("call", "dispatch") else {})},
        "questions": [
            {
                "question": offer.question,
                "title": offer.title,
                **({"about": trace.names.text(offer.other)} if offer.other else {}),
            }
            for offer in offers
        ],
        "answers": [
            {
                "question": answer.question,
                "title": answer.title,
                "short": answer.short,
                "known": answer.is_known,
                "reasons": [_reason_as_json(reason, start) for reason in answer.reasons],
                "path": [
                    {
                        "kind": part.kind.value,
                        "text": part.text,
                        "at_ns": part.start_ns - start,
                        "length_ns": part.length_ns,
                        **({"call": int(trace.calls.id[part.call])} if part.call >= 0 else {}),
                    }
                    for part in answer.path
                ],
            }
            for answer in answers
        ],
    }


def _reason_as_json(reason: Reason, start: int) -> dict[str, Any]:
    place = reason.place
    return {
        "text": reason.text,
        "sure": reason.sure.value,
        **({reason.kind: reason.id} if reason.kind else {}),
        **({"at_ns": reason.time_ns - start} if reason.time_ns is not None else {}),
        **({"place": {"file": place.file, "line": place.line}} if place is not None else {}),
    }
