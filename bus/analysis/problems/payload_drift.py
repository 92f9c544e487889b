"""Fields of one event that changed type, or vanished, from one emitter to another or from some time on.

What a handler changes for those behind it is told by changed_payload.py.

Payloads of many kinds under one event are common and sound. So a change is told only where it has a consequence:
handlers fail with one form and not with the other. Numbers that became texts of numbers are a hint without that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis.problems.changed_payload import ID, changed_payloads
from bus.analysis.problems.detector import Detector, NotEnough
from bus.analysis.problems.finding import MOST_SHOWN, Finding, Severity
from bus.analysis.problems.observed import Groups, Observed
from bus.trace.payload_paths import written
from bus.wording import several
from buslens.records import Lacking

Array = npt.NDArray[Any]

MOST_EVENTS = 200
MOST_PAYLOADS = 60
"""Of one event, evenly over all of them, that are looked into."""

WINDOWS, WINDOW = 6, 4_000
"""Stretches of the trace, evenly over it, and dispatches of each: payloads elsewhere are not looked into, because those
that lie together are read together."""

MOST_FIELDS = 60
DEEPEST = 3
LEAST = 3
"""Payloads of each form; fewer are no form."""

ABSENT = "absent"
_TYPES = {bool: "boolean", int: "number", float: "number", str: "text", list: "list", dict: "object"}


def find(observed: Observed) -> Iterator[Finding | NotEnough]:
    """What handlers change first; then what emitters send otherwise, the most frequent event first."""
    yield from changed_payloads(observed)
    dispatches = observed.trace.dispatches
    if len(observed.trace.marks.rows_lacking(Lacking.PAYLOADS)):
        yield NotEnough("whether payloads changed: for a while their values were not recorded, as a person had asked")
        return
    carrying = _near(len(dispatches))
    carrying = carrying[dispatches.payload[carrying] != 0]
    events = observed.trace.events.firsts(dispatches.event[carrying])
    chosen = {
        event: carrying[places[np.unique(np.linspace(0, len(places) - 1, MOST_PAYLOADS).astype(np.int64))]]
        for event, places in islice(Groups(events).largest(2 * LEAST), MOST_EVENTS)
    }
    seen: dict[int, list[_Seen]] = {event: [] for event in chosen}
    pairs = sorted((row, event) for event, rows in chosen.items() for row in rows.tolist())
    for row, event in pairs:
        payload = observed.trace.payload(row)
        if payload.is_json and not payload.cut and isinstance(payload.value, dict):
            seen[event].append(_Seen(row, _emitter(observed, row), dict(_fields(payload.value))))
    for event, some in seen.items():
        yield from _of_event(observed, event, some)


DETECTOR = Detector(ID, "Payload drift", find)


@dataclass(frozen=True, slots=True)
class _Seen:
    """One payload that was looked into."""

    row: int
    emitter: int
    """Name id of the handler that emitted it, 0 for none."""

    fields: dict[str, Any]


def _near(many: int) -> Array:
    """Rows of the dispatches that are looked into."""
    if many <= WINDOWS * WINDOW:
        return np.arange(many)
    starts = np.linspace(0, max(0, many - WINDOW), WINDOWS).astype(np.int64)
    rows = np.unique((starts[:, None] + np.arange(WINDOW)).ravel())
    return rows[rows < many]


def _emitter(observed: Observed, row: int) -> int:
    parent = observed.trace.calls.row_of(int(observed.trace.dispatches.parent_call[row]))
    return int(observed.trace.calls.handler[parent]) if parent >= 0 else 0


def _of_event(observed: Observed, event: int, seen: list[_Seen]) -> Iterator[Finding]:
    paths = dict.fromkeys(path for each in seen for path in each.fields)
    for path in list(paths)[:MOST_FIELDS]:
        found = _of_field(observed, event, path, seen)
        if found is not None:
            yield found


def _fields(value: dict[str, Any], before: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    for key, inner in list(value.items())[:MOST_FIELDS]:
        path = f"{before}{written(key)}"
        yield path, inner
        if isinstance(inner, dict) and depth + 1 < DEEPEST:
            yield from _fields(inner, f"{path}.", depth + 1)


def _of_field(observed: Observed, event: int, path: str, seen: list[_Seen]) -> Finding | None:
    parent, _, _ = path.rpartition(".")
    with_parent = [each for each in seen if not parent or isinstance(each.fields.get(parent), dict)]
    forms = [
        (each, ABSENT if path not in each.fields else _TYPES.get(type(each.fields[path]), ""))
        for each in with_parent
        if each.fields.get(path, 0) is not None
    ]
    kinds = list(dict.fromkeys(form for _, form in forms))
    if len(kinds) != 2:
        return None
    one, other = ([each for each, form in forms if form == kind] for kind in kinds)
    if min(len(one), len(other)) < LEAST or not (_by_emitter(one, other) or _by_time(forms)):
        return None
    failed = observed.trace.dispatches.failed
    bad_one, bad_other = (sum(int(failed[each.row]) > 0 for each in some) for some in (one, other))
    if bad_one and not bad_other:
        one, other, kinds, bad_other = other, one, kinds[::-1], bad_one
    elif bad_one:
        bad_other = 0
    confirmed = bad_other >= 2 and 2 * bad_other >= len(other)
    if not confirmed and not _are_numbers(path, one, other, kinds):
        return None
    return _finding(observed, event, path, (kinds[0], kinds[1]), one, other, bad_other if confirmed else 0)


def _by_emitter(one: list[_Seen], other: list[_Seen]) -> bool:
    return not {each.emitter for each in one} & {each.emitter for each in other}


def _by_time(forms: list[tuple[_Seen, str]]) -> bool:
    """Whether all of one form come before all of the other."""
    kinds = [form for _, form in sorted(forms, key=lambda each: each[0].row)]
    return sum(first != second for first, second in pairwise(kinds)) == 1


def _are_numbers(path: str, one: list[_Seen], other: list[_Seen], kinds: list[str]) -> bool:
    """Whether numbers here are texts of numbers there."""
    if sorted(kinds) != ["number", "text"]:
        return False
    texts = [str(each.fields[path]) for each in (one if kinds[0] == "text" else other)]
    return all(text.strip().lstrip("+-").replace(".", "", 1).isdecimal() for text in texts)


def _finding(
    observed: Observed, event: int, path: str, kinds: tuple[str, str], one: list[_Seen], other: list[_Seen], failed: int
) -> Finding:
    emitters = [each for each in dict.fromkeys(seen.emitter for seen in other) if each]
    by = f", as {observed.text(emitters[0])} emits it" if emitters and _by_emitter(one, other) else ""
    shown, field = observed.text(event), path[:80]
    what = f"lacks {field}" if kinds[1] == ABSENT else f"has {field} as {kinds[1]}"
    before = "others have it" if kinds[1] == ABSENT else f"others have {'none' if kinds[0] == ABSENT else kinds[0]}"
    rows = np.array([seen.row for seen in other], np.int64)
    consequence = (
        f"Handlers failed on {several(failed, 'emit')} of that form, and on none of the other."
        if failed
        else "Nothing has failed for it so far."
    )
    place = observed.handler_place(emitters[0]) if emitters else None
    return Finding(
        DETECTOR.id, Severity.WARNING if failed else Severity.HINT, f"{shown} sometimes {what}{by}; {before}",
        f"So did {several(len(other), 'payload')} of {len(one) + len(other)} that were looked into. {consequence}",
        f"Let all emitters of {shown} send one form, or give the event a schema.",
        observed.on_dispatches(rows, calls=_failing(observed, rows)),
        (observed.trace.names.text(event), path), place,
    )  # fmt: skip


def _failing(observed: Observed, rows: Array) -> tuple[int, ...]:
    calls = np.intersect1d(observed.calls_of(rows), observed.failed_calls)[:MOST_SHOWN]
    return tuple(observed.trace.calls.id[calls].tolist())
