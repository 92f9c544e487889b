"""Steps of coroutines: where one waits that does not run, and steps so long that nothing else on their loop could move.

Only read, never run: a coroutine that waits says by itself for what, and how the code that it waits in is called.
"""

from __future__ import annotations

from time import monotonic_ns
from types import CoroutineType, FrameType, GeneratorType
from typing import TYPE_CHECKING, Any, Optional

from buslens.limits import LONG_STEP_NS
from buslens.packing import WHOLE
from buslens.records import Kind
from buslens.texts import json_utf8

if TYPE_CHECKING:
    from buslens.watching.watch import Watch

_DEEPEST = 64
_MOST_US = (1 << 32) - 1
_LIBRARIES = ("/site-packages/", "/dist-packages/", "/lib/python3", "\\Lib\\", "<frozen")


def waits_at(coroutine: Any) -> str:
    """The innermost line of the program in which a coroutine waits, and what that awaits; "" where it says neither."""
    place, awaited = "", ""
    for _ in range(_DEEPEST):
        frame, coroutine = _waiting(coroutine)
        if frame is None:
            break
        code = frame.f_code
        name = getattr(code, "co_qualname", code.co_name)  # Python 3.11
        if not place or not any(part in code.co_filename for part in _LIBRARIES):
            place, awaited = f"{code.co_filename}:{frame.f_lineno} in {name}", ""
        elif not awaited:
            awaited = name
    return f"{place}, which awaits {awaited}" if awaited else place


def tell_long_step(watch: Watch, call: int, coroutine: Any, began_ns: int) -> None:
    """Record that a step of a call's coroutine took so long, if it did. began_ns: when, on `monotonic_ns`.

    In virtual time nothing is told: how long a step took there says something of this machine, not of the program.
    """
    took_ns = monotonic_ns() - began_ns
    if took_ns < LONG_STEP_NS:
        return
    try:
        recorder = watch.recorder
        if recorder.header.clock == "virtual":
            return
        place = waits_at(coroutine)
        said = f"{took_ns / 1e6:.0f} ms without awaiting anything{f', until {place}' if place else ''}"
        began, length = recorder.clock_ns() - took_ns, min(took_ns // 1_000, _MOST_US)
        recorder.put(WHOLE, int(Kind.LONG_STEP), 0, 0, 0, began, 0, call, recorder.here(), length, json_utf8(said))
    except Exception as error:
        watch.broke(error)


def _waiting(coroutine: Any) -> tuple[Optional[FrameType], Any]:
    """The frame of what is awaited, and what that awaits itself; None where it is nothing that has a frame."""
    if type(coroutine) is CoroutineType:
        return coroutine.cr_frame, coroutine.cr_await
    if type(coroutine) is GeneratorType:
        return coroutine.gi_frame, coroutine.gi_yieldfrom
    return None, None
