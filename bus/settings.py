"""What a person has chosen, as one typed record; app/settings_file.py keeps it on disk."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting with its default. A new one is a line here."""

    theme: str = "system"
    """"system", "light" or "dark"."""

    editor: str = ""
    """Command that opens source, with {file} and {line}; empty: found from VISUAL and EDITOR."""

    speed: float = 1.0
    """Of the engine's clock where a run names none, times real time; infinity: waits cost nothing."""

    most_records: int = 0
    """Dispatches and calls of a run that the window keeps in memory, about; 0: by a share of the machine's memory."""

    recent_files: tuple[str, ...] = ()
    """Opened last, the newest first."""

    window_layout: str = ""
    """Where windows and panels stood, as the window wrote it; empty: as it comes."""
