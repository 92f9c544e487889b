"""What the operating system refuses, in a person's words: one true sentence for each reason, and what to do about it.

Everything that reads or writes a file for a person says so from here, so that a full disk is a full disk everywhere.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path

from bus.errors import Place, UserError

_ELSEWHERE = "make room there, or choose another place"
_OTHER_NAME = "choose another name"

_REASONS: dict[str, tuple[str, str]] = {
    "ENOSPC": ("the disk is full", _ELSEWHERE),
    "EDQUOT": ("the quota of this user on that disk is used up", _ELSEWHERE),
    "EFBIG": ("the file would become larger than the system allows", "see `ulimit -f`, or choose another place"),
    "EACCES": ("this user has no permission for it", "change the permissions, or choose another place"),
    "EPERM": ("the system does not permit it", "it may be protected: choose another place"),
    "EROFS": ("the file system is read-only", "choose another place"),
    "ENOENT": ("there is no such file or folder", "check the path"),
    "ENOTDIR": ("a part of its path is a file, not a folder", "check the path"),
    "EISDIR": ("this is a folder, not a file", "name a file in it"),
    "ENAMETOOLONG": ("its name is longer than the file system allows", "choose a shorter name"),
    "ELOOP": ("the links of its path lead in a circle", "check the links"),
    "EINVAL": ("the file system does not take such a name or file", _OTHER_NAME),
    "EILSEQ": ("the file system does not take such a name", _OTHER_NAME),
    "EEXIST": ("there is something of this name already", _OTHER_NAME),
    "ETXTBSY": ("it is a program that is running", _OTHER_NAME),
    "EBUSY": ("another program holds it", "close that program, or choose another name"),
    "EIO": ("the disk or the network reports an error", "check it, or choose another place"),
    "EMFILE": ("this program has too many files open", "see `ulimit -n`"),
    "ENFILE": ("too many files are open on this system", "close some programs"),
    "ENOMEM": ("the memory is full", "close some programs"),
    "ESTALE": ("the network folder is not there any more", "connect it again, or choose another place"),
    "ENODEV": ("the device is not there", "check the path"),
    "ENXIO": ("nothing is at the other end of it", "check the path"),
    "SQLITE_IOERR": ("the system reports an error of its disk", "is it full, or a limit reached? see `ulimit -f`"),
    "EPIPE": ("who read it has gone", "keep its reader until it is written"),
}
"""By the name of the error, as Linux, macOS and Windows number them differently: what it is, and what to do."""

_OF_SQLITE = {
    sqlite3.SQLITE_FULL: "ENOSPC",
    sqlite3.SQLITE_READONLY: "EROFS",
    sqlite3.SQLITE_IOERR: "SQLITE_IOERR",
    sqlite3.SQLITE_PERM: "EACCES",
    sqlite3.SQLITE_NOMEM: "ENOMEM",
    sqlite3.SQLITE_TOOBIG: "EFBIG",
}


def reason(error: BaseException) -> str:
    """Why, without a place: the disk is full."""
    return _reason(error)[0]


def cannot_read(path: Path | str, error: BaseException) -> UserError:
    """The sentence about a file that cannot be read."""
    return _refused("read", path, error)


def cannot_write(path: Path | str, error: BaseException) -> UserError:
    """The sentence about a file that cannot be written."""
    return _refused("written", path, error)


def cannot_make(path: Path | str, error: BaseException) -> UserError:
    """The sentence about a folder that cannot be made."""
    return _refused("made", path, error)


def cannot_use(error: OSError) -> UserError:
    """The sentence where nobody knows what was tried: of the file that the system names, if it does."""
    why, hint = _reason(error)
    return UserError(why, at=Place(str(error.filename)) if error.filename else None, hint=hint)


def _refused(what: str, path: Path | str, error: BaseException) -> UserError:
    why, hint = _reason(error)
    return UserError(f"cannot be {what}: {why}", at=Place(str(path)), hint=hint)


def _reason(error: BaseException) -> tuple[str, str]:
    if isinstance(error, sqlite3.Error):
        # The low byte is the kind, what is above says more of it.
        code = getattr(error, "sqlite_errorcode", None)
        return _REASONS.get(_OF_SQLITE.get((code or 0) & 0xFF, ""), (str(error), ""))
    if isinstance(error, OSError) and error.errno is not None:
        name = errno.errorcode.get(error.errno, "")
        return _REASONS.get(name, ((error.strerror or os.strerror(error.errno)).lower(), ""))
    text = (str(error).splitlines() or [type(error).__name__])[0]
    # Libraries that write by themselves, such as DuckDB, put the system's words into theirs.
    quoted = max(
        (name for number, name in errno.errorcode.items() if os.strerror(number) in text),
        key=lambda name: len(os.strerror(getattr(errno, name))),
        default="",
    )
    return _REASONS.get(quoted, (text, ""))
