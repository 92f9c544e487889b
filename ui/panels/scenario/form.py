"""What every form of the scenario panel has: named rows of inputs, each of which says why it cannot be taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFormLayout, QLabel, QVBoxLayout, QWidget

from bus.scenario.drafts import Draft, FieldPath
from ui.panels.scenario.fields import Field, value_at
from ui.panels.scenario.inputs import FieldInput, Typed
from ui.theme import ThemeSource


class Form(QWidget):
    """A form for one thing of the scenario. It changes nothing itself, but emits what should change."""

    typed = Signal(object)
    """A Typed: what one field should say."""

    rearranged = Signal(object, object, object)
    """Path of a list of steps, the steps as they should be, and where each stood before (-1: it is new)."""

    def __init__(self, title: str, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.themes = themes
        self.setAccessibleName(title)
        self._inputs: dict[str, FieldInput] = {}
        self.title = QLabel(title, self)
        self.title.setObjectName("section_title")
        self.fields = field_rows()
        self.rows = QVBoxLayout(self)
        self.rows.setContentsMargins(8, 6, 8, 8)
        self.rows.setSpacing(6)
        self.rows.addWidget(self.title)
        self.rows.addLayout(self.fields)

    def add(
        self,
        key: str,
        title: str,
        kind: str = "text",
        hint: str = "",
        *,
        alone: bool = False,
        choices: Sequence[str] = (),
        to: QFormLayout | None = None,
        help: str = "",
    ) -> FieldInput:
        """A row for one key, or for one inside of another (`queue.limit`).

        alone: its title stands above it; to: the rows that it joins.
        """
        path = tuple(key.split("."))
        made = FieldInput(Field(path, title, kind, hint, help=help, choices=tuple(choices)), self.themes, [], self)
        self._inputs[key] = made
        rows = self.fields if to is None else to
        if kind == "flag":
            rows.addRow(made)
        elif alone:
            label = QLabel(title, self)
            label.setProperty("strong", True)
            label.setBuddy(made.widget)
            self.rows.addWidget(label)
            self.rows.addWidget(made)
        else:
            rows.addRow(title, made)
        made.changed.connect(self._field_typed)
        return made

    def _field_typed(self, typed: Typed) -> None:
        self.typed.emit(typed)

    def show_values(self, values: dict[str, Any], drafts: Mapping[FieldPath, Draft]) -> None:
        """Show what the scenario says, and what was typed and cannot be taken."""
        for each in self._inputs.values():
            each.show_value(value_at(values, each.field.path), drafts.get(each.field.path))

    def mark(self, drafts: Mapping[FieldPath, Draft]) -> None:
        """Say which fields cannot be taken; what stands in them stays."""
        for each in self.inputs():
            each.mark(drafts.get(self.path_of(each)))

    def inputs(self) -> list[FieldInput]:
        """Every field that is shown."""
        return list(self._inputs.values())

    def path_of(self, field: FieldInput) -> FieldPath:
        """The path of a field from what the form shows."""
        return field.field.path

    def go_to(self, path: FieldPath) -> FieldInput | None:
        """Bring the field of this path in front and give it the keyboard; None where there is none."""
        found = next((each for each in self.inputs() if self.path_of(each) == path), None)
        if found is not None:
            found.setFocus()
        return found


def field_rows() -> QFormLayout:
    """Rows of a title and a field."""
    rows = QFormLayout()
    rows.setContentsMargins(0, 0, 0, 0)
    rows.setVerticalSpacing(4)
    rows.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
    rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    return rows
