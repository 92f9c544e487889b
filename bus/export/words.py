"""Words that several formats use for what a trace holds as numbers, and text made safe for any screen."""

from __future__ import annotations

import unicodedata
from typing import Any

from bus.trace import fates
from bus.trace.trace import Trace
from buslens.records import Outcome

_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def outcome(number: int) -> str:
    """ok, failed, cancelled, timed_out, running, lost, kept, never_ran."""
    try:
        return Outcome(number).name.lower()
    except ValueError:
        return "unknown"


def visible(text: str) -> str:
    """Text on one line: control characters, terminal escapes and letters that turn the direction become escapes."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(letter) for letter in text)


def title(trace: Trace) -> dict[str, Any]:
    """What a capture says of itself."""
    header = trace.header
    if header is None:
        return {}
    nobodys = header.is_simulated
    return {
        "process": visible(header.process),
        "pid": None if nobodys else header.pid,
        "host": None if nobodys else visible(header.host),
        "clock": header.clock,
        "wall_ns": None if nobodys else header.wall_ns,
        "mono_ns": header.mono_ns,
    }


def bus_of(trace: Trace, dispatch_row: int) -> str:
    """Name of the bus that an event was emitted on; empty where the capture does not say."""
    bus = trace.names.bus(int(trace.dispatches.event[dispatch_row]))
    return trace.names.text(bus) if bus else ""


def skipped_names(trace: Trace) -> dict[int, str]:
    """Handlers that were never called, by row of the dispatch: names, or how many where only that is known."""
    found: dict[int, list[str]] = {}
    for row, handler, count in zip(*(each.tolist() for each in fates.skips(trace)), strict=True):
        found.setdefault(row, []).append(trace.names.text(handler) if handler else f"{count} handlers")
    return {row: ", ".join(names) for row, names in found.items()}


def _shown(letter: str) -> str:
    if unicodedata.category(letter) in _HIDDEN:
        return letter.encode("unicode_escape", "surrogatepass").decode("ascii")
    return letter
