"""The main window: it places the panels, and no more. What is connected to what stands in ui/wiring.py."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from bus.errors import UserError
from bus.session import Session
from ui.bridge import Bridge
from ui.filter_state import FilterState
from ui.flight.notice import FlightNotice
from ui.flight.sign import FlightSign
from ui.flight.watch import FlightWatch
from ui.layout import BOTTOM, LEFT, RIGHT, Layout
from ui.panels.emit import EmitPanel
from ui.panels.inspector import InspectorPanel
from ui.panels.scenario import ScenarioPanel
from ui.panels.tables import TablesPanel
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
from ui.widgets.error_bar import ErrorBar
from ui.widgets.paused_bar import PausedBar
from ui.widgets.search_progress import SearchProgress
from ui.widgets.start_page import StartPage
from ui.widgets.status import Status
from ui.widgets.trust_bar import TrustBar
from ui.wiring import Wiring

FIRST_SIZE = QSize(1360, 860)
LEAST_MIDDLE = QSize(320, 140)
"""Asked of the window, whatever the bars above the timeline have to say."""


class Window(QMainWindow):
    """Everything a person sees; owns the panels, not the session."""

    dropped = Signal(str)
    """A file was dropped on the window."""

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
        self.wiring = Wiring(self, trust)
        self.panels.arrange()
        self.panels.restore(store.read().window_layout)
        self.wiring.begin()

    def open(self, path: Path) -> None:
        """Open a file; what is wrong with it is shown in the window."""
        self.wiring.verbs.file.try_open(str(path))

    def show_error(self, error: object) -> None:
        """Show what a person must know."""
        if isinstance(error, Exception):
            self.errors.show_error(error)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """One file may be dropped."""
        if _dropped_file(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open it."""
        path = _dropped_file(event)
        if path:
            event.acceptProposedAction()
            self.dropped.emit(path)

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
        """The bars, and below them the start page or the timeline."""
        themes = self.themes
        self.errors = ErrorBar(themes, self)
        self.trust_bar = TrustBar(themes, self)
        self.capture_bar = CaptureBar(self.session, themes, self)
        self.in_view = InViewLine(self.session, self)
        self.paused_bar = PausedBar(self.session, self)
        self.flight_notice = FlightNotice(themes, self)
        self.start_page = StartPage(themes, self)
        self.timeline = TimelineView(self.session, self.selection, self.filter_state, themes, self)
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self.start_page)
        self.pages.addWidget(self.timeline)
        middle = QWidget(self)
        middle.setMinimumSize(LEAST_MIDDLE)
        rows = QVBoxLayout(middle)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.errors)
        rows.addWidget(self.trust_bar)
        rows.addWidget(self.capture_bar)
        rows.addWidget(self.flight_notice)
        rows.addWidget(self.paused_bar)
        rows.addWidget(self.in_view)
        rows.addWidget(self.pages, 1)
        self.setCentralWidget(middle)

    def _make_docks(self) -> None:
        session, themes, selection = self.session, self.themes, self.selection
        self.scenario = ScenarioPanel(session, themes, self)
        self.emit_panel = EmitPanel(session, themes, self)
        self.inspector = InspectorPanel(session, selection, themes, self)
        self.tables = TablesPanel(session, selection, self.filter_state, themes, self)
        self.panels = Layout(self, self.pages, themes)
        self.panels.add("scenario", "Scenario", self.scenario, LEFT)
        self.panels.add("emit", "Emit", self.emit_panel, LEFT)
        self.panels.add("inspector", "Inspector", self.inspector, RIGHT)
        self.panels.add("tables", "Tables", self.tables, BOTTOM)


def _dropped_file(event: QDropEvent) -> str:
    """The one local file that is dropped, "" for anything else."""
    urls = event.mimeData().urls()
    return urls[0].toLocalFile() if len(urls) == 1 and urls[0].isLocalFile() else ""
