"""A file that is written whole or not at all: whoever is cancelled or fails leaves what was there before."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from bus.errors import Place, UserError
from bus.system_errors import cannot_write


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file to write to, which takes the place of `path` where the block ends well. Raises UserError."""
    try:
        # A link stays a link; what it points to is replaced.
        target = _behind_links(path)
        if target.is_dir():
            raise UserError("this is a folder, not a file", at=Place(str(path)))
        if target.exists() and not target.is_file():
            with target.open("wb") as file:  # such as /dev/stdout, which nothing can be renamed to
                yield file
            return
        with _temporary(target) as file:
            yield file
    except OSError as error:
        raise cannot_write(path, error) from None


def _behind_links(path: Path) -> Path:
    try:
        return path.resolve()
    except RuntimeError:  # how Python before 3.13 says that links lead in a circle
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP)) from None


@contextmanager
def _temporary(target: Path) -> Iterator[IO[bytes]]:
    part = target.with_name(f".{target.name[:200]}.{secrets.token_hex(4)}.part")
    try:
        # By `open`, so that the person's umask decides who may read it.
        with part.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            part.chmod(target.stat().st_mode & 0o777)
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
