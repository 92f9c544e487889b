"""The forms of the script, and of what the scenario says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QWidget

from bus.engines import ENGINES
from bus.scenario.acts import ACTS
from bus.scenario.drafts import Draft, FieldPath
from ui.panels.scenario.fields import Step
from ui.panels.scenario.form import Form
from ui.panels.scenario.inputs import FieldInput
from ui.panels.scenario.steps import StepList
from ui.theme import ThemeSource

USUAL_ENGINE = "pyee-asyncio"


class ScriptForm(Form):
    """What Run does, step by step."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__("Script", themes, parent)
        self.title.setText("What Run does")
        self.steps = StepList("Script", ACTS, themes, self, ())
        self.steps.typed.connect(self.typed)
        self.steps.rearranged.connect(self.rearranged)
        self.rows.addWidget(self.steps)
        self.rows.addStretch(1)

    def show_script(
        self, values: dict[str, Any], events: list[str], emit: Step, drafts: Mapping[FieldPath, Draft]
    ) -> None:
        """Show the script as the file says it. emit: what a new emit step says."""
        self.steps.show_steps(list(values.get("script") or []), events, emit, drafts)

    def inputs(self) -> list[FieldInput]:
        """The fields of the chosen step."""
        return self.steps.inputs()

    def path_of(self, field: FieldInput) -> FieldPath:
        """Where a field of the chosen step stands in the scenario."""
        return self.steps.path_of(field)

    def go_to(self, path: FieldPath) -> FieldInput | None:
        """The step is chosen first."""
        self.steps.choose(int(path[0]))
        return super().go_to(path)


BEGINS_WITH = "Engine and seed of the file. The toolbar has those of the next run"


class ScenarioForm(Form):
    """The form of the scenario itself: name, description, engine and seed."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__("Scenario", themes, parent)
        self.name = self.add("name", "name")
        self.description = self.add("description", "about", hint="what it shows")
        engines = (USUAL_ENGINE, *(each for each in ENGINES if each != USUAL_ENGINE))
        self.engine = self.add("engine", "engine", "choice", "what carries the events", choices=engines)
        self.seed: FieldInput = self.add("seed", "seed", "number", "0", help=BEGINS_WITH)
        self.rows.addStretch(1)
