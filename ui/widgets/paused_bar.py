"""While the engine is paused: where it stands, and the queue of what waits, the next first."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QAbstractItemView, QFrame, QLabel, QListWidget, QVBoxLayout, QWidget

from bus.session import EngineState, Session, Stop, Waiting
from ui.number_text import span

MOST_ROWS = 4
"""As many lines as are seen without scrolling."""

_KINDS = {
    "call": "starts as soon as there is room",
    "wait": "waits inside its call",
    "script": "next step of the script",
    "emit": "emitted by hand",
    "retry": "is called again",
}


class PausedBar(QFrame):
    """A bar that tells where the engine is paused, and what comes next; hidden while it is not."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("paused_bar")
        self.setAccessibleName("Paused")
        self._session = session
        self._shown: EngineState | None = None
        self.next = QLabel(self)
        self.next.setTextFormat(Qt.TextFormat.PlainText)
        self.next.setProperty("strong", True)
        self.next.setAccessibleName("What comes next")
        self.queue = QListWidget(self)
        self.queue.setAccessibleName("The queue of what waits")
        self.queue.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.queue.setUniformItemSizes(True)
        self.queue.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(10, 5, 8, 5)
        rows.setSpacing(3)
        rows.addWidget(self.next)
        rows.addWidget(self.queue)
        self.hide()

    def refresh_engine(self) -> None:
        """The engine stands somewhere else, or goes on."""
        state = self._session.engine_state
        if state == self._shown:
            return
        self._shown = state
        self.setVisible(state.phase == "paused")
        if state.phase != "paused":
            return
        self.next.setText(next_text(state.next_stop))
        self.queue.clear()
        self.queue.addItems([waiting_text(waiting, state.virtual_ns) for waiting in state.queue])
        line = self.queue.fontMetrics().height() + 4
        for row in range(self.queue.count()):
            self.queue.item(row).setSizeHint(QSize(0, line))
        self.queue.setFixedHeight(line * min(self.queue.count(), MOST_ROWS) + 2)
        self.queue.setVisible(self.queue.count() > 0)


def next_text(stop: Stop | None) -> str:
    """What happens at the next step."""
    if stop is None:
        return "Paused. Nothing comes next yet: what waits is below."
    what = f"call {stop.handler} of {stop.event}" if stop.kind == "call" else f"dispatch {stop.event}"
    if stop.at_breakpoint:
        return (
            f"Stopped at a breakpoint. Next: {what}. Its emit waits for it, so the whole run stands; Continue goes on"
        )
    inside = f", inside {stop.stack} {'call' if stop.stack == 1 else 'calls'}" if stop.stack else ""
    return f"Paused. Next: {what}{inside}"


def waiting_text(waiting: Waiting, now_ns: int) -> str:
    """One line of the queue."""
    name = " of ".join(part for part in (waiting.handler, waiting.event) if part) or "the script"
    due = "" if waiting.due_ns is None else f", in {span(max(0, waiting.due_ns - now_ns))}"
    return f"{name}: {_KINDS[waiting.kind]}{due}"
