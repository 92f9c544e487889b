"""All breakpoints with what became of them, and all that they hold with what can be done to it."""

from __future__ import annotations

import time

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from bus.errors import UserError
from bus.run.breakpoints import Breakpoint, edge
from bus.run.holding import LONGEST_LATER_S
from bus.runtime.state import HeldDelivery
from bus.session import Session
from ui.breakpoints.edit_sheet import EditHeldSheet
from ui.breakpoints.form import BreakpointForm
from ui.breakpoints.held_bar import TICK_MS
from ui.breakpoints.verbs import BreakpointVerbs
from ui.breakpoints.words import state_of
from ui.bridge import Bridge
from ui.screen import sheet_size
from ui.theme import ThemeSource
from ui.widgets.choice_table import KEY, choice_table, chosen_in, fill
from ui.widgets.closing_line import closing_line
from ui.widgets.tip_button import tip_button

SIZE = QSize(760, 560)
EMPTY = "Nothing is held. A delivery that comes to a breakpoint waits here, and the rest of the bus goes on."


class BreakpointsSheet(QDialog):
    """Does not stop the window."""

    def __init__(
        self, session: Session, bridge: Bridge, verbs: BreakpointVerbs, themes: ThemeSource, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._session, self._verbs, self._themes = session, verbs, themes
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Breakpoints")
        self.setAccessibleName("Breakpoints")
        self.breakpoints = choice_table(("At", "Condition", "Holds", "Hits"), "Breakpoints", self)
        self.form = BreakpointForm(self)
        self.remove = tip_button("Remove", "Take the chosen breakpoint away; what it holds stays held", self)
        self.held = choice_table(("Held", "Dispatch", "Attempt", ""), "Held deliveries", self)
        self.empty = QLabel(EMPTY, self)
        self.empty.setWordWrap(True)
        self.empty.setProperty("muted", True)
        self.release = tip_button("Release", "Let the chosen delivery go on", self)
        self.edit = tip_button("Edit and Release…", "Let it go on with another payload", self)
        self.drop = tip_button("Drop", "Its handler is not called for it", self)
        self.duplicate = tip_button("Duplicate", "One more of it, held as well", self)
        self.later = tip_button("Later…", "It goes on by itself after a time of the run's clock", self)
        self.remove.setAutoDefault(False)  # Enter in the form sets a breakpoint
        self._of_held = (self.release, self.edit, self.drop, self.duplicate, self.later)
        self._lay_out()
        self.breakpoints.itemSelectionChanged.connect(self._chosen)
        self.breakpoints.itemChanged.connect(self._ticked)
        self.held.itemSelectionChanged.connect(self._refresh_buttons)
        self.form.set_wanted.connect(self._set)
        self.remove.clicked.connect(self._remove)
        self.release.clicked.connect(self._release)
        self.edit.clicked.connect(self._edit)
        self.drop.clicked.connect(self._drop)
        self.duplicate.clicked.connect(self._duplicate)
        self.later.clicked.connect(self._later)
        self._ticks = QTimer(self)
        self._ticks.setInterval(TICK_MS)
        self._ticks.timeout.connect(self._count_down)
        bridge.engine_changed.connect(self.refresh)
        verbs.changed.connect(self.refresh)
        self.refresh()
        self.resize(sheet_size(SIZE, parent))

    def refresh(self) -> None:
        """Other breakpoints, hits, or held deliveries."""
        self._offer_names()
        hits = {(each.event, each.handler): each for each in self._session.engine_state.hits}
        rows = []
        for each in self._session.running.breakpoints.all:
            told = hits.get(each.key)
            which = f"only number {each.hit:,}" if each.hit else "every one"
            item = QTreeWidgetItem([each.title, each.condition, which, f"{told.hits:,}" if told else ""])
            item.setCheckState(0, Qt.CheckState.Checked if each.enabled else Qt.CheckState.Unchecked)
            if told is not None and told.trouble:
                item.setText(3, f"{told.hits:,}, condition failed")
                item.setToolTip(3, told.trouble)
            rows.append((each.key, item))
        fill(self.breakpoints, rows)
        held = self._session.engine_state.held
        fill(
            self.held,
            [
                (each.number, QTreeWidgetItem([edge(each.event, each.handler), f"#{each.dispatch}", str(each.attempt)]))
                for each in held
            ],
        )
        self._count_down()
        self.empty.setVisible(not held)
        self.held.setVisible(bool(held))
        self._refresh_buttons()
        if any(each.lease is not None for each in held):
            self._ticks.start()
        else:
            self._ticks.stop()

    def _count_down(self) -> None:
        """Say anew how long what is held may stay."""
        state, now_s = self._session.engine_state, time.monotonic()
        told = {each.number: state_of(each, state.virtual_ns, now_s) for each in state.held}
        for row in range(self.held.topLevelItemCount()):
            item = self.held.topLevelItem(row)
            if item is not None:
                item.setText(3, told.get(item.data(0, KEY), ""))

    @property
    def chosen_held(self) -> HeldDelivery | None:
        """What is chosen of what is held."""
        number = chosen_in(self.held)
        return next((each for each in self._session.engine_state.held if each.number == number), None)

    @property
    def chosen(self) -> Breakpoint | None:
        """The breakpoint that is chosen."""
        key = chosen_in(self.breakpoints)
        return None if key is None else self._session.running.breakpoints.at(*key)

    def _lay_out(self) -> None:
        above = QHBoxLayout()
        above.addWidget(self.form, 1)
        above.addWidget(self.remove, 0, Qt.AlignmentFlag.AlignTop)
        rows = QVBoxLayout(self)
        rows.addWidget(self.breakpoints, 2)
        rows.addLayout(above)
        rows.addSpacing(8)
        rows.addWidget(self.empty)
        rows.addWidget(self.held, 2)
        rows.addLayout(closing_line(self._of_held, self))

    def _offer_names(self) -> None:
        document = self._session.document
        if document is not None and self.form.event_box.count() <= 1:
            self.form.offer(list(document.scenario.events), list(document.scenario.handlers))

    def _refresh_buttons(self) -> None:
        self.remove.setEnabled(self.chosen is not None)
        for button in self._of_held:
            button.setEnabled(self.chosen_held is not None)

    def _chosen(self) -> None:
        chosen = self.chosen
        if chosen is not None:
            self.form.show_breakpoint(chosen)
        self._refresh_buttons()

    def _ticked(self, item: QTreeWidgetItem, column: int) -> None:
        if column == 0:
            event, handler = item.data(0, KEY)
            self._verbs.enable(event, handler, on=item.checkState(0) == Qt.CheckState.Checked)

    def _set(self, wanted: Breakpoint) -> None:
        try:
            self._verbs.set(wanted)
        except UserError as error:
            self.form.show_problem(error)

    def _remove(self) -> None:
        chosen = self.chosen
        if chosen is not None:
            self._verbs.remove(*chosen.key)

    def _release(self) -> None:
        held = self.chosen_held
        if held is not None:
            self._verbs.release(held.number)

    def _drop(self) -> None:
        held = self.chosen_held
        if held is not None:
            self._verbs.drop(held.number)

    def _duplicate(self) -> None:
        held = self.chosen_held
        if held is not None:
            self._verbs.duplicate(held.number)

    def _edit(self) -> None:
        held = self.chosen_held
        if held is not None:
            sheet = EditHeldSheet(self._session, held, self._themes, self)
            sheet.release_wanted.connect(self._verbs.release_edited)
            sheet.show()

    def _later(self) -> None:
        held = self.chosen_held
        if held is None:
            return
        asked = QInputDialog(self)
        asked.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        asked.setWindowTitle("Later")
        asked.setLabelText("Seconds of the run's clock until it goes on:")
        asked.setInputMode(QInputDialog.InputMode.DoubleInput)
        asked.setDoubleRange(0.0, LONGEST_LATER_S)
        asked.setDoubleDecimals(3)
        asked.setDoubleValue(1.0)
        asked.setProperty("number", held.number)
        asked.doubleValueSelected.connect(self._postpone)
        asked.show()

    def _postpone(self, after_s: float) -> None:
        asked = self.sender()
        if asked is not None:
            self._verbs.later(int(asked.property("number")), after_s)
