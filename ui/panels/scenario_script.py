"""The forms of the script, and of what the scenario says of itself."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QWidget

from bus.scenario import ENGINE_IDS
from ui.panels.scenario_fields import SCRIPT_FIELDS
from ui.panels.scenario_form import Form
from ui.panels.scenario_inputs import Input
from ui.panels.scenario_steps import StepList
from ui.theme import ThemeSource


class ScriptForm(Form):
    """What Run does, step by step."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__("Script", themes, parent)
        self.title.setText("What Run does")
        self.steps = StepList("Script", SCRIPT_FIELDS, themes, self)
        self.steps.changed.connect(self._steps_changed)
        self.rows.insertWidget(self.rows.count() - 1, self.steps)
        self.rows.addStretch(1)

    def show_script(self, values: dict[str, Any], events: list[str]) -> None:
        """Show the script as the file says it."""
        self.error.say("")
        self.steps.show_steps(list(values.get("script") or []), events)

    def _steps_changed(self, steps: list[Any], joins: str) -> None:
        self.changed.emit("script", steps, joins)


class ScenarioForm(Form):
    """Name, description, engine and seed."""

    named = False

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__("Scenario", themes, parent)
        self.name = self.add("name", "name")
        self.description = self.add("description", "about")
        self.engine = self.add("engine", "engine", "event", "what carries the events", known=ENGINE_IDS)
        self.seed: Input = self.add("seed", "seed", "number", "0")
        self.rows.addStretch(1)
