"""From what a person types to what is asked about: an id, the name of an event or a handler, a time."""

from __future__ import annotations

from difflib import get_close_matches

from bus.analysis.why.question import Subject
from bus.errors import UserError
from bus.trace.ids import id_of
from bus.trace.trace import Trace
from buslens.records import NameKind

KINDS = {NameKind.EVENT: "event", NameKind.HANDLER: "handler"}


def subject_of(trace: Trace, text: str, at_ns: int | None = None) -> Subject:
    """What is meant. text: an id such as 17 or 2:17, or a name; "" with a time for that moment. Raises UserError."""
    if not text:
        if at_ns is None:
            raise UserError(
                "say what to ask about", hint="an id of a dispatch or call, or a name of an event or handler"
            )
        return Subject("moment", 0, at_ns)
    ident = id_of(text)
    if ident is not None:
        if trace.calls.row_of(ident) >= 0:
            return Subject("call", ident)
        if trace.dispatches.row_of(ident) >= 0:
            return Subject("dispatch", ident)
        raise UserError(f"there is no dispatch or call {text.removeprefix('#')} in this capture")
    for kind, word in KINDS.items():
        if found := named(trace, kind, text):
            return Subject(word, found, at_ns)
    raise _unknown(trace, list(KINDS), text)


def name_of(trace: Trace, kind: NameKind, text: str) -> int:
    """The name id of an event or handler as it is typed. Raises UserError where there is none."""
    found = named(trace, kind, text)
    if not found:
        raise _unknown(trace, [kind], text)
    return found


def named(trace: Trace, kind: NameKind, text: str) -> int:
    """The name id with this text, or whose last part it is where that is only one; 0 for none."""
    names = [(ident, trace.names.text(ident)) for ident in trace.names.ids(kind)]
    whole = [ident for ident, name in names if name == text]
    if whole:
        return whole[0]
    ends = {name: ident for ident, name in names if name.endswith(f".{text}")}
    return next(iter(ends.values())) if len(ends) == 1 else 0


def _unknown(trace: Trace, kinds: list[NameKind], text: str) -> UserError:
    known = [trace.names.text(ident) for kind in kinds for ident in trace.names.ids(kind)]
    near = get_close_matches(text, known, 1, 0.6)
    words = " or ".join(KINDS[kind] for kind in kinds)
    return UserError(f"there is no {words} {text} in this capture", hint=f"did you mean {near[0]}?" if near else "")
