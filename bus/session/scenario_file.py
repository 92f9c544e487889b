"""Where a scenario's file is on this machine: what a run records names it without its folder."""

from __future__ import annotations

from pathlib import PurePath

from bus.scenario import Document
from bus.scenario.samples import FOLDER
from bus.session.run import Run


def on_this_machine(file: str, run: Run, document: Document | None) -> str:
    """The path of the file that a place of this run names, where it is known; else what the place says.

    It is the scenario that the run was made from, the one that is open, one beside the capture, or a sample; or a file
    that such a scenario includes.
    """
    for made_from in (run.origin, document):
        if made_from is not None and made_from.path is not None and file in made_from.texts.included:
            return str((made_from.path.parent / file).resolve())
    if not file or PurePath(file).name != file:
        return file
    known = [run.origin.path if run.origin is not None else None, document.path if document is not None else None]
    for path in known:
        if path is not None and path.name == file:
            return str(path.resolve())
    for folder in ([run.path.parent] if run.path is not None else []) + [FOLDER]:
        try:
            if (folder / file).is_file():
                return str(folder / file)
        except (OSError, ValueError):  # too long, or with a null in it
            break
    return file
