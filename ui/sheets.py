"""What opens above the window: sheets to read and to change, and lists to choose from."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QMessageBox

from bus.scenario import loads
from bus.scenario.samples import SAMPLES
from bus.session import Run
from ui.actions import ACTIONS
from ui.appearance import Appearance
from ui.breakpoints.sheet import BreakpointsSheet
from ui.compare.sheet import CompareSheet
from ui.connections.sheet import ConnectionsSheet
from ui.diff.sheet import DiffSheet
from ui.exploration.choose_sheet import ChooseSheet
from ui.exploration.explore_sheet import ExploreSheet
from ui.flight.sheet import FlightSheet
from ui.modelling.model_sheet import ModelSheet
from ui.modelling.what_if_sheet import WhatIfSheet
from ui.parts import Parts
from ui.programs.sheet import ProgramsSheet
from ui.qt_actions import QtActions
from ui.report.sheet import ReportSheet
from ui.settings.sheet import SettingsSheet
from ui.shortcuts_sheet import shortcuts_sheet
from ui.verbs import Verbs
from ui.widgets.palette import Choice, Palette
from ui.widgets.sheet import code_sheet
from ui.widgets.working_sheet import WorkingSheet

ABOUT = """<b>Buslens {version}</b><br>See what an event bus does.<br><br>
Icons: Lucide (ISC). Fonts: Inter and JetBrains Mono (SIL Open Font License 1.1)."""


class Sheets(QObject):
    """Shows sheets over one window, and leads what is chosen there to a verb."""

    def __init__(self, parts: Parts, verbs: Verbs, actions: QtActions, appearance: Appearance) -> None:
        super().__init__(parts)
        self._window, self._verbs, self._actions, self._appearance = parts, verbs, actions, appearance

    def close(self) -> None:
        """The window goes: what runs for a sheet is ended."""
        for sheet in self._window.findChildren(WorkingSheet):
            sheet.close()

    def show_palette(self) -> None:
        """Let a person choose among all commands."""
        self._offer("Commands", self._actions.choices()).chosen.connect(self._actions.run)

    def show_lanes(self) -> None:
        """Let a person choose a lane of the timeline to go to."""
        window = self._window
        window.panels.show_timeline()
        choices = [Choice(str(lane.handler), lane.title, about) for lane, about in window.timeline.verbs.listed_lanes()]
        self._offer("Lanes", choices).chosen.connect(window.timeline.verbs.show_lane)

    def show_recent(self) -> None:
        """Let a person choose a recent file to open."""
        paths = self._window.recent.paths
        choices = [Choice(str(path), path.name, str(path.parent), "file") for path in paths]
        self._offer("Recent files", choices).chosen.connect(self._verbs.file.try_open)

    def show_samples(self) -> None:
        """Let a person choose a sample to open."""
        choices = [Choice(sample.id, sample.title, sample.teaches, "sample") for sample in SAMPLES]
        self._offer("Samples", choices).chosen.connect(self._verbs.file.open_sample)

    def show_shortcuts(self) -> None:
        """Show the keys of all commands."""
        shortcuts_sheet(ACTIONS, self._window).show()

    def show_comparison(self) -> None:
        """Several engines side by side."""
        window, document = self._window, self._window.session.document
        if document is not None:
            sheet = CompareSheet(document, window.choices.seed, self._verbs.file.trusts, window.themes, window)
            sheet.failed.connect(window.show_error)
            sheet.show()

    def show_diff(self) -> None:
        """What differs between another run or capture and what is in view."""
        window = self._window
        sheet = DiffSheet(window.session, window.recent.folder, window.themes, window)
        sheet.item_wanted.connect(self.show_item)
        sheet.failed.connect(window.show_error)
        sheet.show()

    def show_report(self) -> None:
        """What a page about the trace in view would tell, to be saved."""
        window = self._window
        sheet = ReportSheet(window.session, window.recent.folder, window)
        sheet.failed.connect(window.show_error)
        sheet.show()

    def show_model(self) -> None:
        """A scenario that behaves as what is in view, to be saved and opened."""
        window = self._window
        sheet = ModelSheet(window.session, window.recent.folder, window.themes, window)
        sheet.failed.connect(window.show_error)
        sheet.open_wanted.connect(self._verbs.file.try_open)
        sheet.show()

    def show_what_if(self) -> None:
        """The scenario as it is and changed, side by side."""
        window, document = self._window, self._window.session.document
        if document is not None:
            sheet = WhatIfSheet(document, self._verbs.file.trusts, window.themes, window)
            sheet.failed.connect(window.show_error)
            sheet.show()

    def show_explore(self) -> None:
        """The runs that the scenario could have as well."""
        window, document = self._window, self._window.session.document
        if document is not None:
            sheet = ExploreSheet(document, window.choices.engine, window.recent.folder, window.themes, window)
            sheet.failed.connect(window.show_error)
            sheet.replay_wanted.connect(self.step_through)
            sheet.show()

    def show_choices(self) -> None:
        """A run in which a person takes what comes next."""
        window = self._window
        for sheet in window.findChildren(ChooseSheet):
            sheet.close()
        sheet = ChooseSheet(window.session, window.bridge, self._verbs.run.start_chosen, window.recent.folder, window)
        sheet.failed.connect(window.show_error)
        sheet.begin()
        sheet.show()

    def step_through(self, replay: str) -> None:
        """Open the text of a replay, and begin it before its first emit."""
        if self._verbs.file.new(loads(replay)):
            self._actions["run.start_paused"].trigger()

    def show_item(self, run: Run, kind: str, ident: int) -> None:
        """Select a dispatch or call of a run, which comes into view for it."""
        if self._window.session.runs.view is not run:
            run.selected = kind, ident  # it may have to be read again first
            self._verbs.runs.show(run)
        if self._window.session.runs.view is run:
            self._window.selection.select(kind, ident)

    def show_flight(self) -> None:
        """When the flight recorder writes, and what it wrote."""
        window = self._window
        sheet = FlightSheet(window.session, window.flight, window.store, window)
        sheet.open_wanted.connect(self._verbs.file.try_open)
        sheet.show()

    def show_breakpoints(self) -> None:
        """All breakpoints, and what they hold; one sheet of them is enough."""
        window = self._window
        sheet = window.findChild(BreakpointsSheet) or BreakpointsSheet(
            window.session, window.bridge, self._verbs.breakpoints, window.themes, window
        )
        sheet.show()
        sheet.raise_()

    def show_connections(self) -> None:
        """Show where the brokers are, to be changed."""
        ConnectionsSheet(self._window.themes, self._window).show()

    def show_programs(self) -> None:
        """The programs that are watched, to be opened."""
        sheet = ProgramsSheet(self._window.themes, self._window)
        sheet.open_wanted.connect(self._verbs.file.try_open)
        sheet.show()

    def show_settings(self, page: str = "") -> None:
        """Everything that a person may choose."""
        sheet = SettingsSheet(self._window.store, self._window)
        sheet.changed.connect(self._appearance.apply_settings)
        if page:
            sheet.show_page(page)
        sheet.show()

    def show_editor_settings(self) -> None:
        """Show which editor opens source, to be changed."""
        self.show_settings("Editor")

    def show_code(self) -> None:
        """The scenario as it is written, its Python included."""
        document = self._window.session.document
        if document is not None:
            code_sheet(f"Code of {document.title}", document.texts.as_one(document.title), self._window).show()

    def show_about(self) -> None:
        """Show which version of Buslens this is."""
        QMessageBox.about(self._window, "About Buslens", ABOUT.format(version=QApplication.applicationVersion()))

    def _offer(self, title: str, choices: list[Choice]) -> Palette:
        offer = Palette(title, choices, self._window.themes, self._window)
        offer.show()
        return offer
