"""What a scenario is made of: the text of its own file, and the texts of those that it includes.

Whoever reads a scenario in another process or at another time is handed these, and asks no disk for them: what a person
trusts is what runs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class ScenarioTexts:
    """All that decides what a scenario says."""

    own: str
    """The text of its own file."""

    included: Mapping[str, str] = field(default_factory=dict)
    """Texts of included files, by their paths from the folder of its own file, with `/`."""

    @property
    def content_hash(self) -> str:
        """What a person trusts when they trust its Python handlers: every letter of every file, and their names."""
        whole = self.own if not self.included else json.dumps([self.own, sorted(self.included.items())])
        return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()

    def as_one(self, title: str) -> str:
        """All of it to be read by a person; title: of its own file, which stands above where there are several."""
        if not self.included:
            return self.own
        parts = ((title, self.own), *((f"{name}, which it includes", text) for name, text in self.included.items()))
        return "\n\n".join(f"# === {name}\n{text.rstrip()}" for name, text in parts) + "\n"

    def as_json(self) -> dict[str, Any]:
        """As another process is told of it."""
        return {"own": self.own, "included": dict(self.included)}


def texts_from(said: Mapping[str, Any]) -> ScenarioTexts:
    """What `as_json` has made."""
    return ScenarioTexts(said["own"], said["included"])
