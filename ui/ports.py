"""What the window needs of the program around it, which it must not import: where settings and trust are kept."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from bus.settings import Settings


class SettingsStore(Protocol):
    """A person's settings, kept from one start to the next."""

    def read(self) -> Settings:
        """The settings; defaults where nothing is kept."""

    def write(self, settings: Settings) -> None:
        """Keep these settings for the next start."""


class TrustStore(Protocol):
    """Which contents a person trusts to run Python."""

    def trusts(self, content_hash: str) -> bool:
        """Whether this content was trusted."""

    def trust(self, content_hash: str, file: str | Path) -> None:
        """Trust it from now on."""
