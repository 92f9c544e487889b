"""From slots to facts of a capture: whole batches at once, each field checked before it is used."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from bus.trace.facts import FACT_DTYPE
from buslens.records import Kind, Outcome
from buslens.stream import layout

Array = npt.NDArray[Any]

SLOT_DTYPE = np.dtype(
    [
        *(("end", "<i8"), ("time_ns", "<i8"), ("id", "<u8"), ("parent", "<u8"), ("link", "<u8")),
        *(("lane", "<u4"), ("count", "<u4"), ("kind", "u1"), ("outcome", "u1"), ("flags", "<u2"), ("name", "<u4")),
        *(("what", "u1"), ("bits", "u1"), ("_", "<u2"), ("upper", "<u4")),
    ]
)
"""A slot of docs/stream-format.md; what, bits and upper are its mark."""

_AWAITS_END = layout.AWAITS_END >> 8
_WITH_BLOB = np.zeros(256, bool)
_WITH_BLOB[[layout.OPENED, layout.WHOLE]] = True
_FOLLOWED = np.zeros(256, bool)
_FOLLOWED[[layout.OPENED, layout.NEXT]] = True


def unknown(slots: Array) -> int:
    """How many slots come before the first that says nothing we know; all of them where each is known."""
    bad = slots["what"] > layout.WHOLE
    return int(np.argmax(bad)) if bad.any() else len(slots)


def blobs_of(slots: Array) -> Array:
    """Which slots name a blob in `link`."""
    found: Array = _WITH_BLOB[slots["what"]] & (slots["link"] != 0)
    return found


def awaiting(slots: Array) -> Array:
    """Which slots get the end of their call in place."""
    found: Array = _FOLLOWED[slots["what"]] & (slots["bits"] & _AWAITS_END != 0)
    return found


def facts_of(slots: Array, openings: Array, blobs: Array) -> Array:
    """The facts that slots say, in their order. openings: event, count and handler by id. blobs: of each slot, 0: none.

    Every opening that a slot names must be there.
    """
    what = slots["what"]
    first, second = np.zeros(len(slots), FACT_DTYPE), np.zeros(len(slots), FACT_DTYPE)
    _fill_common(first, second, slots)
    opened, following = what == layout.OPENED, what == layout.NEXT
    common = openings[slots["upper"][opened]]
    calls = slots["id"][opened]
    first["kind"][opened] = Kind.DISPATCH_EMITTED
    first["id"][opened] = second["parent"][opened] = calls - np.uint64(1)
    first["parent"][opened] = slots["parent"][opened]
    first["name"][opened], first["count"][opened], second["name"][opened] = (common[:, at] for at in range(3))
    first["lane"][opened] = slots["lane"][opened]
    ended = (what == layout.ENDED) | following
    first["kind"][ended], first["outcome"][ended] = Kind.CALL_ENDED, Outcome.OK
    first["id"][ended] = np.where(following, slots["link"], slots["id"])[ended]
    whole = what == layout.WHOLE
    for field in ("kind", "outcome", "flags", "name", "id", "parent", "lane", "count"):
        first[field][whole] = slots[field][whole]
    first["blob"] = blobs
    both = np.empty(2 * len(slots), FACT_DTYPE)
    both[::2], both[1::2] = first, second
    facts: Array = both[both["kind"] != 0]
    return facts


def _fill_common(first: Array, second: Array, slots: Array) -> None:
    what = slots["what"]
    started = (what == layout.OPENED) | (what == layout.STARTED) | (what == layout.NEXT)
    first["time_ns"] = second["time_ns"] = slots["time_ns"]
    second["kind"][started] = Kind.CALL_STARTED
    second["id"], second["parent"] = slots["id"], slots["parent"]
    second["name"], second["lane"], second["count"] = slots["upper"], slots["lane"], 1


def ends_of(calls: Array, times: Array) -> Array:
    """Facts of calls that ended well."""
    facts = np.zeros(len(calls), FACT_DTYPE)
    facts["kind"], facts["outcome"], facts["id"], facts["time_ns"] = Kind.CALL_ENDED, Outcome.OK, calls, times
    return facts
