"""The watched programs of this user, live, as trees of their processes: one, some or all of them are opened."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from bus.errors import UserError
from bus.programs.listing import Listing
from ui.programs.emit_sheet import EmitSheet
from ui.programs.hold_sheet import HoldSheet
from ui.programs.tree import ProgramTree
from ui.programs.tune_sheet import TuneSheet
from ui.screen import sheet_size
from ui.theme import ThemeSource
from ui.widgets.empty_hint import EmptyHint

SIZE = QSize(860, 480)
LOOK_MS = 1000
NOTHING, HOW = "No program is watched", "Start one in a terminal: buslens record -- python app.py"
ABOUT = "What buslens record has started, now and in the last day. Watching shows processes of a program together."
ALL = "Show what all processes of this program record, also those that come, and go on with it"
SOME = "Show what the selected processes record, and go on with it"
EMIT = "Emit an event by hand into the process that is selected"
HOLD = "Hold calls of coroutine handlers of the process that is selected, release, change or drop them"
CHANGE = "Change which buses of the process are recorded, and what of payloads"
NO_COMMANDS = "This process takes no commands: it was started without --control, or has ended"


class ProgramsSheet(QDialog):
    """Looks once a second while it is open. It does not stop the window."""

    open_wanted = Signal(str, list)
    """The folder of a session, and what some of its processes record into; nothing for all of them."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._listing, self._themes = Listing(), themes
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Programs")
        self.setAccessibleName("Programs")
        about = QLabel(ABOUT, self)
        about.setWordWrap(True)
        about.setProperty("muted", True)
        self.tree = ProgramTree(themes, self)
        self.tree.itemActivated.connect(self._open)
        self.tree.itemSelectionChanged.connect(self._chosen)
        self.nothing = EmptyHint(NOTHING, HOW, self)
        self.watch = QPushButton("Watch", self)
        self.watch.setToolTip(ALL)
        self.watch.clicked.connect(self._open)
        self.watch_selected = QPushButton("Watch Selected Only", self)
        self.watch_selected.setToolTip(SOME)
        self.watch_selected.clicked.connect(self._open_part)
        self.emit_into = QPushButton("Emit Into…", self)
        self.emit_into.clicked.connect(self._emit_into)
        self.hold = QPushButton("Hold Calls…", self)
        self.hold.clicked.connect(self._hold)
        self.change = QPushButton("Change Recording…", self)
        self.change.clicked.connect(self._change)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        line = QHBoxLayout()
        line.addWidget(self.watch)
        line.addWidget(self.watch_selected)
        line.addWidget(self.emit_into)
        line.addWidget(self.hold)
        line.addWidget(self.change)
        line.addStretch(1)
        line.addWidget(buttons)
        rows = QVBoxLayout(self)
        rows.setSpacing(8)
        rows.addWidget(about)
        rows.addWidget(self.tree, 1)
        rows.addWidget(self.nothing, 1)
        rows.addLayout(line)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.refresh)
        self._timer.start(LOOK_MS)
        themes.changed.connect(self.refresh)
        self.refresh()
        self.resize(sheet_size(SIZE, parent))

    def refresh(self) -> None:
        """Show what is there now, and keep what is chosen."""
        try:
            found, why = self._listing.look(), ""
        except UserError as error:
            found, why = [], str(error)
        self.tree.show_sessions(found)
        self.tree.setVisible(bool(found))
        self.nothing.setVisible(not found)
        self.nothing.set_text(NOTHING, why or HOW)
        self._chosen()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._timer.stop()
        super().closeEvent(event)

    def _chosen(self) -> None:
        session = self.tree.session
        self.watch.setEnabled(session is not None and session.has_records)
        self.watch_selected.setEnabled(bool(self.tree.chosen_records()))
        process = self.tree.process
        for button, about in ((self.emit_into, EMIT), (self.hold, HOLD), (self.change, CHANGE)):
            button.setEnabled(process is not None and process.takes_commands)
            button.setToolTip(about if button.isEnabled() else NO_COMMANDS)

    def _emit_into(self) -> None:
        if (process := self.tree.process) is not None and process.takes_commands:
            EmitSheet(process, self._themes, self).show()

    def _hold(self) -> None:
        if (process := self.tree.process) is not None and process.takes_commands:
            HoldSheet(process, self._themes, self).show()

    def _change(self) -> None:
        if (process := self.tree.process) is not None and process.takes_commands:
            TuneSheet(process, self._themes, self).show()

    def _open(self) -> None:
        session = self.tree.session
        if session is not None and session.has_records:
            self.open_wanted.emit(str(session.folder), [])
            self.close()

    def _open_part(self) -> None:
        session = self.tree.session
        if session is not None:
            self.open_wanted.emit(str(session.folder), self.tree.chosen_records())
            self.close()
