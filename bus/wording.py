"""Numbers and names in sentences: 1 row, 2 rows, 12 004 rows; thread, process or celery."""

from __future__ import annotations

from collections.abc import Iterable


def several(number: int, word: str, plural: str = "") -> str:
    """So many of them, in groups of three digits. plural: where it is not the word with an s."""
    return f"{number:,} {word if number == 1 else plural or f'{word}s'}".replace(",", " ")


def one_of(names: Iterable[str]) -> str:
    """These names as a choice: thread, process or celery."""
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last


def all_of(names: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def extent(dispatches: int, calls: int) -> str:
    """How large a trace is: 279 dispatches, 286 calls."""
    return f"{several(dispatches, 'dispatch', 'dispatches')}, {several(calls, 'call')}"


def duration(nanoseconds: float | None) -> str:
    """A duration as people say it: 850 ns, 12.4 us, 3.10 ms, 2.50 s; a dash where there is none."""
    if nanoseconds is None or nanoseconds != nanoseconds or nanoseconds < 0:
        return "-"
    for unit, factor in (("s", 1e9), ("ms", 1e6), ("us", 1e3)):
        if nanoseconds >= factor:
            return (
                f"{nanoseconds / factor:.3g} {unit}"
                if nanoseconds < 100 * factor
                else f"{nanoseconds / factor:.0f} {unit}"
            )
    return f"{nanoseconds:.0f} ns"
