"""Where the command line writes: streams as they are here, in any encoding, closed, full, or with nobody reading.

What an encoding lacks is written as an escape; a reader that has gone ends the program quietly; a full disk is said.
"""

from __future__ import annotations

import errno
import io
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from rich.console import Console

from app.cli_text import plain
from bus.capture.whole_file import replacing
from bus.errors import UserError
from bus.system_errors import reason

if TYPE_CHECKING:
    from bus.trace import Trace

STDOUT = "-"
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
CANNOT_KEEP = ("strict", "surrogateescape")
"""Ways to handle a letter that the encoding lacks that end in an exception; others a person has chosen."""


def prepare() -> None:
    """Let no letter stop the program that the encoding of a stream lacks (PYTHONIOENCODING=cp1252)."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors in CANNOT_KEEP:
            stream.reconfigure(errors="backslashreplace")


def complain(line: str) -> None:
    """One line on stderr, where there is one that takes it."""
    if sys.stderr is None:
        return
    try:
        print(f"buslens: {plain(line)}", file=sys.stderr, flush=True)
    except (OSError, ValueError):
        _into_nothing(sys.stderr)  # nobody is left who could be told


def warn(path: Path, trace: Trace) -> None:
    """What a person must know of a capture, beside whatever is made of it."""
    from bus.capture import completeness  # NumPy takes a third of the start of a command that reads no capture

    for sentence in completeness.warnings(trace):
        complain(f"{path}: {sentence}")


def write_text(text: str) -> None:
    """Data on stdout: where its encoding lacks letters that are written as escapes, that is said."""
    if sys.stdout is None:
        return
    sys.stdout.write(text)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError as error:
        lacks = f"standard output is {error.encoding}, which lacks {text[error.start]!r}"
        complain(f"{lacks} and maybe others: they are written as escapes (PYTHONIOENCODING=utf-8 writes them)")
    except (LookupError, UnicodeError):
        return


def write_file(path: Path, text: str) -> None:
    """Write a text and a line break into a file, whole or not at all; or on standard output, where it is named `-`."""
    if str(path) == STDOUT:
        write_text(f"{text}\n")
        return
    with replacing(path) as file:
        file.write(f"{text}\n".encode("utf-8", "backslashreplace"))


def write_bytes(data: bytes) -> None:
    """Data on stdout as it is, whatever the encoding."""
    if sys.stdout is not None:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)


@contextmanager
def file_for(path: Path, *, is_text: bool) -> Iterator[Path]:
    """Where an exporter writes what is to be at `path`; `-` is stdout, which gets it when it is whole. UserError."""
    if str(path) != STDOUT:
        yield path
        return
    if sys.stdout is None:
        raise UserError("standard output is closed", hint="name a file")
    if not is_text and sys.stdout.isatty():
        raise UserError("this format is not for a terminal", hint="name a file, or send it through a pipe")
    with tempfile.TemporaryDirectory(prefix="buslens-") as folder:
        whole = Path(folder) / "whole"
        yield whole
        sys.stdout.flush()
        with whole.open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer)


def finish() -> None:
    """Write what is left. Raises OSError."""
    if sys.stdout is not None:
        sys.stdout.flush()


def unwritten(error: OSError) -> UserError | None:
    """The sentence where stdout took no more; None where it was something else.

    Whoever writes a file says which one; only what is printed has no name.
    """
    if error.filename is not None or error.errno not in NO_ROOM:
        return None
    return UserError(f"standard output cannot be written: {reason(error)}")


def nobody_reads() -> None:
    """Nobody takes what stdout still holds: it goes into nothing, or Python would complain at its exit."""
    if sys.stdout is not None:
        _into_nothing(sys.stdout)


def console(*, stderr: bool = False, columns: int | None = None, soft_wrap: bool = False) -> Console:
    """For tables and colours. Texts are taken literally.

    columns: as wide as that where nobody looks at a screen; None: as wide as rich thinks.
    """
    made = _Console(stderr=stderr, highlight=False, emoji=False, markup=False, soft_wrap=soft_wrap)
    if columns is not None and not made.is_terminal and "COLUMNS" not in os.environ:
        made.width = columns
    return made


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Not an exit code of rich's choice: `start` knows what a reader that has gone means."""
        raise BrokenPipeError


def _into_nothing(stream: TextIO) -> None:
    try:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, stream.fileno())
        os.close(nothing)
    except (OSError, ValueError):
        return
