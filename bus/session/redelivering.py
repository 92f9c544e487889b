"""A failed call or a dead letter once more: what of the selected can be redelivered, why not, and doing it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.behaviour.plain import plain
from bus.contract.holding import Carried, Redelivery
from bus.errors import UserError
from bus.scenario import Document
from bus.session.orders import check_payload
from bus.session.session import Session
from bus.trace.blobs import Payload
from bus.trace.fates import BAD
from bus.trace.trace import Trace
from buslens.records import Outcome

HEARS_PHASES = ("starting", "running", "paused", "finished")
"""Of a run that can be told to call a handler again."""

MOST_CALLS = 1_000
"""Of one dispatch, the last ones, that are looked at."""

Rows = npt.NDArray[Any]

REDACTED = "<redacted "
"""How the mark begins that stands for a secret."""


@dataclass(frozen=True, slots=True)
class Redeliverable:
    """What is called again of a selected dispatch or call."""

    event: str
    dispatch: int
    handlers: tuple[tuple[str, int], ...]
    """Each with the attempt that the call will be."""

    payload: Payload
    unlike: str
    """Why it cannot be called with just what was emitted, "" where it can; with an edited payload it can."""

    @property
    def text(self) -> str:
        """The payload to be edited, as indented JSON."""
        if not self.payload.is_json:
            return self.payload.text
        return json.dumps(self.payload.value, indent=2, ensure_ascii=False)

    @property
    def names(self) -> str:
        """Of its handlers."""
        return ", ".join(name for name, _ in self.handlers)


def found(session: Session, kind: str, ident: int) -> Redeliverable:
    """What is called again where this "dispatch" or "call" is selected. Raises UserError, which says why none is."""
    trace = session.trace
    document = _listening(session)
    call = trace.calls.row_of(ident) if kind == "call" else -1
    dispatch = int(trace.calls.dispatch[call]) if call >= 0 else ident if kind == "dispatch" else 0
    row = trace.dispatches.row_of(dispatch)
    if row < 0:
        raise UserError("no call is selected", hint="select a call that is over, or an emit that went wrong")
    event = trace.names.text(int(trace.dispatches.event[row]))
    calls = trace.calls.by_dispatch.rows(dispatch)[-MOST_CALLS:]
    handlers = [int(trace.calls.handler[call])] if call >= 0 else _went_wrong(trace, calls)
    if not handlers:
        raise UserError("no call of it failed", hint="select one of its calls to have that again")
    again = tuple(_next_attempt(trace, calls, handler) for handler in handlers)
    for name, _ in again:
        _check_hears(document, event, name)
    payload = trace.payload(row)
    return Redeliverable(event, dispatch, again, payload, _unlike(payload))


def why_not(session: Session, kind: str, ident: int, *, edited: bool) -> str:
    """Why what is selected cannot be redelivered now, with another payload or as it was; "" where it can."""
    try:
        what = found(session, kind, ident)
    except UserError as error:
        return error.problem
    return "" if edited else what.unlike


def redeliver(session: Session, what: Redeliverable) -> None:
    """Call its handlers again with what was emitted. Raises UserError."""
    if what.unlike:
        raise UserError(f"it cannot be redelivered as it was: {what.unlike}", hint="redeliver it edited")
    _tell(session, what, (what.payload.value,) if what.payload.text else (), edited=False)


def redeliver_edited(session: Session, what: Redeliverable, payload: Any) -> None:
    """Call its handlers again with another payload, None for nothing. Raises UserError."""
    check_payload(_listening(session).scenario, what.event, payload, against_schema=False)
    _tell(session, what, () if payload is None else (plain(payload)[0],), edited=True)


def _tell(session: Session, what: Redeliverable, carried: Carried, *, edited: bool) -> None:
    document = _listening(session)
    for name, attempt in what.handlers:
        wanted = Redelivery(what.event, name, what.dispatch, attempt, carried, edited)
        session.running.redeliver(document, wanted)


def _listening(session: Session) -> Document:
    """The scenario of the run in view, which goes on. Raises UserError."""
    state, document = session.engine_state, session.document
    if state.phase == "following":
        raise UserError("a program that is watched is never called")
    if document is None or session.running.runner is None or state.phase not in HEARS_PHASES:
        raise UserError("the run is over", hint="emit it again instead: that begins a new run")
    return document


def _went_wrong(trace: Trace, rows: Rows) -> list[int]:
    """Handlers, by their interned names, whose last one of these calls did, in the order of the calls."""
    calls = trace.calls
    last: dict[int, int] = {}
    for row in rows[np.argsort(calls.attempt[rows], kind="stable")]:
        last[int(calls.handler[row])] = int(calls.outcome[row])
    return [handler for handler, outcome in last.items() if outcome in BAD]


def _next_attempt(trace: Trace, rows: Rows, handler: int) -> tuple[str, int]:
    """Of a handler none of whose calls among these runs; with its name. Raises UserError."""
    calls, name = trace.calls, trace.names.text(handler)
    own = rows[calls.handler[rows] == handler]
    if bool((calls.outcome[own] == Outcome.RUNNING).any()):
        raise UserError(f"{name} runs still")
    return name, int(calls.attempt[own].max(initial=0)) + 1


def _check_hears(document: Document, event: str, name: str) -> None:
    handler = document.scenario.handlers.get(name)
    if handler is None or not handler.hears(event):
        raise UserError(f"{name} does not hear {event}")
    if handler.once:
        raise UserError(f"{name} hears {event} only once")


def _unlike(payload: Payload) -> str:
    if payload.cut:
        return "its payload was cut when it was recorded"
    if payload.text and not payload.is_json:
        return "its payload was recorded as text that is not JSON"
    if REDACTED in payload.text:
        return "a secret in its payload was replaced when it was recorded"
    return ""
