"""The files that a person opened last, kept in the settings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ui.ports import SettingsStore

MOST = 12


class RecentFiles:
    """The newest first. Every change is written at once: two windows may be open."""

    def __init__(self, store: SettingsStore) -> None:
        self._store = store

    @property
    def paths(self) -> list[Path]:
        """Those that are still there."""
        return [path for path in map(Path, self._store.read().recent_files) if path.is_file()]

    @property
    def folder(self) -> Path:
        """Where a dialog begins: where the person was last."""
        paths = self.paths
        return paths[0].parent if paths else Path.home()

    @property
    def settings_path(self) -> Path | None:
        """The file of the settings, None where they are kept elsewhere."""
        path = getattr(self._store, "path", None)
        return path if isinstance(path, Path) else None

    def add(self, path: Path) -> None:
        """This one was opened now."""
        settings = self._store.read()
        newest = str(path.resolve())
        others = [known for known in settings.recent_files if known != newest]
        self._store.write(replace(settings, recent_files=(newest, *others)[:MOST]))
