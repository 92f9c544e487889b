"""Which file a person means: a path, or the name of a sample that Buslens brings."""

from __future__ import annotations

import os
from difflib import get_close_matches
from pathlib import Path

from bus.errors import UserError
from bus.scenario.samples import SAMPLES
from buslens.launching import ps
from buslens.launching.session import PROCESS


def recorded(path: Path) -> Path:
    """The capture of a process that is or was watched, or the first one of a launch. See `buslens ps`."""
    found = ps.processes(str(path)) if path.is_dir() else [process for process in [ps.read(str(path))] if process]
    captures = [Path(process.capture) for process in found if process.capture]
    there = [capture for capture in captures if capture.is_file()]
    if not there:
        raise UserError(f"{path} has no capture (yet): no process there has used a bus")
    return there[0]


def found_scenario(name: str) -> Path:
    """The file at this path, or the sample of this name."""
    path = Path(name)
    if path.suffix == PROCESS or (path.is_dir() and any(path.glob(f"*{PROCESS}"))):
        return recorded(path)
    if path.is_dir():
        raise UserError(f"{name} is a folder, not a scenario or capture file")
    if os.path.lexists(path):
        return path
    samples = {sample.id: sample.path for sample in SAMPLES}
    if name in samples:
        return samples[name]
    near = get_close_matches(name, samples, 1)
    raise UserError(f"there is no file {name}", hint=f"did you mean the sample {near[0]}?" if near else "")
