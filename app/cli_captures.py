"""The captures that a command is given several of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from app.cli_output import complain, warn
from bus.errors import UserError
from bus.programs import loading
from bus.trace import Trace


def readable(captures: Iterable[Path]) -> Iterator[tuple[Path, Trace]]:
    """Each of these captures or sessions that can be read, one at a time; of the others it is said why not."""
    for capture in captures:
        try:
            trace = loading.load(capture, complain)
        except UserError as error:
            complain(str(error))
            continue
        warn(capture, trace)
        yield capture, trace
