"""Which scenario files may run their Python handlers: those whose exact content a person trusted.

What is remembered is the hash of the content: change one character of the file and it is asked for again.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import platformdirs

from app import atomic_file

CONTENT_HASH = re.compile(r"[0-9a-f]{32,128}")
MOST_BYTES = 4 * 1024 * 1024
"""More than a person trusts in a lifetime; a larger file is not ours."""


class TrustedFiles:
    """Which scenario files a person trusts to run Python; the list is read once and written at each change."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or platformdirs.user_config_path("buslens") / "trusted.json"
        self._entries = _read(self.path)

    def trusts(self, content_hash: str) -> bool:
        """Whether Python handlers of a file with this content may run."""
        return content_hash in self._entries

    def trust(self, content_hash: str, file: str | Path) -> None:
        """Remember this content; `file` is kept only for the person who reads the list."""
        when = datetime.now(UTC).isoformat(timespec="seconds")
        # Another window may have trusted something since: keep what it wrote.
        self._entries = {**_read(self.path), content_hash: {"file": str(file), "when": when}}
        self._write()

    def forget(self, content_hash: str) -> None:
        """Ask again from now on."""
        self._entries = {known: entry for known, entry in _read(self.path).items() if known != content_hash}
        self._write()

    def _write(self) -> None:
        atomic_file.write(self.path, json.dumps({"trusted": self._entries}, indent=1) + "\n")


def _read(path: Path) -> dict[str, dict[str, str]]:
    """What the file says; nothing is trusted where it cannot be read."""
    try:
        if path.stat().st_size > MOST_BYTES:
            return {}
        stored = json.loads(path.read_text(encoding="utf-8"))["trusted"]
        return {
            known: {str(key): str(value) for key, value in entry.items()}
            for known, entry in stored.items()
            if CONTENT_HASH.fullmatch(known)
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
