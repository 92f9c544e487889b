"""One held delivery with another payload: JSON, checked against the schema of its event while it is written."""

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


class EditHeldSheet(QDialog):
    """Does not stop the window; closes at Escape, and is gone then."""

    release_wanted = Signal(int, object)
    """Number of the delivery, and its payload: None for nothing."""

    def __init__(self, session: Session, held: HeldDelivery, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        title = f"Payload of {edge(held.event, held.handler)}"
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self._session, self._held = session, held
        emitted = _emitted(session, held)
        about = QLabel(self)
        about.setTextFormat(Qt.TextFormat.PlainText)
        about.setWordWrap(True)
        about.setProperty("muted", True)
        about.setText(emitted.doubt or "What the handler gets in place of what was emitted; empty: no payload.")
        self.payload = JsonEditor(themes, self, optional=True)
        self.payload.set_text(emitted.text)
        self.payload.set_checker(self._check)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.release = self.buttons.addButton("Release with This", QDialogButtonBox.ButtonRole.AcceptRole)
        self.release.setAutoDefault(False)
        self.buttons.accepted.connect(self._release)
        self.buttons.rejected.connect(self.reject)
        self.payload.problems_changed.connect(self._refresh)
        rows = QVBoxLayout(self)
        rows.addWidget(about)
        rows.addWidget(self.payload, 1)
        rows.addWidget(self.buttons)
        self._refresh()
        self.resize(sheet_size(SIZE, parent))

    def _check(self, value: object) -> Sequence[JsonProblem]:
        document = self._session.document
        event = document.scenario.events.get(self._held.event) if document else None
        if event is None:
            return ()
        return [JsonProblem(problem.problem, path_of(problem.path)) for problem in payloads.check(event, value)]

    def _refresh(self) -> None:
        self.release.setEnabled(self.payload.valid)

    def _release(self) -> None:
        if self.payload.valid:
            self.release_wanted.emit(self._held.number, self.payload.value())
            self.accept()


def _emitted(session: Session, held: HeldDelivery) -> RecordedEmit:
    """What it carries, as far as the capture has that: recording may be off, or its record forgotten."""
    try:
        return recorded(session.trace, "dispatch", held.dispatch)
    except UserError:
        return RecordedEmit(held.event, "", "What was emitted is not in the capture: write what the handler gets.")
