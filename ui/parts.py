"""What a window is made of, by name and kind: dialogs, commands, refresh and wiring know no more of it than this."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMainWindow

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
from ui.payload_search import PayloadSearch
from ui.ports import SettingsStore
from ui.recent import RecentFiles
from ui.run_choices import RunChoices
from ui.runs.line import InViewLine
from ui.selection import Selection
from ui.theme import ThemeSource
from ui.timeline.view import TimelineView
from ui.toolbar import Toolbar
from ui.widgets.capture_bar import CaptureBar
from ui.widgets.error_bar import ErrorBar
from ui.widgets.paused_bar import PausedBar
from ui.widgets.start_page import StartPage
from ui.widgets.status import Status
from ui.widgets.trust_bar import TrustBar


class Parts(QMainWindow):
    """What a window is made of, by name and kind; made and placed in ui/window.py."""

    dropped = Signal(str)
    """A file was dropped on the window."""

    session: Session
    store: SettingsStore
    bridge: Bridge
    flight: FlightWatch
    included: IncludedWatch
    payload_search: PayloadSearch

    themes: ThemeSource
    selection: Selection
    filter_state: FilterState
    choices: RunChoices
    recent: RecentFiles
    panels: DockLayout
    """Where the docks are."""

    scenario: ScenarioPanel
    emit_panel: EmitPanel
    inspector: InspectorPanel
    tables: TablesPanel
    timeline: TimelineView
    start_page: StartPage

    toolbar: Toolbar
    status: Status
    flight_sign: FlightSign
    in_view: InViewLine
    errors: ErrorBar
    trust_bar: TrustBar
    capture_bar: CaptureBar
    paused_bar: PausedBar
    held_bar: HeldBar
    flight_notice: FlightNotice

    hearers: tuple[QObject, ...]
    """Who is told that something changed, in this order: see ui/refresh.py."""

    def show_error(self, error: object) -> None:
        """Show what a person must know."""
        if isinstance(error, Exception):
            self.errors.show_error(error)
