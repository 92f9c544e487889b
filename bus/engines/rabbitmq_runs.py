"""What a run has made on a broker, remembered on disk, so that `buslens clean` can remove it after a kill."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from bus.engines import rabbitmq_names as names
from bus.engines.rabbitmq_link import Link
from bus.engines.sqlite_runs import RunFolder, home, made_elsewhere
from bus.errors import UserError

FILE = "rabbitmq.json"


class Made:
    """The names of one run. The folder is owned by the process that runs it, as that of an SQLite log is."""

    def __init__(self, run: str, url: str) -> None:
        self.run = run
        self.queues: list[str] = []
        self._url = names.shown(url)
        self._folder = RunFolder(home() / run)

    def begin(self) -> None:
        """From here on there is something to be removed. Raises UserError."""
        try:
            self._folder.make()
            self._write()
        except (OSError, sqlite3.Error) as error:
            raise UserError(f"{self._folder.path} cannot be made: {error}") from None

    def add(self, queue: str) -> None:
        """Remember a queue, before it is made."""
        if queue not in self.queues:
            self.queues.append(queue)
            self._write()

    def end(self) -> None:
        """Nothing is left."""
        self._folder.leave(clean=True)

    def leave(self) -> None:
        """Whatever is left may be removed by `buslens clean`."""
        self._folder.leave(clean=False)

    def _write(self) -> None:
        said = {"run": self.run, "address": self._url, "queues": self.queues}
        path = self._folder.path / FILE
        part = path.with_suffix(".part")
        part.write_text(json.dumps(said), encoding="utf-8")
        part.replace(path)


class NotOurs:
    """In place of it, where the run is somebody else's: nothing is remembered, nothing removed."""

    queues: tuple[str, ...] = ()

    def begin(self) -> None:
        """Nothing is to be removed."""

    def add(self, queue: str) -> None:
        """Its owner knows."""

    def end(self) -> None:
        """Nothing was there."""

    def leave(self) -> None:
        """It stays."""


def read(folder: Path) -> tuple[str, str, list[str]]:
    """Run, address and queues that a folder remembers. Raises ValueError where it was not written by us."""
    said = json.loads((folder / FILE).read_text(encoding="utf-8"))
    run, queues = str(said["run"]), [str(queue) for queue in said["queues"]]
    if run != folder.name or not all(queue.startswith(f"{run}.") for queue in queues):
        raise ValueError("names that are not this run's")
    return run, str(said["address"]), queues


async def remove(folder: Path, url: str) -> None:
    """Remove from the broker what a killed run made there. Raises UserError where that cannot be done."""
    try:
        run, address, queues = read(folder)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{folder / FILE} cannot be read: {error}") from None
    if (elsewhere := made_elsewhere(address, names.shown(url))) is not None:
        raise elsewhere
    try:
        link = await Link.open(url, run, _nothing)
        try:
            await link.remove(queues)
        finally:
            await link.close()
    except UserError:
        raise
    except Exception as error:
        raise names.why_unreachable(error, url) from None


def _nothing(_: BaseException | None) -> None:
    """The connection is closed: that was meant."""
