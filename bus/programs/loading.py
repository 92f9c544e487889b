"""What was recorded, in one trace: of a capture file, or of all processes of a session."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bus.capture import capture
from bus.programs.collecting import whole
from bus.programs.session_folder import read
from bus.trace.trace import Trace


def unheard(sentence: str) -> None:
    """Where there is nobody who could be told."""


def load(path: Path, say: Callable[[str], object] = unheard) -> Trace:
    """What a capture file, or the folder of a session, has now; a capture that is being made is waited for.

    say: takes a sentence for the person. Raises UserError; damage is said in `trace.damage`.
    """
    found = path if path.is_dir() else whole(path, say)
    return read(found) if found.is_dir() else capture.load(found)
