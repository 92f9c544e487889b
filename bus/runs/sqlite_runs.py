"""Where durable runs keep what is theirs, who owns it, and what runs left behind that were killed.

Each run has a folder of its own (the log, or the names of what it made on a broker) with a database that the run
holds locked while it lives: the operating system lets go of the lock when the process dies, on every platform alike.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from pathlib import Path

import platformdirs

LOG = "log.sqlite"
_OWNER = "owner.sqlite"


def home() -> Path:
    """The folder that holds a folder for each run."""
    return platformdirs.user_state_path("buslens") / "runs"


class RunFolder:
    """The folder of one run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: sqlite3.Connection | None = None

    @property
    def log(self) -> Path:
        """The run's log: the SQLite file in which its events are kept."""
        return self.path / LOG

    def make(self) -> None:
        """Make it and own it. Raises OSError or sqlite3.Error: then there is nothing of it."""
        self.path.mkdir(parents=True, mode=0o700)
        try:
            self._lock = _locked(self.path / _OWNER)
        except sqlite3.Error:
            shutil.rmtree(self.path, ignore_errors=True)
            raise

    def own(self) -> bool:
        """Whether nobody else does; from now on it is ours."""
        try:
            self._lock = _locked(self.path / _OWNER)
        except sqlite3.Error:
            return False
        return True

    def leave(self, *, clean: bool) -> None:
        """Own it no longer. clean: and remove it, with all that is in it."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None
        if clean:
            shutil.rmtree(self.path, ignore_errors=True)


def _locked(path: Path) -> sqlite3.Connection:
    """The database, held for as long as the connection is open. Raises sqlite3.Error."""
    lock = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error:
        lock.close()
        raise
    return lock


def left_behind(folder: Path | None = None) -> list[Path]:
    """Folders of runs that nobody owns any more: their process was killed."""
    folder = home() if folder is None else folder
    found = []
    for path in sorted(folder.glob("buslens-*")) if folder.is_dir() else []:
        run = RunFolder(path)
        with contextlib.suppress(sqlite3.Error, OSError):
            if (path / _OWNER).is_file() and run.own():
                run.leave(clean=False)
                found.append(path)
    return found


def remove(path: Path) -> bool:
    """Remove what a run left behind; False where somebody owns it. Nothing but such a folder is ever removed."""
    run = RunFolder(path)
    if not path.name.startswith("buslens-") or not (path / _OWNER).is_file() or not run.own():
        return False
    run.leave(clean=True)
    return True
