"""Which file a person means: a path, the folder of a session, or the name of a sample that Buslens brings."""

from __future__ import annotations

import os
from difflib import get_close_matches
from pathlib import Path

from bus.errors import Place, UserError
from bus.scenario import Document, load
from bus.scenario.samples import SAMPLES


def found_scenario(name: str) -> Path:
    """The file or session at this path, or the sample of this name."""
    path = Path(name)
    if path.is_dir() and not _is_session(path):
        raise UserError(f"{name} is a folder in which no process has recorded anything")
    if os.path.lexists(path):
        return path
    samples = {sample.id: sample.path for sample in SAMPLES}
    if name in samples:
        return samples[name]
    near = get_close_matches(name, samples, 1)
    raise UserError(f"there is no file {name}", hint=f"did you mean the sample {near[0]}?" if near else "")


def judging_scenario(path: Path) -> Document:
    """A scenario by which something can be judged. Raises UserError where it expects nothing."""
    document = load(path)
    if not document.scenario.expect:
        raise UserError("this scenario expects nothing", at=Place(str(path)), hint="say it under expect: in the file")
    return document


def _is_session(path: Path) -> bool:
    from bus.programs import session_folder  # it reads captures, which few commands do

    return session_folder.is_session(path)
