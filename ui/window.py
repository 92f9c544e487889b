"""The main window: it places the panels, and no more. What is connected to what stands in ui/wiring.py."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QStackedWidget

from bus.errors import UserError
from bus.session import Session
from ui.breakpoints.held_bar import HeldBar
from ui.bridge import Bridge
from ui.filter_state import FilterState
from ui.flight.notice import FlightNotice
from ui.flight.sign import FlightSign
from ui.flight.watch import FlightWatch
from ui.included_watch import IncludedWatch
from ui.layout import DockLayout
from ui.panels.emit.panel import EmitPanel
from ui.panels.inspector.panel import InspectorPanel
from ui.panels.scenario.panel import ScenarioPanel
from ui.panels.tables.panel import TablesPanel
from ui.parts import Parts
from ui.payload_search import PayloadSearch
from ui.ports import SettingsStore, TrustStore
from ui.recent import RecentFiles
from ui.run_choices import RunChoices
from ui.runs.line import InViewLine
from ui.screen import fit_to_screen
from ui.selection import Selection
from ui.theme import ThemeSource
from ui.timeline.view import TimelineView
from ui.toolbar import Toolbar
from ui.widgets.capture_bar import CaptureBar
from ui.widgets.centre_column import CentreColumn
from ui.widgets.drop_hint import DropHint, accept_copy, dropped_files
from ui.widgets.error_bar import ErrorBar
from ui.widgets.paused_bar import PausedBar
from ui.widgets.search_progress import SearchProgress
from ui.widgets.start_page import StartPage
from ui.widgets.status import Status
from ui.widgets.trust_bar import TrustBar
from ui.wiring import Wiring

FIRST_SIZE = QSize(1360, 860)


class Window(Parts):
    """The main window: makes and places the panels, and owns them, not the session."""

    closed = Signal()

    def __init__(self, session: Session, themes: ThemeSource, store: SettingsStore, trust: TrustStore) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setAcceptDrops(True)
        self.setDockNestingEnabled(True)
        self.resize(FIRST_SIZE)
        fit_to_screen(self)
        self.session, self.themes, self.store = session, themes, store
        self.bridge = Bridge(session, self)
        self.flight = FlightWatch(session, self)
        self.included = IncludedWatch(session, self)
        self.selection = Selection(self)
        self.filter_state = FilterState(self)
        self.payload_search = PayloadSearch(session, self.filter_state, self)
        self.choices = RunChoices(self)
        self.recent = RecentFiles(store)
        self._make_middle()
        self._make_docks()
        self.toolbar = Toolbar(session, self.choices, self.filter_state, themes, self)
        self.addToolBar(self.toolbar)
        self.status = Status(session, self.filter_state, themes, self)
        self.flight_sign = FlightSign(self.flight, themes, self)
        self.search_progress = SearchProgress(self.payload_search, self)
        self.status.addPermanentWidget(self.search_progress)
        self.status.addPermanentWidget(self.flight_sign)
        self.setStatusBar(self.status)
        self.hearers = (
            self.included, self.payload_search, self.capture_bar, self.scenario, self.timeline, self.emit_panel,
            self.toolbar, self.in_view, self.tables, self.inspector, self.status, self.paused_bar, self.held_bar,
        )  # fmt: skip
        self.wiring = Wiring(self, trust)
        self.panels.arrange()
        self.panels.restore(store.read().window_layout)
        self.wiring.begin()

    def open(self, path: Path) -> None:
        """Open a file; what is wrong with it is shown in the window."""
        self.wiring.verbs.file.try_open(str(path))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files may be dropped; they are read, whatever whoever gives them would do after a move."""
        files = dropped_files(event.mimeData())
        if files:
            accept_copy(event)
            self.drop_hint.show_files(files)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Hide the hint: what was dragged went elsewhere."""
        self.drop_hint.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open one; of several none, rather than one that nobody chose."""
        self.drop_hint.hide()
        files = dropped_files(event.mimeData())
        if files:
            accept_copy(event)
            if len(files) == 1:
                self.dropped.emit(files[0])
            else:
                self.show_error(UserError(f"{len(files)} files were dropped", hint="drop one: a window shows one"))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about what is unsaved; remember how the window looks."""
        try:
            may_leave = self.wiring.verbs.file.may_leave() and self.wiring.verbs.runs.may_quit()
        except UserError as error:
            self.show_error(error)
            may_leave = False
        if not may_leave:
            event.ignore()
            return
        self.wiring.close()
        self.bridge.close()
        self.flight.close()
        self.payload_search.close()
        self.session.close()
        event.accept()
        self.closed.emit()

    def _make_middle(self) -> None:
        """The start page or the timeline, and below it the bars."""
        themes = self.themes
        self.errors = ErrorBar(themes, self)
        self.trust_bar = TrustBar(themes, self)
        self.capture_bar = CaptureBar(self.session, themes, self)
        self.in_view = InViewLine(self.session, self)
        self.paused_bar = PausedBar(self.session, self)
        self.held_bar = HeldBar(self.session, themes, self)
        self.flight_notice = FlightNotice(themes, self)
        self.start_page = StartPage(themes, self)
        self.timeline = TimelineView(self.session, self.selection, self.filter_state, themes, self)
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self.start_page)
        self.pages.addWidget(self.timeline)
        bars = self.paused_bar, self.held_bar, self.flight_notice, self.capture_bar, self.trust_bar, self.errors
        self.setCentralWidget(CentreColumn(self.in_view, self.pages, bars, self))
        self.drop_hint = DropHint(themes, self)

    def _make_docks(self) -> None:
        session, themes, selection = self.session, self.themes, self.selection
        self.scenario = ScenarioPanel(session, themes, self)
        self.emit_panel = EmitPanel(session, themes, self)
        self.inspector = InspectorPanel(session, selection, themes, self)
        self.tables = TablesPanel(session, selection, self.filter_state, themes, self)
        self.panels = DockLayout(self, self.pages, themes)
        self.panels.add("scenario", self.scenario)
        self.panels.add("emit", self.emit_panel)
        self.panels.add("inspector", self.inspector)
        self.panels.add("tables", self.tables)
