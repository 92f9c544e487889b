"""What a bus is called in a capture: as a person says, or by its class and the place where it was made or attached."""

from __future__ import annotations

import os
from typing import Any, Callable, Optional

from buslens.recorder import Recorder
from buslens.statics import class_name, member, module_of
from buslens.watching.places import Place, files_of, place_outside

_is_tracing: Callable[[], bool]
try:
    from _tracemalloc import is_tracing as _is_tracing  # without pickle and the rest of what `tracemalloc` imports
except ImportError:

    def _is_tracing() -> bool:
        return False


def bus_of(
    emitter: Any,
    recorder: Recorder,
    title: str = "",
    at: Optional[Place] = None,
    *,
    made: str = "attached",
    library: str = "",
    tables: tuple[str, ...] = (),
) -> int:
    """Interned id of the bus that an emitter is.

    title: what a person calls it. at: where it is attached, if known. made: what happened there, "created" or
    "attached". library: the package whose own lines do not count as the place where the emitter was made. tables:
    attributes that its constructor fills with objects of their own.
    """
    kind = type(emitter)
    name, module = class_name(kind), module_of(kind)
    file, line, made = _place(emitter, library, tables) if at is None else (*at, made if at[0] else "")
    place = f" at {os.path.basename(file)}:{line}" if file else ""
    full = name if name.startswith(f"{module}.") or not module else f"{module}.{name}"
    return recorder.bus(title or name.rpartition(".")[2] + place, full, file, line, made, of=emitter)


def _place(emitter: Any, library: str, tables: tuple[str, ...]) -> tuple[str, int, str]:
    """File, line, and what happened there."""
    # Only a program that traces its memory knows where an object was made.
    if _is_tracing():
        import tracemalloc

        inside = files_of(library)
        # Python 3.11 does not find the emitter itself, but what it made for itself.
        for made in (emitter, *(member(emitter, table) for table in tables)):
            for frame in reversed(tracemalloc.get_object_traceback(made) or ()):
                if not inside or not frame.filename.startswith(inside):
                    return frame.filename, frame.lineno, "created"
    file, line = place_outside()
    return file, line, "attached" if file else ""
