"""The lines of the list of differences, made beside the Qt thread: each reads errors and payloads of two captures."""

from __future__ import annotations

from dataclasses import dataclass

from bus.analysis.diff import Difference, TraceDiff, words

MOST = 500
"""Lines; what shows later is counted."""


@dataclass(frozen=True, slots=True)
class DifferenceLine:
    """One difference as the list shows it."""

    sign: str
    count: int
    says: str
    path: str
    below: int
    """Emits and calls that grew from what is missing or added."""

    where: tuple[str, int] | None
    """Kind ("dispatch" or "call") and id of what of B it is about; None where B has nothing of it."""


def lines_of(found: TraceDiff) -> list[DifferenceLine]:
    """The first MOST of them."""
    return [_line(found, one) for one in found.differences[:MOST]]


def _line(found: TraceDiff, one: Difference) -> DifferenceLine:
    sign = words.SIGNS.get(one.what, words.CHANGED)
    return DifferenceLine(
        sign, one.count, words.sentence(found, one), words.path_text(one), one.below, _where(found, one)
    )


def _where(found: TraceDiff, one: Difference) -> tuple[str, int] | None:
    """Of what B lacks its cause there. An id, because rows move while records come."""
    is_call, row = one.is_call, one.rows[1]
    if row < 0:
        is_call, row = not is_call, one.causes[1]
    if row < 0:
        return None
    trace = found.traces[1]
    return ("call", int(trace.calls.id[row])) if is_call else ("dispatch", int(trace.dispatches.id[row]))
