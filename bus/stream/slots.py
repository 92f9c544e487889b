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

TIMES_DTYPE = np.dtype(
    [*(("word", "<i8"), ("call", "<u8"), ("opening", "<u4"), ("handler", "<u4"), ("lane", "<u4"), ("alone", "?"))]
)
"""A time that will be stored in place: which number of 8 bytes of its chunk it is; of which emit, by its first call and
its opening; which of its handlers begins then, after the one before has ended; 0: the last one has ended. alone: it is
the end of that call."""

_WORDS = layout.SLOT // 8
_WITH_BLOB = np.zeros(256, bool)
_WITH_BLOB[[layout.OPENED, layout.WHOLE]] = True


def unknown(slots: Array) -> int:
    """How many slots come before the first that says nothing we know; all of them where each is known."""
    further = slots["what"] == layout.FURTHER
    first, many = _further(slots)
    bad = (slots["what"] > layout.FURTHER) | (further & ((first == 0) | (many == 0) | (many > layout.TIMES)))
    return int(np.argmax(bad)) if bad.any() else len(slots)


def blobs_of(slots: Array) -> Array:
    """Which slots name a blob in `link`."""
    found: Array = _WITH_BLOB[slots["what"]] & (slots["link"] != 0)
    return found


def awaited(slots: Array, at: int) -> Array:
    """The times that will be stored in slots, the first of which is number `at` of its chunk."""
    ends = slots["bits"] & (layout.AWAITS_END >> 8) != 0
    (opened,) = (ends & ((slots["what"] == layout.OPENED) | (slots["what"] == layout.NEXT))).nonzero()
    (further,) = (slots["what"] == layout.FURTHER).nonzero()
    first, many = (numbers[further].astype(np.int64) for numbers in _further(slots))
    rows = np.repeat(further, many)
    nth = np.arange(len(rows)) - np.repeat(np.cumsum(many) - many, many)
    times = np.zeros(len(opened) + len(rows), TIMES_DTYPE)
    last, others = times[: len(opened)], times[len(opened) :]
    last["word"], last["call"] = (at + opened) * _WORDS, slots["id"][opened]
    last["alone"] = slots["what"][opened] == layout.NEXT
    last["opening"] = np.where(last["alone"], 0, slots["upper"][opened])
    others["word"] = (at + rows) * _WORDS + nth
    others["handler"] = np.repeat(first, many) + nth
    others["call"], others["opening"] = _words(slots)[:, 6][rows], slots["upper"][rows]
    others["lane"] = slots["lane"][rows]
    return times


def newest_ns(slots: Array) -> int:
    """The latest time of what is told as a whole; 0 where nothing is."""
    return int(slots["time_ns"][slots["what"] != layout.FURTHER].max(initial=0))


def _further(slots: Array) -> tuple[Array, Array]:
    """Of slots that are FURTHER: the first handler, and how many there are."""
    return slots["count"] & 0xFFFF, slots["count"] >> 16


def _words(slots: Array) -> Array:
    return np.ascontiguousarray(slots).view("<u8").reshape(-1, _WORDS)


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


def turns_of(came: Array, times: Array, openings: Array, handlers: Array) -> Array:
    """The facts that times in place say: that a call ended well, and where it was not the last one that another began.

    came: what was awaited, and when each came. openings, handlers: as in `Records`; each that is named must be there.
    """
    ended, began = np.zeros(len(came), FACT_DTYPE), np.zeros(len(came), FACT_DTYPE)
    place = came["handler"].astype(np.uint64)
    count = openings[came["opening"], 1].astype(np.uint64)
    before = np.where(came["alone"], np.uint64(1), np.where(place == 0, count, place)) - np.uint64(1)
    ended["kind"], ended["outcome"], ended["id"] = Kind.CALL_ENDED, Outcome.OK, came["call"] + np.uint64(2) * before
    ended["time_ns"] = began["time_ns"] = times
    further = place != 0
    began["kind"][further], began["id"], began["count"] = Kind.CALL_STARTED, came["call"] + np.uint64(2) * place, 1
    began["parent"], began["lane"] = came["call"] - np.uint64(1), came["lane"]
    began["name"][further] = handlers[openings[came["opening"][further], 3] + came["handler"][further]]
    both = np.empty(2 * len(came), FACT_DTYPE)
    both[::2], both[1::2] = ended, began
    facts: Array = both[both["kind"] != 0]
    return facts
