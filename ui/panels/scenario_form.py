"""What every form of the scenario panel has: named rows of inputs, and a line that says why an edit was not made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFormLayout, QLabel, QVBoxLayout, QWidget

from ui.panels.scenario_fields import Field
from ui.panels.scenario_inputs import InlineError, Input
from ui.theme import ThemeSource


class Form(QWidget):
    """Shows one thing of the scenario. It changes nothing itself: it says what should change."""

    renamed = Signal(str)
    """Another name is wanted."""

    changed = Signal(str, object, str)
    """Key, what it should say (None: nothing), and a name under which such changes are undone together."""

    def __init__(self, title: str, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.themes = themes
        self.setAccessibleName(title)
        self._inputs: dict[str, Input] = {}
        self._shown: dict[str, Any] = {}
        self.title = QLabel(title, self)
        self.title.setObjectName("section_title")
        self.error = InlineError(themes, self)
        self.fields = QFormLayout()
        self.fields.setContentsMargins(0, 0, 0, 0)
        self.fields.setVerticalSpacing(4)
        self.fields.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.rows = QVBoxLayout(self)
        self.rows.setContentsMargins(8, 6, 8, 8)
        self.rows.setSpacing(6)
        self.rows.addWidget(self.title)
        self.rows.addLayout(self.fields)
        self.rows.addWidget(self.error)

    def add(
        self,
        key: str,
        title: str,
        kind: str = "text",
        hint: str = "",
        *,
        alone: bool = False,
        known: Sequence[str] = (),
    ) -> Input:
        """A row for one key; `alone`: its title stands above it; `known`: what an event field offers."""
        made = Input(Field((key,), title, kind, hint), self.themes, list(known), self)
        self._inputs[key] = made
        if kind == "flag":
            self.fields.addRow(made)
        elif alone:
            label = QLabel(title, self)
            label.setProperty("strong", True)
            label.setBuddy(made.widget)
            self.rows.addWidget(label)
            self.rows.addWidget(made)
        else:
            self.fields.addRow(title, made)
        made.changed.connect(self.flush)
        return made

    def show_values(self, values: dict[str, Any]) -> None:
        """Show what the scenario says."""
        self._shown = dict(values)
        self.error.say("")
        for key, each in self._inputs.items():
            each.show_value(values.get(key))

    def flush(self) -> None:
        """Say what should change; wrong JSON waits until it is right."""
        for key, each in self._inputs.items():
            if not each.valid:
                continue
            value = each.value()
            if value == self._shown.get(key):
                continue
            if key == "name" and self.named:
                self.renamed.emit(str(value or ""))
            else:
                self._shown[key] = value
                self.changed.emit(key, value, key)

    named = True
    """Whether the name is what others refer to it by."""
