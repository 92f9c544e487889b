"""Files that a scenario includes: found below its own folder alone, read once."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from pathlib import Path

from bus.errors import UserError
from bus.scenario.parsed import ParsedYaml, read, read_text

LONGEST_PATH = 1_000


class IncludedFiles:
    """The files that a scenario includes, as they were when they were first asked for."""

    def __init__(self, own: Path | None, texts: Mapping[str, str] | None = None) -> None:
        """own: the scenario's file, None where it has none.

        texts: those of the files, by name, where somebody has read them already; None: they are on the disk.
        """
        self._own = own
        self._folder = own.parent if own is not None else None
        self._texts = texts
        self._read: dict[str, ParsedYaml] = {}

    @property
    def own_name(self) -> str:
        """The scenario's own file, as its folder knows it; empty where it is in none."""
        return self._own.name if self._own is not None else ""

    def name_of(self, said: str, includer: str) -> str:
        """The name of a file, which is its path from the scenario's folder. Raises UserError where it is outside.

        said: as the file `includer` calls it, from its own folder.
        """
        if len(said) > LONGEST_PATH or not said.strip() or not said.isprintable() or "\\" in said:
            raise UserError("expected the path of a scenario file, such as parts/orders.yaml")
        name = posixpath.normpath(posixpath.join(posixpath.dirname(includer), said))
        if posixpath.isabs(said) or name.split("/")[0] == "..":
            raise UserError(f"{said} lies outside of the scenario's folder", hint="include files below that alone")
        return name

    def shown(self, name: str) -> str:
        """A file as messages call it."""
        return str(self._folder / name) if self._folder is not None else name

    def read(self, name: str) -> ParsedYaml:
        """One of them. Raises UserError where there is none, or it cannot be read; UserErrors where it is no YAML."""
        if name not in self._read:
            self._read[name] = read(self._text(name), self.shown(name))
        return self._read[name]

    def _text(self, name: str) -> str:
        if self._texts is not None:
            if name not in self._texts:
                raise UserError(f"{name} was not handed over with this scenario")
            return self._texts[name]
        if self._folder is None:
            raise UserError("a scenario that is in no file includes nothing", hint="save it first")
        path = self._folder / name
        try:
            inside = path.resolve(strict=True).is_relative_to(self._folder.resolve())
            is_file = path.is_file()
        except (OSError, ValueError, RuntimeError):
            raise UserError(
                f"there is no file {self.shown(name)}", hint="the path begins at this file's folder"
            ) from None
        if not inside:
            raise UserError(f"{name} is a link out of the scenario's folder", hint="include files below that alone")
        if not is_file:
            raise UserError(f"{self.shown(name)} is no file")
        return read_text(path)

    def changed(self) -> IncludedFiles | None:
        """As they are on the disk now, where one of them says something else; None where none does.

        One that is not there any more, or cannot be read, says something else.
        """
        if self._texts is not None:
            return None
        new = IncludedFiles(self._own)
        for name, known in self._read.items():
            try:
                if new._text(name) == known.text:
                    new._read[name] = known
            except UserError:
                pass
        return None if len(new._read) == len(self._read) else new
