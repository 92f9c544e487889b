"""Handlers that were announced for a dispatch and skipped, or subscribed and not for it: who, and because of what."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from bus.analysis.why.answer import Reason, Sure
from bus.analysis.why.telling import Telling
from bus.wording import several

MOST = 50
"""Handlers of one dispatch that are told."""


def skip_reasons(telling: Telling, dispatch: int, handlers: Collection[int] = ()) -> list[Reason]:
    """Why handlers that were announced for a dispatch (its row) were never called. handlers: name ids; (): all."""
    trace = telling.trace
    told = trace.skipped
    rows = np.flatnonzero(told.view("dispatch") == trace.dispatches.id[dispatch])
    if handlers:
        rows = rows[np.isin(told.view("handler")[rows], list(handlers))]
    return [_skipped(telling, row) for row in rows[:MOST].tolist()]


def unnamed_skips(telling: Telling, dispatch: int) -> int:
    """How many handlers of a dispatch were skipped of which an older capture does not say who they are."""
    told = telling.trace.skipped
    mine = (told.view("dispatch") == telling.trace.dispatches.id[dispatch]) & (told.view("handler") == 0)
    return int(told.view("count")[mine].sum())


def filter_reasons(telling: Telling, dispatch: int, handlers: Collection[int]) -> list[Reason]:
    """Why a dispatch was not for these handlers, which were subscribed to its event."""
    trace = telling.trace
    told = trace.filtered
    rows = np.flatnonzero(told.view("dispatch") == trace.dispatches.id[dispatch])
    mine = rows[np.isin(told.view("handler")[rows], list(handlers))]
    found = []
    for row in mine[:MOST].tolist():
        note = trace.blobs.note(int(told.view("note")[row])).strip()[:300]
        why = f": {note}" if note else ", and the library does not say why"
        who = telling.text(int(told.view("handler")[row]))
        found.append(telling.of_dispatch(dispatch, f"{who} was subscribed, and this emit was not for it{why}."))
    unnamed = rows[told.view("handler")[rows] == 0]
    if not found and len(unnamed):
        many = int(told.view("count")[unnamed].sum())
        text = f"This emit was not for {several(many, 'handler')} of which the capture does not say who they are."
        found.append(telling.of_dispatch(dispatch, text, Sure.UNKNOWN))
    return found


def _skipped(telling: Telling, row: int) -> Reason:
    trace = telling.trace
    told = trace.skipped
    handler, count = int(told.view("handler")[row]), int(told.view("count")[row])
    who = telling.text(handler) if handler else several(max(count, 1), "handler")
    cause = trace.calls.row_of(int(told.view("because_call")[row]))
    if cause >= 0:
        text = f"{who} was skipped because {telling.call(cause)}, which came before it, raised {telling.error(cause)}."
        return telling.of_call(cause, text)
    note = trace.blobs.note(int(told.view("note")[row])).strip()[:300]
    dispatch = trace.dispatches.row_of(int(told.view("dispatch")[row]))
    why = f": {note}" if note else ", and the capture does not say why"
    were = "was" if handler or count <= 1 else "were"
    return telling.of_dispatch(dispatch, f"{who} {were} announced and never called{why}.")
