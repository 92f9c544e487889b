"""How numbers of a trace are written: short, with a unit, the same everywhere.

`span`, `moment` and `count` stand under each other in tables, inspector and status bar: always three digits.
`duration_text` and `count_text` are painted on the timeline, where room is scarce: no zeros at the end, narrow blanks.
"""

from __future__ import annotations

import time

from buslens.records import Outcome

_OUTCOMES = {
    Outcome.RUNNING: "running",
    Outcome.OK: "ok",
    Outcome.FAILED: "failed",
    Outcome.CANCELLED: "cancelled",
    Outcome.TIMED_OUT: "timed out",
    Outcome.LOST: "lost",
    Outcome.KEPT: "kept",
    Outcome.NEVER_RAN: "never ran",
}

_STATES = {
    Outcome.FAILED: "failed",
    Outcome.TIMED_OUT: "failed",
    Outcome.LOST: "lost",
    Outcome.RUNNING: "running",
    Outcome.CANCELLED: "cancelled",
    Outcome.NEVER_RAN: "never-ran",
}
STATES = tuple(dict.fromkeys(_STATES.values()))
"""The looks that rows can have; ok rows look like plain text."""

UNITS = ((60_000_000_000, "m"), (1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "µs"), (1, "ns"))
"""Nanoseconds of each unit of time, the largest first."""

MINUTE = 60_000_000_000


def clock_text(seconds: float) -> str:
    """A time of the wall clock: today's without its date."""
    then, now = time.localtime(seconds), time.localtime()
    today = (then.tm_year, then.tm_yday) == (now.tm_year, now.tm_yday)
    return time.strftime("%H:%M:%S" if today else "%Y-%m-%d %H:%M:%S", then)


def span(nanoseconds: float) -> str:
    """A length of time with three digits that count: 850 ns, 4.21 ms, 12.0 s, 3 min 05 s."""
    value = float(nanoseconds)
    if value != value:
        return "–"
    if abs(value) < 999.5:
        return f"{value:.0f} ns"
    for limit, divisor, unit in ((999.5e3, 1e3, "µs"), (999.5e6, 1e6, "ms"), (119.5e9, 1e9, "s")):
        if abs(value) < limit:
            return f"{_three_digits(value / divisor)} {unit}"
    minutes, seconds = divmod(round(value / 1e9), 60)
    return f"{minutes} min {seconds:02d} s"


def moment(nanoseconds: int) -> str:
    """A time of the capture in seconds, to the microsecond: 12.041 210."""
    sign = "-" if nanoseconds < 0 else ""
    seconds, rest = divmod(abs(int(nanoseconds)) // 1000, 1_000_000)
    return f"{sign}{seconds}.{rest // 1000:03d} {rest % 1000:03d}"


def count(number: int) -> str:
    """A number in groups of three: 1 204."""
    return f"{int(number):,}".replace(",", " ")


def duration_text(ns: int, digits: int = 3) -> str:
    """A length of time for a person: three digits are enough to compare, `12.3 ms`."""
    sign, ns = ("−", -ns) if ns < 0 else ("", ns)
    if digits <= 3 and ns >= MINUTE:
        minutes, rest = divmod(round(ns / 1_000_000_000), 60)
        return f"{sign}{minutes}m {rest:02d}s"
    size, unit = unit_of(ns)
    value = ns / size
    before = len(str(int(value)))
    text = f"{value:.{max(0, min(9, digits - before))}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{sign}{text} {unit}"


def count_text(count: int) -> str:
    """A number with thin blanks between thousands."""
    return f"{count:,}".replace(",", "\u202f")


def unit_of(ns: int) -> tuple[int, str]:
    """The unit that suits a length of time."""
    return next(((size, unit) for size, unit in UNITS[1:] if ns >= size), (1, "ns"))


def size_text(octets: int) -> str:
    """How large a file is."""
    return f"{octets / 1e6:.1f} MB" if octets >= 100_000 else f"{octets / 1e3:.1f} kB"


def outcome(value: int) -> str:
    """An outcome in words; one that this version does not know is shown as its number."""
    return _OUTCOMES[Outcome(value)] if value in _OUTCOMES else f"outcome {value}"


def state(value: int) -> str:
    """Which of STATES an outcome looks like, "" for ok."""
    return _STATES.get(Outcome(value), "") if value in _OUTCOMES else ""


def shown_of(shown: int, total: int) -> str:
    """How much of a table a filter leaves: 12 of 1 204 shown."""
    return f"{count(shown)} of {count(total)} shown"


def _three_digits(value: float) -> str:
    size = abs(value)
    return f"{value:.2f}" if size < 9.995 else f"{value:.1f}" if size < 99.95 else f"{value:.0f}"
