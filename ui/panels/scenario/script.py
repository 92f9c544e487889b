"""The forms of the script and the faults, which are lists, and of what the scenario says of itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from PySide6.QtWidgets import QWidget

from bus.engines import ENGINES
from bus.scenario.acts import ACTS
from bus.scenario.drafts import Draft, FieldPath
from bus.scenario.faults import FAULTS
from bus.scenario.parts import Verbs
from ui.panels.scenario.fields import Step
from ui.panels.scenario.form import Form
from ui.panels.scenario.inputs import FieldInput
from ui.panels.scenario.steps import StepList
from ui.theme import ThemeSource

USUAL_ENGINE = "pyee-asyncio"


class ListForm(Form):
    """A list of steps that belongs to the scenario itself."""

    def __init__(
        self, title: str, about: str, verbs: Verbs, themes: ThemeSource, parent: QWidget | None = None
    ) -> None:
        """about: what stands above the list; verbs: the kinds of steps that it may have."""
        super().__init__(title, themes, parent)
        self.title.setText(about)
        self.steps = StepList(title, verbs, themes, self, ())
        self.steps.typed.connect(self.typed)
        self.steps.rearranged.connect(self.rearranged)
        self.rows.addWidget(self.steps)
        self.rows.addStretch(1)

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


class ScriptForm(ListForm):
    """What Run does, step by step."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__("Script", "What Run does", ACTS, themes, parent)

    def show_script(
        self, values: dict[str, Any], events: list[str], emit: Step, drafts: Mapping[FieldPath, Draft]
    ) -> None:
        """Show the script as the file says it. emit: what a new emit step says."""
        self.steps.show_steps(list(values.get("script") or []), events, emit, drafts)


class FaultsForm(ListForm):
    """What goes wrong on purpose."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__("Faults", "What goes wrong", FAULTS, themes, parent)

    def show_faults(
        self, values: dict[str, Any], events: list[str], handlers: Iterable[str], drafts: Mapping[FieldPath, Draft]
    ) -> None:
        """Show them as the file says them. A new one hits the first handler or event."""
        first = {"handler": next(iter(handlers), ""), "event": next(iter(events), "")}
        self.steps.show_steps(list(values.get("faults") or []), events, first, drafts)


BEGINS_WITH = "Engine and seed of the file. The toolbar has those of the next run"


class ScenarioForm(Form):
    """The form of the scenario itself: name, description, engine, seed, parameters and swarm."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__("Scenario", themes, parent)
        self.name = self.add("name", "name")
        self.description = self.add("description", "about", hint="what it shows")
        engines = (USUAL_ENGINE, *(each for each in ENGINES if each != USUAL_ENGINE))
        self.engine = self.add("engine", "engine", "choice", "what carries the events", choices=engines)
        self.seed: FieldInput = self.add("seed", "seed", "number", "0", help=BEGINS_WITH)
        self.add("parameters", "parameters", "json", '{"rate": "50/s"}', help="<rate> stands for its value anywhere")
        self.add("swarm", "swarm", "flag", help="Only some kinds of faults in each run, drawn from its seed")
        self.rows.addStretch(1)
