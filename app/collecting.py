"""The process beside a program that `buslens record -o` watches: makes its capture, and is not for people to call.

It starts at once, without the command line of the application: whoever asks for the capture waits for it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from bus.programs.collecting import Launch, collect
from bus.system_errors import cannot_write

FAILED = 2
_POLITE = 5
"""The program goes first, where both want the same processor: its streams wait on the disk."""


def make(arguments: list[str]) -> int:
    """Of the session, the program's number and when it began, and the capture, which is open as standard output."""
    folder, pid, ticks, output = arguments
    os.nice(_POLITE)
    with open(os.dup(1), "r+b", buffering=0) as file:
        os.dup2(2, 1)  # what might be printed is not part of it
        try:
            collect(Launch(Path(folder), int(pid), int(ticks)), file, Path(output))
        except OSError as error:
            print(cannot_write(Path(output), error), file=sys.stderr)
            return FAILED
    return 0
