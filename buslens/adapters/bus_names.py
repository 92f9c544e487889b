"""What a bus is called in a capture: as a person says, or by its class and the place where it was made or attached."""

from __future__ import annotations

import os
import sys
import tracemalloc
from types import FrameType
from typing import Any, Optional

from buslens.recorder import Recorder
from buslens.statics import class_name, module_of

_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_APPLICATION = _OURS + "_desktop" + os.sep


def bus_of(emitter: Any, recorder: Recorder, said: str = "") -> int:
    """Interned id of the bus that an emitter is; said: what a person calls it."""
    kind = type(emitter)
    name, module = class_name(kind), module_of(kind)
    file, line, made = _place(emitter)
    place = f" at {os.path.basename(file)}:{line}" if file else ""
    full = name if name.startswith(f"{module}.") or not module else f"{module}.{name}"
    return recorder.bus(said or name.rpartition(".")[2] + place, full, file, line, made, of=emitter)


def _place(emitter: Any) -> tuple[str, int, str]:
    """File, line, and what happened there."""
    # Only a program that traces its memory knows where an object was made.
    traced = tracemalloc.get_object_traceback(emitter) if tracemalloc.is_tracing() else None
    if traced:
        return traced[-1].filename, traced[-1].lineno, "created"
    frame: Optional[FrameType] = sys._getframe(1)
    while frame is not None and _is_ours(frame.f_code.co_filename):
        frame = frame.f_back
    return (frame.f_code.co_filename, frame.f_lineno or 0, "attached") if frame is not None else ("", 0, "")


def _is_ours(file: str) -> bool:
    return file.startswith(_OURS) and not file.startswith(_APPLICATION)
