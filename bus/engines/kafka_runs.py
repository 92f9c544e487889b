"""What a run has made on a Kafka, remembered on disk, so that `buslens clean` can remove it after a kill."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

from bus.engines import kafka_names as names
from bus.engines.kafka_admin import Admin
from bus.engines.sqlite_runs import RunFolder, home, made_elsewhere
from bus.errors import UserError

FILE = "kafka.json"


class Made:
    """The names of one run. The folder is owned by the process that runs it, as that of an SQLite log is."""

    def __init__(self, run: str, url: str) -> None:
        self.run = run
        self.topics: list[str] = []
        self.groups: list[str] = []
        self._url = names.shown(url)
        self._folder = RunFolder(home() / run)

    def begin(self) -> None:
        """From here on there is something to be removed. Raises UserError."""
        try:
            self._folder.make()
            self._write()
        except (OSError, sqlite3.Error) as error:
            raise UserError(f"{self._folder.path} cannot be made: {error}") from None

    def add(self, *, topic: str = "", group: str = "") -> None:
        """Remember it, before it is made."""
        if topic and topic not in self.topics:
            self.topics.append(topic)
            self._write()
        if group and group not in self.groups:
            self.groups.append(group)
            self._write()

    def end(self) -> None:
        """Nothing is left."""
        self._folder.leave(clean=True)

    def leave(self) -> None:
        """Whatever is left may be removed by `buslens clean`."""
        self._folder.leave(clean=False)

    def _write(self) -> None:
        said = {"run": self.run, "address": self._url, "topics": self.topics, "groups": self.groups}
        path = self._folder.path / FILE
        part = path.with_suffix(".part")
        part.write_text(json.dumps(said), encoding="utf-8")
        part.replace(path)


class NotOurs:
    """In place of it, where the run is somebody else's: nothing is remembered, nothing removed."""

    topics: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()

    def begin(self) -> None:
        """Nothing is to be removed."""

    def add(self, *, topic: str = "", group: str = "") -> None:
        """Its owner knows."""

    def end(self) -> None:
        """Nothing was there."""

    def leave(self) -> None:
        """It stays."""


def read(folder: Path) -> tuple[str, list[str], list[str]]:
    """Address, topics and groups that a folder remembers. Raises ValueError where it was not written by us."""
    said: Any = json.loads((folder / FILE).read_text(encoding="utf-8"))
    topics, groups = [str(name) for name in said["topics"]], [str(name) for name in said["groups"]]
    if said["run"] != folder.name or not all(name.startswith(f"{folder.name}.") for name in [*topics, *groups]):
        raise ValueError("names that are not this run's")
    return str(said["address"]), topics, groups


def remove(folder: Path, url: str) -> None:
    """Remove from the broker what a killed run made there. Raises UserError where that cannot be done."""
    try:
        address, topics, groups = read(folder)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{folder / FILE} cannot be read: {error}") from None
    if (elsewhere := made_elsewhere(address, names.shown(url))) is not None:
        raise elsewhere
    admin = Admin(url)
    admin.reach()
    admin.remove(topics, groups)
