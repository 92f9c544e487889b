"""The form of a handler: name, the events it hears, what it does, options."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QComboBox, QWidget

from bus.scenario.references import BUILT_IN_EVENTS
from ui.panels.scenario_fields import HANDLER_FIELDS
from ui.panels.scenario_form import Form
from ui.panels.scenario_steps import StepList
from ui.theme import ThemeSource

WORKERS = ("inline", "thread", "process", "celery")
"""Where calls run."""

ACKS = ("after", "before")
"""When a durable engine is told that the event was taken."""


class HandlerForm(Form):
    """Of the chosen handler."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__("Handler", themes, parent)
        self.name = self.add("name", "name")
        self.on = self.add("on", "event", "event", "an event, a pattern such as order.*, or several with commas")
        self.description = self.add("description", "about", hint="what it is for")
        self.once = self.add("once", "only once (removed by its first call)", "flag")
        self.block = self.add("block", "blocks (a plain function, also on asyncio)", "flag")
        self.worker = self.add("worker", "runs", "event", "inline: on the bus; or on workers", known=WORKERS)
        self.parallel = self.add("parallel", "workers", "number", "4; how many calls at once")
        self.attempts = self.add("attempts", "attempts", "number", "3; on durable engines, then a dead letter")
        self.ack = self.add(
            "ack", "acknowledge", "event", "after the call, or before it; on durable engines", known=ACKS
        )
        self.start = self.add(
            "from", "reads from", "number", "an offset, a time of the run such as 2s, or now; on a log"
        )
        self.steps = StepList("Behaviour", HANDLER_FIELDS, themes, self)
        self.steps.changed.connect(self._steps_changed)
        self.rows.insertWidget(self.rows.count() - 1, self.steps)
        self.rows.addStretch(1)

    def show_handler(self, name: str, values: dict[str, Any], events: list[str]) -> None:
        """Show a handler as the file says it."""
        choice = self.on.widget
        if isinstance(choice, QComboBox):
            blocked = choice.blockSignals(True)
            choice.clear()
            choice.addItems([*events, *BUILT_IN_EVENTS[:1]])
            choice.setEditText(written(values.get("on")))
            choice.blockSignals(blocked)
        self.show_values({**values, "name": name, "on": written(values.get("on"))})
        self.steps.show_steps(list(values.get("do") or []), events)

    def _steps_changed(self, steps: list[Any], joins: str) -> None:
        self.changed.emit("do", steps, joins)


def written(on: Any) -> str:
    """The events of a handler as the form shows them."""
    return ", ".join(str(each) for each in on) if isinstance(on, list) else str(on or "")


def read_on(text: str) -> str | list[str]:
    """The events of a handler as the file says them."""
    names = [each.strip() for each in text.split(",") if each.strip()]
    return names[0] if len(names) == 1 else names
