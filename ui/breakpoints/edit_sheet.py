"""What a handler gets in place of what was emitted: JSON, checked against its event's schema while it is written."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from bus.errors import UserError
from bus.run.breakpoints import edge
from bus.runtime.state import HeldDelivery
from bus.scenario import payload as payloads
from bus.session import Session
from bus.trace.resend import RecordedEmit, recorded
from ui.screen import sheet_size
from ui.theme import ThemeSource
from ui.widgets.json_editor import JsonEditor
from ui.widgets.json_places import JsonProblem, path_of

SIZE = QSize(560, 420)


class PayloadSheet(QDialog):
    """Does not stop the window; closes at Escape, and is gone then."""

    chosen = Signal(object)
    """The payload as it was written, None for nothing."""

    def __init__(
        self, session: Session, title: str, emitted: RecordedEmit, button: str, themes: ThemeSource, parent: QWidget
    ) -> None:
        """emitted: what is to be edited. button: what is done with it."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self._session, self._event = session, emitted.event
        self.about = QLabel(self)
        self.about.setTextFormat(Qt.TextFormat.PlainText)
        self.about.setWordWrap(True)
        self.about.setProperty("muted", True)
        self.about.setText(emitted.doubt or "What the handler gets in place of what was emitted; empty: no payload.")
        self.payload = JsonEditor(themes, self, optional=True)
        self.payload.set_text(emitted.text)
        self.payload.set_checker(self._check)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.release = self.buttons.addButton(button, QDialogButtonBox.ButtonRole.AcceptRole)
        self.release.setAutoDefault(False)
        self.buttons.accepted.connect(self._choose)
        self.buttons.rejected.connect(self.reject)
        self.payload.problems_changed.connect(self._refresh)
        rows = QVBoxLayout(self)
        rows.addWidget(self.about)
        rows.addWidget(self.payload, 1)
        rows.addWidget(self.buttons)
        self._refresh()
        self.resize(sheet_size(SIZE, parent))

    def _check(self, value: object) -> Sequence[JsonProblem]:
        document = self._session.document
        event = document.scenario.events.get(self._event) if document else None
        if event is None:
            return ()
        return [JsonProblem(problem.problem, path_of(problem.path)) for problem in payloads.check(event, value)]

    def _refresh(self) -> None:
        self.release.setEnabled(self.payload.valid)

    def _choose(self) -> None:
        if self.payload.valid:
            self.chosen.emit(self.payload.value())
            self.accept()


class EditHeldSheet(PayloadSheet):
    """The payload of one delivery that a breakpoint holds."""

    release_wanted = Signal(int, object)
    """Number of the delivery, and its payload: None for nothing."""

    def __init__(self, session: Session, held: HeldDelivery, themes: ThemeSource, parent: QWidget) -> None:
        title = f"Payload of {edge(held.event, held.handler)}"
        super().__init__(session, title, _emitted(session, held), "Release with This", themes, parent)
        self._held = held
        self.chosen.connect(self._release)

    def _release(self, payload: object) -> None:
        self.release_wanted.emit(self._held.number, payload)


def _emitted(session: Session, held: HeldDelivery) -> RecordedEmit:
    """What it carries, as far as the capture has that: recording may be off, or its record forgotten."""
    try:
        return recorded(session.trace, "dispatch", held.dispatch)
    except UserError:
        return RecordedEmit(held.event, "", "What was emitted is not in the capture: write what the handler gets.")
