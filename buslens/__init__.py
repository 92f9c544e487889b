"""Watch an event bus from inside of the program that uses it.

    import buslens
    buslens.start(to="trace.buslens")                      # every bus of the process
    probe = buslens.attach(emitter, to="trace.buslens")    # or one

Standard library only. The desktop application reads what this writes. Nothing is imported before it is used: what
watches a program from outside of it (`buslens record`) must cost its start next to nothing.

PYTEST_DONT_REWRITE: pytest, which rewrites the assertions of plugins, would else warn that we are there before it where
it runs under `buslens record`.
"""

from __future__ import annotations

import importlib

import buslens.at_exit  # noqa: F401

TYPE_CHECKING = False  # typing's own costs a third of what Python takes to start; type checkers know the name
if TYPE_CHECKING:
    from typing import Any

    from buslens.attaching import attach
    from buslens.launching.program import start, stop
    from buslens.probe import Probe
    from buslens.recorder import Recorder

__all__ = ["Probe", "Recorder", "attach", "start", "stop"]

_HOMES = {
    "Probe": "buslens.probe",
    "Recorder": "buslens.recorder",
    "attach": "buslens.attaching",
    "start": "buslens.launching.program",
    "stop": "buslens.launching.program",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
