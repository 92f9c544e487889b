"""What a person may set, as one typed record; how it is kept in a file stands in app/settings_file.py."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting with its default."""

    theme: str = "system"
    """"system", "light" or "dark"."""

    editor: str = ""
    """Command that opens a source line, such as "code -g {file}:{line}"; "" for what the environment says."""

    recent_files: tuple[str, ...] = ()
    """Paths, the newest first."""

    window_layout: str = ""
    """Where the panels are, as the window wrote it; "" for the first arrangement."""
