"""A small file of ours that is either the old one or the new one, never half, and readable by its owner only."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from bus.system_errors import cannot_write

OWNER_ONLY = 0o700


def write(path: Path, text: str) -> None:
    """Replace what `path` holds; the mode of the file is 0600. Raises UserError."""
    try:
        _replace(path, text)
    except OSError as error:
        raise cannot_write(path, error) from None


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def set_aside(path: Path) -> Path:
    """Move a damaged file out of the way, so that nothing of it is lost."""
    aside = path.with_name(f"{path.name}.damaged")
    os.replace(path, aside)
    return aside
