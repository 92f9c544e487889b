"""Which file a person means: a path, or the name of a sample that Buslens brings."""

from __future__ import annotations

import os
from difflib import get_close_matches
from pathlib import Path

from bus.errors import UserError
from bus.scenario.samples import SAMPLES


def found_scenario(name: str) -> Path:
    """The file at this path, or the sample of this name."""
    path = Path(name)
    if path.is_dir():
        raise UserError(f"{name} is a folder, not a scenario or capture file")
    if os.path.lexists(path):
        return path
    samples = {sample.id: sample.path for sample in SAMPLES}
    if name in samples:
        return samples[name]
    near = get_close_matches(name, samples, 1)
    raise UserError(f"there is no file {name}", hint=f"did you mean the sample {near[0]}?" if near else "")
