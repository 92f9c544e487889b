"""The scenario that a run was made from, as it was then: a document goes on being edited, a run does not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bus.scenario import Document, Scenario
from bus.scenario.samples import FOLDER
from bus.scenario.texts import ScenarioTexts


@dataclass(frozen=True, slots=True)
class RunOrigin:
    """The scenario of a run as it was when the run began."""

    title: str
    """What a person calls it: its file's name, or its own."""

    path: Path | None
    """None: it had no file yet."""

    texts: ScenarioTexts
    scenario: Scenario

    @classmethod
    def of(cls, document: Document) -> RunOrigin:
        """The scenario as it is now."""
        return cls(document.title, document.path, document.texts, document.scenario)

    @property
    def is_sample(self) -> bool:
        """Whether it is one that Buslens brings, as it came."""
        return self.path is not None and FOLDER in self.path.resolve().parents

    def differs_from(self, document: Document | None) -> str:
        """How it is not the scenario that is open, such as "made from an earlier text of a.yaml"; "" where it is."""
        if document is None or document.texts == self.texts:
            return ""
        if document.path == self.path and (self.path is not None or document.title == self.title):
            return f"made from an earlier text of {self.title}"
        return f"made from {self.title}, which is not the scenario that is open"
