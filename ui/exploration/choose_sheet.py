"""The Choose the Next sheet: where more than one thing may come next a run stands, and a person takes one of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QLabel, QListWidget, QVBoxLayout, QWidget

from bus.behaviour.places import Lines
from bus.errors import UserError
from bus.run.choosing import HOSTILE, LEGAL, replay_of
from bus.runtime.asking import Offer, Offered
from bus.runtime.choices import READY, Place
from bus.scenario import Document
from bus.scenario.document import write_whole
from bus.session import AT_REST, Session
from bus.trace.ids import id_text
from bus.wording import duration, several
from ui.bridge import Bridge
from ui.screen import sheet_size
from ui.widgets import ask
from ui.widgets.closing_line import closing_line
from ui.widgets.plain_text import plain_text, strong_text
from ui.widgets.tip_button import tip_button
from ui.widgets.working_sheet import WorkingSheet

SIZE = QSize(720, 460)
SCENARIOS = "Scenarios (*.yaml)"
ABOUT = (
    "The run is in virtual time and stands wherever several things are due at the same time. Take one, and it goes on "
    "to the next choice. Numbers are drawn as the seed says. Closing this sheet lets the run go on by itself."
)
OVER = "The run is over."
GOES_ON = "The run goes on to the next choice …"


class ChooseSheet(WorkingSheet):
    """Does not stop the window, which shows what the run has recorded so far."""

    failed = Signal(object)
    """A UserError."""

    def __init__(
        self, session: Session, bridge: Bridge, begin: Callable[[str], None], folder: Path, parent: QWidget
    ) -> None:
        """begin: starts a run in which a person chooses, LEGAL or HOSTILE. folder: where a replay is suggested."""
        super().__init__(parent)
        self._session, self._begin, self._folder = session, begin, folder
        self._document: Document | None = None
        self._offer: Offer | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Choose the next")
        self.setAccessibleName("Choose the next")
        self._make_parts()
        bridge.engine_changed.connect(self.refresh)
        self.resize(sheet_size(SIZE, parent))

    def begin(self) -> None:
        """Start the run from its beginning."""
        document = self._session.document
        if document is None:
            return
        self._document = document.snapshot()
        try:
            self._begin(HOSTILE if self.hostile.isChecked() else LEGAL)
        except UserError as error:
            self.says.setText(str(error))
            self.failed.emit(error)
        else:
            self.refresh()

    def take(self) -> None:
        """Go on with what is selected."""
        offer, row = self._offer, self.list.currentRow()
        if offer is not None and row >= 0:
            self._session.running.choose(offer.number, row)
            self._show_offer(None)

    def go_on(self) -> None:
        """Let the rest come as it does by itself."""
        self._session.running.ask_no_more()
        self._show_offer(None)

    def refresh(self) -> None:
        """Another choice waits, or the run is over."""
        state = self._session.engine_state
        if state.offer != self._offer:
            self._show_offer(state.offer)
        if state.phase in AT_REST:
            self.says.setText(state.message or OVER)
        self.made.setText(f"{several(len(state.taken), 'choice')} so far in which it was not the first.")
        self.keep.setEnabled(bool(state.taken))

    def save(self) -> None:
        """Ask where, and write the scenario with the choices that were made."""
        document, state = self._document, self._session.engine_state
        if document is None or state.seed is None:
            return
        stem = document.path.stem if document.path is not None else "run"
        path = ask.file_to_save(self, "Save the choices", self._folder / f"{stem}-chosen.yaml", SCENARIOS)
        if path is None:
            return
        made = {Place(kind, number): take for kind, number, take in state.taken}
        try:
            write_whole(path, replay_of(document, state.engine, state.seed, made).text.encode())
        except UserError as error:
            self.failed.emit(error)
            return
        self.says.setText(f"Written to {path}.")

    def end_work(self) -> None:
        """The run goes on by itself."""
        self.go_on()

    def _show_offer(self, offer: Offer | None) -> None:
        self._offer = offer
        self.list.clear()
        for button in (self.take_it, self.rest):
            button.setEnabled(offer is not None)
        if offer is None:
            self.says.setText(GOES_ON)
            return
        how = "are ready" if offer.kind == READY else "are due"
        self.says.setText(
            f"Choice {offer.number}, at {duration(offer.time_ns)}: {len(offer.among)} {how}; by itself the first comes."
        )
        self.list.addItems([self._text(each) for each in offer.among])
        self.list.setCurrentRow(0)
        self.list.setFocus()

    def _text(self, offered: Offered) -> str:
        call = f"call {id_text(offered.call)} of " if offered.call > 0 else ""
        document, handler = self._document, offered.told.partition(" (")[0]
        if document is None or handler not in document.scenario.handlers:
            return f"{call}{offered.told}"
        return f"{call}{offered.told}   {Lines(document).handler(handler)}"

    def _make_parts(self) -> None:
        self.says = strong_text("", self)
        self.list = QListWidget(self)
        self.list.setAccessibleName("What may come next")
        self.list.itemActivated.connect(self.take)
        self.made = QLabel(self)
        self.hostile = QCheckBox("Hostile orders", self)
        self.hostile.setToolTip(
            "From the next beginning on: any callback that is ready, which asyncio promises not to do"
        )
        self.take_it = tip_button("Take It", "Go on with what is selected, to the next choice", self)
        self.rest = tip_button("Go On by Itself", "Ask no more: take the first each time", self)
        self.again = tip_button("Begin Again", "Run it from its beginning", self)
        self.keep = tip_button(
            "Save As Scenario…", "Write the scenario with the choices that were made: a replay", self
        )
        self.take_it.clicked.connect(self.take)
        self.rest.clicked.connect(self.go_on)
        self.again.clicked.connect(self.begin)
        self.keep.clicked.connect(self.save)
        about = plain_text(ABOUT, self)
        about.setProperty("muted", True)
        rows = QVBoxLayout(self)
        rows.setSpacing(8)
        rows.addWidget(about)
        rows.addWidget(self.says)
        rows.addWidget(self.list, 1)
        rows.addWidget(self.made)
        rows.addWidget(self.hostile)
        rows.addLayout(closing_line((self.take_it, self.rest, self.again, self.keep), self))
