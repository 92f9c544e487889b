"""The form of a service: name, workers, and the queue in front of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from PySide6.QtWidgets import QWidget

from bus.scenario.drafts import Draft, FieldPath
from bus.scenario.services import Overflow
from ui.panels.scenario.form import Form
from ui.panels.scenario.inputs import Typed
from ui.theme import ThemeSource


class ServiceForm(Form):
    """The form of the chosen service."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__("Service", themes, parent)
        self.name = self.add("name", "name")
        self.description = self.add("description", "about", hint="what it stands for")
        self.workers = self.add("workers", "workers", "number", "1", help="So many calls of its handlers run at once")
        self.limit = self.add("queue.limit", "queue", "number", "any number waits", help="So many wait, at most")
        self.overflow = self.add(
            "queue.overflow", "where full", "choice", choices=get_args(Overflow),
            help="The emitter waits, the oldest is dropped, or the new one is refused",
        )  # fmt: skip
        self.rows.addStretch(1)

    def show_service(self, name: str, values: dict[str, Any] | None, drafts: Mapping[FieldPath, Draft]) -> None:
        """Show a service as the file says it."""
        self.show_values({**(values or {}), "name": name}, drafts)
        self.refresh(values)

    def refresh(self, values: dict[str, Any] | None) -> None:
        """Without a limit no queue is ever full."""
        self.overflow.setEnabled(bool((values or {}).get("queue")))

    def _field_typed(self, typed: Typed) -> None:
        """A queue without a limit is none at all."""
        is_unlimited = typed.path == self.limit.field.path and typed.value is None and not typed.mistake
        self.typed.emit(Typed(("queue",), typed.text, None) if is_unlimited else typed)
