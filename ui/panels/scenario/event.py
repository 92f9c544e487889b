"""The form of an event: name, description, how long it lives, who gets it late, sample payload, JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtWidgets import QWidget

from bus.scenario import payload as payloads
from bus.scenario.drafts import Draft, FieldPath
from ui.panels.scenario.form import Form
from ui.panels.scenario.inputs import FieldInput
from ui.theme import ThemeSource
from ui.widgets.json_editor import JsonEditor
from ui.widgets.json_places import JsonProblem, path_of

LINES = 7


class EventForm(Form):
    """The form of the chosen event."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__("Event", themes, parent)
        self._schema: Any = None
        self.name = self.add("name", "name")
        self.description = self.add("description", "about", hint="what it means")
        self.ttl = self.add("ttl", "lives", hint="for ever", help="No call begins later than that after its emit: 2s")
        self.last_value = self.add(
            "last_value", "kept for who comes late", "flag", help="Who is subscribed late gets the last one"
        )
        self.sample = self.add("sample", "Sample payload", "json", "as JSON; what Emit begins with", alone=True)
        self.schema = self.add("schema", "JSON Schema", "json", "empty: any payload", alone=True)
        for each in (self.sample, self.schema):
            each.widget.setFixedHeight(each.fontMetrics().lineSpacing() * LINES + 16)
        self.rows.addStretch(1)
        _editor(self.sample).set_checker(self._check_sample)
        _editor(self.schema).set_checker(_check_schema)

    def show_event(self, name: str, values: dict[str, Any] | None, drafts: Mapping[FieldPath, Draft]) -> None:
        """Show an event as the file says it."""
        fields = values or {}
        self._schema = fields.get("schema")
        self.show_values({**fields, "name": name}, drafts)
        _editor(self.sample).check_now()

    def refresh_schema(self, schema: Any) -> None:
        """The sample is checked against this from now on; it may be right now."""
        if schema != self._schema:
            self._schema = schema
            _editor(self.sample).check_now()
            self.sample.try_again()

    def _check_sample(self, value: object) -> Sequence[JsonProblem]:
        if any(payloads.schema_mistakes(self._schema)):
            return ()
        found = payloads.Checker(self._schema).problems(value)
        return [JsonProblem(problem.problem, path_of(problem.path)) for problem in found]


def _editor(made: FieldInput) -> JsonEditor:
    assert isinstance(made.widget, JsonEditor)
    return made.widget


def _check_schema(value: object) -> Sequence[JsonProblem]:
    return [JsonProblem(problem, tuple(path)) for path, problem in payloads.schema_mistakes(value)]
