"""What a run has made on a broker, remembered on disk, so that `buslens clean` can remove it after a kill."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

from bus.errors import UserError
from bus.runs.sqlite_runs import RunFolder, home
from bus.system_errors import cannot_make, cannot_read


class Manifest:
    """The names of what one run made on a broker, kept in a folder that the run's process owns."""

    def __init__(self, run: str, file: str, address: str, *kinds: str) -> None:
        """address: as it is shown, without what is secret. kinds: of names, such as queues."""
        self._run, self._address = run, address
        self._names: dict[str, list[str]] = {kind: [] for kind in kinds}
        self._folder = RunFolder(home() / run)
        self._path = self._folder.path / file

    def of(self, kind: str) -> list[str]:
        """Names of that kind so far."""
        return self._names[kind]

    def begin(self) -> None:
        """From here on there is something to be removed. Raises UserError."""
        try:
            self._folder.make()
            self._write()
        except (OSError, sqlite3.Error) as error:
            raise cannot_make(self._folder.path, error) from None

    def add(self, kind: str, name: str) -> None:
        """Remember a name, before what bears it is made."""
        if name not in self._names[kind]:
            self._names[kind].append(name)
            self._write()

    def end(self) -> None:
        """Remove the manifest: nothing of the run is left on the broker."""
        self._folder.leave(clean=True)

    def leave(self) -> None:
        """Whatever is left may be removed by `buslens clean`."""
        self._folder.leave(clean=False)

    def _write(self) -> None:
        fields = {"run": self._run, "address": self._address, **self._names}
        part = self._path.with_suffix(".part")
        part.write_text(json.dumps(fields), encoding="utf-8")
        part.replace(self._path)


class NoManifest:
    """The manifest of a run that somebody else began: nothing is remembered, nothing removed."""

    def of(self, _kind: str) -> tuple[str, ...]:
        """No names, of whatever kind."""
        return ()

    def begin(self) -> None:
        """Nothing is to be removed."""

    def add(self, kind: str, name: str) -> None:
        """Remember nothing: the run's owner knows the name."""

    def end(self) -> None:
        """Do nothing: there is no manifest to remove."""

    def leave(self) -> None:
        """Do nothing: what is on the broker belongs to the run's owner."""


def read(path: Path, *kinds: str, here: str) -> list[list[str]]:
    """The names of these kinds that a run's file remembers.

    here: the address that is asked now. Raises UserError where the file was not written by us, or for another address.
    """
    try:
        fields: Any = json.loads(path.read_text(encoding="utf-8"))
        names = [[str(name) for name in fields[kind]] for kind in kinds]
        run, address = path.parent.name, str(fields["address"])
        if fields["run"] != run or not all(name.startswith(f"{run}.") for listed in names for name in listed):
            raise ValueError("names that are not this run's")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise cannot_read(path, error) from None
    same_address(address, here)
    return names


def same_address(address: str, here: str) -> None:
    """Raises UserError where a run was made on another broker than that which is asked now; addresses as shown."""
    if address != here:
        raise UserError(f"it was made on {address}, and this is {here}", hint="set that address, and clean again")
