"""A person's settings on disk: tolerant of damage when read, never half when written.

What each setting is and means stands in `bus/settings.py`; here is only the file.
"""

from __future__ import annotations

import dataclasses
import json
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

import platformdirs
from pydantic import TypeAdapter, ValidationError

from app import atomic_file
from bus.settings import Settings

MOST_BYTES = 1024 * 1024


class SettingsFile:
    """The settings in their JSON file, which every other program may change between two reads."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or platformdirs.user_config_path("buslens") / "settings.json"
        self.problem = ""
        """One sentence about the last read, for a person; empty where the file was fine or not there yet."""

    def read(self) -> Settings:
        """The settings; where a value is wrong or missing, its default."""
        self.problem = ""
        stored = self._stored()
        good: dict[str, Any] = {}
        wrong = []
        for name, adapter in _adapters().items():
            if name not in stored:
                continue
            try:
                good[name] = adapter.validate_json(json.dumps(stored[name]))
            except (ValidationError, ValueError):
                wrong.append(name)
        if wrong:
            self.problem = f"{self.path}: the default is used for {', '.join(wrong)}, which could not be read"
        return Settings(**good)

    def write(self, settings: Settings) -> None:
        """Remember these settings; keys of a newer Buslens stay as they are."""
        ours = {
            name: adapter.dump_python(getattr(settings, name), mode="json") for name, adapter in _adapters().items()
        }
        atomic_file.write(self.path, json.dumps({**self._stored(), **ours}, indent=2, ensure_ascii=False) + "\n")

    def _stored(self) -> dict[str, Any]:
        try:
            if self.path.stat().st_size > MOST_BYTES:
                raise ValueError("too large")
            stored = json.loads(self.path.read_text(encoding="utf-8"))
            if not isinstance(stored, dict):
                raise ValueError("not an object")
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError) as error:
            self._set_aside(error)
            return {}
        return stored

    def _set_aside(self, error: Exception) -> None:
        try:
            aside = atomic_file.set_aside(self.path)
        except OSError:
            self.problem = f"{self.path}: cannot be read ({type(error).__name__}); the defaults are used"
        else:
            self.problem = f"{self.path}: could not be read; the defaults are used, the old file is {aside.name}"


@cache
def _adapters() -> dict[str, TypeAdapter[Any]]:
    """What reads and writes each setting, made once: a window reads its settings five times while it is opened."""
    hints = get_type_hints(Settings)
    return {field.name: TypeAdapter(hints[field.name]) for field in dataclasses.fields(Settings)}
