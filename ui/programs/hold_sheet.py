"""Hold calls of a program's coroutine handlers: where, what waits there now, and what becomes of it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QColor
from PySide6.QtWidgets import (
    QDialog,
    QInputDialog,
    QLabel,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from bus.programs.listing import ListedProcess
from bus.programs.program_hold import HeldThere, HoldState, ProgramHold, json_in
from bus.run.breakpoints import edge
from bus.run.holding import ALL, NEXT
from bus.wording import several
from ui.number_text import span
from ui.programs.hold_form import HoldForm
from ui.screen import sheet_size
from ui.theme import ThemeSource
from ui.widgets.choice_table import choice_table, chosen_in, fill
from ui.widgets.closing_line import closing_line
from ui.widgets.tip_button import tip_button

SIZE = QSize(720, 600)
LOOK_MS = 200
S = 1_000_000_000
ABOUT = (
    "What comes here waits before the first step of its handler; the rest of the program goes on. Only coroutine "
    "handlers on pyee's AsyncIOEventEmitter can be held. All of it goes on when this is closed, or the window dies."
)
NOTHING = "Nothing is held."
EDIT = "Let the chosen call go on with other arguments"
NO_EDIT = "Its arguments are not plain JSON values, or its handler is no plain coroutine function"


class HoldSheet(QDialog):
    """Of one process. Does not stop the window."""

    def __init__(self, process: ListedProcess, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        assert process.records is not None
        self._themes = themes
        self._shown: HoldState | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Hold Calls of {process.title} {process.pid}")
        self.setAccessibleName("Hold Calls")
        self.form = HoldForm(self)
        self.held = choice_table(("Held", "Dispatch", "For"), "Held calls", self)
        self.release = tip_button("Release", "Let the chosen call go on", self)
        self.next = tip_button("Release Next", "Let the call go on that is held longest, and only that", self)
        self.every = tip_button("Release All", "Let all of them go on", self)
        self.edit = tip_button("Edit and Release…", EDIT, self)
        self.drop = tip_button("Drop", "The handler of the chosen call is not called", self)
        self.says = QLabel(NOTHING, self)
        self.says.setTextFormat(Qt.TextFormat.PlainText)
        self.says.setWordWrap(True)
        self.says.setAccessibleName("What the program says")
        self._lay_out()
        self.hold = ProgramHold(process.records, process.pid)
        self.form.changed.connect(self.hold.set_points)
        self.form.refused.connect(self._complain)
        self.held.itemSelectionChanged.connect(self._refresh_buttons)
        self.release.clicked.connect(self._release)
        self.next.clicked.connect(self._release_next)
        self.every.clicked.connect(self._release_all)
        self.edit.clicked.connect(self._edit)
        self.drop.clicked.connect(self._drop)
        self.hold.start()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.refresh)
        self._timer.start(LOOK_MS)
        self.refresh()
        self.resize(sheet_size(SIZE, parent))

    def refresh(self) -> None:
        """Show what the program says now; that somebody looks keeps it held."""
        self.hold.beat()
        state = self.hold.state
        if state == self._shown:
            return
        self._shown = state
        self.form.show_hits(state.hits)
        self._show_held(state.held)
        self._refresh_buttons()
        self._say(state)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._timer.stop()
        self.hold.stop()
        super().closeEvent(event)

    def reject(self) -> None:
        """Escape closes it too, and nothing is held any more."""
        self.close()

    def _lay_out(self) -> None:
        about = QLabel(ABOUT, self)
        about.setWordWrap(True)
        about.setProperty("muted", True)
        rows = QVBoxLayout(self)
        rows.setSpacing(8)
        rows.addWidget(about)
        rows.addWidget(self.form, 2)
        rows.addWidget(self.says)
        rows.addWidget(self.held, 3)
        rows.addLayout(closing_line((self.release, self.next, self.every, self.edit, self.drop), self))

    def _show_held(self, held: Sequence[HeldThere]) -> None:
        told = [
            (each.number, QTreeWidgetItem([edge(each.event, each.handler), f"#{each.dispatch}", span(each.held_s * S)]))
            for each in held
        ]
        fill(self.held, told)

    @property
    def _chosen(self) -> HeldThere | None:
        number = chosen_in(self.held)
        return next((each for each in self.hold.state.held if each.number == number), None)

    def _refresh_buttons(self) -> None:
        chosen, are_held = self._chosen, bool(self.hold.state.count)
        for button in (self.release, self.drop):
            button.setEnabled(chosen is not None)
        self.edit.setEnabled(chosen is not None and chosen.can_edit)
        self.edit.setToolTip(EDIT if chosen is None or chosen.can_edit else NO_EDIT)
        for button in (self.next, self.every):
            button.setEnabled(are_held)

    def _release(self) -> None:
        if (chosen := self._chosen) is not None:
            self.hold.release(chosen.number)

    def _release_next(self) -> None:
        self.hold.release(NEXT)

    def _release_all(self) -> None:
        self.hold.release(ALL)

    def _drop(self) -> None:
        if (chosen := self._chosen) is not None:
            self.hold.drop(chosen.number)

    def _edit(self) -> None:
        chosen = self._chosen
        if chosen is None:
            return
        asked = QInputDialog(self)
        asked.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        asked.setWindowTitle(f"Arguments of {edge(chosen.event, chosen.handler)}")
        asked.setLabelText("What its handler is called with, as a list in JSON:")
        asked.setOption(QInputDialog.InputDialogOption.UsePlainTextEditForTextInput)
        asked.setTextValue(chosen.args or "[]")
        asked.setProperty("number", chosen.number)
        asked.textValueSelected.connect(self._release_with)
        asked.show()

    def _release_with(self, text: str) -> None:
        asked = self.sender()
        try:
            args = json_in(text)
        except ValueError as error:
            self._complain(f"the arguments are not JSON: {error}; the call is held still")
            return
        if not isinstance(args, list):
            self._complain("the arguments are a list in JSON, as in [1, 2]; the call is held still")
        elif asked is not None:
            self.hold.release(int(asked.property("number")), args)

    def _say(self, state: HoldState) -> None:
        if state.over:
            self._complain(f"nothing is held any more: {state.over}")
        elif state.refused:
            self._complain(f"it is held still: {state.refused}")
        else:
            held = f"{several(state.count, 'call')} held." if state.count else NOTHING
            passed = f" {several(state.passed, 'further call')} went on: no more are held." if state.passed else ""
            self._tell(" ".join((held + passed, *(f"{why[:1].upper()}{why[1:]}." for why in state.cannot))))

    def _complain(self, what: str) -> None:
        self._tell(f"{what[:1].upper()}{what[1:]}.", is_wrong=True)

    def _tell(self, text: str, is_wrong: bool = False) -> None:
        theme = self._themes.theme
        self.says.setText(text)
        self.says.setStyleSheet(f"color: {QColor(theme.failed if is_wrong else theme.text).name()};")
