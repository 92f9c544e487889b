"""The form of a handler: name, the events it hears, what it does, and what few handlers need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QComboBox, QWidget

from bus.scenario.drafts import Draft, FieldPath
from bus.scenario.references import BUILT_IN_EVENTS
from bus.scenario.steps import VERBS
from bus.workers import INLINE, KINDS
from ui.panels.scenario.fields import Step, written
from ui.panels.scenario.form import Form, field_rows
from ui.panels.scenario.inputs import FieldInput
from ui.panels.scenario.steps import StepList
from ui.theme import ThemeSource
from ui.widgets.fold import Fold

WORKERS = (INLINE, *KINDS)
"""Where calls run, on the bus where nothing is said."""

ACKS = ("after", "before")
"""When a durable engine is told that the event was taken, in relation to the call."""

SUMMARIES = {
    "worker": "{}",
    "parallel": "{} at once",
    "attempts": "{} attempts",
    "ack": "acknowledges {}",
    "from": "from {}",
}
"""What of the workers and brokers is set, in a few words."""


WAITING = {
    "when": "some events",
    "timeout": "at most {}",
    "retry": "called again where it fails",
    "on_failure": "a dead letter",
    "debounce": "debounced",
    "throttle": "throttled",
    "batch": "in batches",
    "order": "in order of {}",
    "concurrency": "{} at once",
    "service": "by {}",
}
"""What of its waiting and failing is set, in a few words."""


class HandlerForm(Form):
    """The form of the chosen handler: what it is subscribed to, and its steps."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__("Handler", themes, parent)
        self._name = ""
        self.name = self.add("name", "name")
        self.on = self.add("on", "event", "event", "an event, a pattern such as order.*, or several with commas")
        self.steps = StepList("Behaviour", VERBS, themes, self, ("do",))
        self.steps.typed.connect(self.typed)
        self.steps.rearranged.connect(self.rearranged)
        self.rows.addWidget(self.steps)
        more = field_rows()
        self.description = self.add("description", "about", hint="what it is for", to=more)
        self.once = self.add("once", "only once", "flag", to=more, help="Its first call removes it")
        self.block = self.add("block", "blocks", "flag", to=more, help="A plain function, also on an asyncio engine")
        self.rows.addLayout(more)
        self.waiting = Fold("Waiting and failing", self._waiting_and_failing(), self)
        self.rows.addWidget(self.waiting)
        self.fold = Fold("Workers and brokers", self._workers_and_brokers(), self)
        self.rows.addWidget(self.fold)
        self.rows.addStretch(1)

    def show_handler(
        self,
        name: str,
        values: dict[str, Any],
        events: list[str],
        emit: Step,
        drafts: Mapping[FieldPath, Draft],
    ) -> None:
        """Show a handler as the file says it. emit: what a new emit step says."""
        choice = self.on.widget
        if isinstance(choice, QComboBox):
            blocked = choice.blockSignals(True)
            text = choice.currentText()
            choice.clear()
            choice.addItems([*events, *BUILT_IN_EVENTS[:1]])
            choice.setEditText(text)
            choice.blockSignals(blocked)
        self.show_values({**values, "name": name, "on": written(values.get("on"))}, drafts)
        self.refresh(values, events, emit, drafts)
        if name != self._name:
            self._name = name
            for fold, keys in self._folds():
                fold.set_open(any(key in values or (key,) in drafts for key in keys))

    def refresh(self, values: dict[str, Any], events: list[str], emit: Step, drafts: Mapping[FieldPath, Draft]) -> None:
        """Show the handler as it is now; what is being typed stays."""
        self.steps.show_steps(list(values.get("do") or []), events, emit, drafts)
        for fold, keys in self._folds():
            fold.set_summary(", ".join(text.format(values[key]) for key, text in keys.items() if key in values))

    def inputs(self) -> list[FieldInput]:
        """The fields of the handler and of its chosen step."""
        return [*super().inputs(), *self.steps.inputs()]

    def path_of(self, field: FieldInput) -> FieldPath:
        """A step's fields lie below the step."""
        return self.steps.path_of(field) if field in self.steps.inputs() else field.field.path

    def go_to(self, path: FieldPath) -> FieldInput | None:
        """The step, or the part that is closed, is opened first."""
        if path[0] == "do" and len(path) > 1:
            self.steps.choose(int(path[1]))
        for fold, keys in self._folds():
            if path[0] in keys:
                fold.set_open(True)
        return super().go_to(path)

    def _folds(self) -> tuple[tuple[Fold, Mapping[str, str]], ...]:
        return (self.waiting, WAITING), (self.fold, SUMMARIES)

    def _waiting_and_failing(self) -> QWidget:
        part = QWidget(self)
        rows = field_rows()
        part.setLayout(rows)
        self.add("when", "only when", hint="a condition, such as event.payload.total > 100", to=rows)
        self.add("timeout", "timeout", hint="any time", to=rows, help="A call that takes longer has timed out")
        self.retry = self.add("retry", "retry", "json", '{"attempts": 3, "backoff": "100ms"}', to=rows)
        self.add("on_failure", "dead letter", hint="an event", to=rows, help="Emitted where the last call has failed")
        self.add("debounce", "debounce", hint="each event", to=rows, help="Only the last, so long after it came")
        self.add("throttle", "throttle", hint="any number", to=rows, help="One call in so long a time, such as 100ms")
        self.add("batch", "batch", "json", '{"size": 10, "within": "100ms"}', to=rows)
        self.add("order", "in order of", hint="a field such as customer.id", to=rows)
        self.add("concurrency", "at once", "number", "any number", to=rows)
        self.add("service", "service", hint="none", to=rows, help="Whose workers do its calls")
        self.retry.widget.setToolTip("Every engine: calls for one event where they fail, and the time between two")
        return part

    def _workers_and_brokers(self) -> QWidget:
        part = QWidget(self)
        rows = field_rows()
        part.setLayout(rows)
        self.worker = self.add("worker", "runs", "choice", "where its calls run", choices=WORKERS, to=rows)
        self.parallel = self.add("parallel", "at once", "number", "4 calls", to=rows)
        self.attempts = self.add("attempts", "attempts", "number", "3, then dead", to=rows)
        self.ack = self.add("ack", "acknowledge", "choice", "after or before the call", choices=ACKS, to=rows)
        self.start = self.add("from", "reads from", "number", "the beginning", to=rows)
        self.parallel.widget.setToolTip("How many of its calls run at once on its workers; 4 where nothing is said")
        self.attempts.widget.setToolTip("Durable engines: calls for one event before it becomes a dead letter")
        self.start.widget.setToolTip("Durable engines: an offset, a time of the run such as 2s, or now")
        return part
