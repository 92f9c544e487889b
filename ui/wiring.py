"""Who hears whom: every connection between panels stands here and, about runs, in ui/wiring_runs.py.

From an emit to the pixel: Session.pump -> Bridge.records_arrived -> a panel's `refresh_records`.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from bus.export.slice import Span, stretch_of
from bus.scenario.drafts import Draft
from bus.scenario.samples import SAMPLES
from bus.settings import USUAL_FONT, Settings
from bus.trace.forgetting import usual_most
from ui.actions import ACTIONS
from ui.compare.sheet import CompareSheet
from ui.connections.verbs import ConnectionVerbs
from ui.dress import dress
from ui.flight.verbs import FlightVerbs
from ui.menus import FileMenu, fill_menu_bar
from ui.mistakes import Mistakes
from ui.notes.verbs import NoteVerbs
from ui.ports import TrustStore
from ui.qt_actions import QtActions
from ui.room import ScenarioRoom
from ui.runs.verbs import RunListVerbs
from ui.runs.words import window_title
from ui.settings.verbs import SettingsVerbs
from ui.sheets import Sheets
from ui.source.verbs import SourceVerbs
from ui.state import State
from ui.verbs import Verbs
from ui.verbs_edit import EditVerbs, EmitVerbs
from ui.verbs_file import FileVerbs
from ui.verbs_run import RunVerbs
from ui.verbs_view import Seen, ViewVerbs
from ui.wiring_runs import RunsWiring

if TYPE_CHECKING:
    from ui.window import Window


class Wiring(QObject):
    """Connects the parts of one window."""

    def __init__(self, window: Window, trust: TrustStore) -> None:
        super().__init__(window)
        self._window = window
        self._room = ScenarioRoom(window.session, window.panels)
        self._font_points = USUAL_FONT
        self.sheets = Sheets(window)
        self.source = SourceVerbs(window.session, window.store, window.themes, self.show_in_scenario, window)
        self.verbs = self._make_verbs(trust)
        self.actions = QtActions(ACTIONS, self.verbs, self.state_now, window, window.timeline)
        self._make_menus()
        window.toolbar.place(self.actions)
        self._connect_bridge()
        self._connect_commands()
        self._connect_mistakes()

    def begin(self) -> None:
        """Everything stands: look right from the first moment."""
        settings = self._window.store.read()
        self.apply_settings(settings)
        self._window.scenario.set_split(settings.scenario_split)
        self.refresh_theme()
        self._window.start_page.show_recent(self._window.recent.paths)
        self.refresh_document()
        self.file_opened()

    def apply_settings(self, settings: Settings) -> None:
        """Look and behave as a person chose, from now on."""
        window, session = self._window, self._window.session
        zoomed = settings.font_points != self._font_points
        self._font_points = settings.font_points
        window.themes.set_setting(settings.theme)
        if zoomed:
            self.refresh_theme()
        window.choices.set_speed(settings.speed)
        window.timeline.set_time_axis(settings.time_axis)
        session.settings = settings
        session.most_records = settings.most_records or usual_most()
        session.runs.set_limits(settings.most_runs, settings.most_runs_gb)
        if session.flight is not None:
            session.flight.set_settings(settings.flight, session.trace)
        self.actions.refresh()

    def remember(self) -> None:
        """Keep how the window looks for the next start."""
        self._room.bring_back()
        window = self._window
        settings = window.store.read()
        settings = replace(settings, scenario_split=window.scenario.split)
        settings = replace(settings, theme=window.themes.setting, speed=window.choices.speed)
        settings = replace(settings, time_axis=window.timeline.axis.mode)
        window.store.write(replace(settings, window_layout=window.panels.saved()))

    def close(self) -> None:
        """The window goes: keep how it looks, and end what runs beside it."""
        self.remember()
        self.verbs.file.exporting.close()
        self._window.tables.sql.cancel()
        self._window.scenario.remarks.stop()
        for sheet in self._window.findChildren(CompareSheet):
            sheet.close()

    def state_now(self) -> State:
        """What commands depend on."""
        window, session = self._window, self._window.session
        document = session.document
        return State(
            has_document=document is not None,
            dirty=document is not None and document.dirty,
            undo_title="Clear" if session.can_undo_clear else document.undo_title if document else "",
            redo_title=document.redo_title if document else "",
            phase=session.engine_state.phase,
            recording=session.recording,
            has_records=len(session.trace.dispatches) > 0,
            selected=window.selection.kind,
            unsaved_notes=session.trace.notes.unsaved and session.trace.raw.path is not None,
            filtered=window.filter_state.active,
            following=window.timeline.following,
            frozen=window.timeline.frozen,
            lanes=window.timeline.lane_choices.group,
            time_axis=window.timeline.axis.mode,
            theme=window.themes.setting,
            panels=window.panels.shown,
            earlier_run=bool(session.runs.all) and session.runs.view is not session.runs.all[0],
            later_run=session.runs.view in session.runs.all[:-1],
            can_undo_clear=session.can_undo_clear,
            can_follow=session.trace.raw.path is not None and not session.trace.ended and session.following is None,
            untrusted=self.verbs.file.untrusted,
        )

    # What happens in more than one panel at once

    def refresh_records(self) -> None:
        """New records, at most once a frame."""
        window = self._window
        window.payload_search.refresh_records()
        for part in (window.capture_bar, window.timeline, window.tables, window.inspector, window.status):
            part.refresh_records()
        self.refresh_view()
        self.actions.refresh()
        if window.panels.on_start_page and len(window.session.trace.dispatches):
            window.panels.show_timeline()

    def refresh_engine(self) -> None:
        """The engine's state changed."""
        window = self._window
        window.timeline.refresh_engine()
        window.emit_panel.refresh_engine()
        window.toolbar.refresh_engine()
        window.status.refresh_engine()
        window.paused_bar.refresh_engine()
        self.refresh_view()
        self.actions.refresh()

    def refresh_document(self) -> None:
        """The scenario was edited, saved or replaced."""
        window, document = self._window, self._window.session.document
        window.scenario.refresh_document()
        window.emit_panel.refresh_document()
        window.toolbar.refresh_document()
        window.setWindowModified(document is not None and document.dirty)
        self.refresh_view()
        self.refresh_trust()

    def refresh_view(self) -> None:
        """What is in view, what is said of it, or which others there are."""
        window = self._window
        window.setWindowTitle(window_title(window.session.runs.view, window.session.document))
        window.in_view.refresh()
        window.tables.refresh_runs()

    def refresh_trust(self) -> None:
        """Ask for trust where it is needed, and only there."""
        self._window.trust_bar.setVisible(self.verbs.file.untrusted)
        self.actions.refresh()

    def refresh_notes(self) -> None:
        """A note was written, changed or taken away."""
        window = self._window
        window.timeline.update()
        if window.filter_state.active:
            window.filter_state.refresh()  # it looks into notes
        window.tables.refresh_notes()
        window.inspector.refresh_notes()
        self.actions.refresh()

    def show_selected(self) -> None:
        """What is selected must be seen also where the inspector shares its place."""
        if self._window.selection.kind:
            self._window.panels.reveal("inspector")

    def replace_trace(self) -> None:
        """Ids of before mean nothing any more."""
        window = self._window
        self.verbs.runs.view_replaced()
        window.tables.refresh_document()
        window.inspector.refresh_document()
        window.status.refresh()
        self.refresh_view()
        self.verbs.runs.select_again()
        self.actions.refresh()

    def file_opened(self) -> None:
        """Another scenario or capture is open."""
        window = self._window
        window.errors.dismiss()
        window.flight_notice.forget()
        window.toolbar.forget()
        window.start_page.show_recent(window.recent.paths)
        self._room.refresh()
        session = window.session
        if session.document is not None or session.following is not None or len(session.trace.dispatches):
            window.panels.show_timeline()
            stretch = stretch_of(window.session.trace)
            if stretch is not None:
                window.timeline.show_stretch(*stretch)
                self.verbs.notes.select_reason()
        else:
            window.panels.show_start()

    def refresh_theme(self) -> None:
        """Other colours, everywhere."""
        app, theme = QApplication.instance(), self._window.themes.theme
        if isinstance(app, QApplication):
            dress(app, theme, self._font_points)
        self.actions.refresh_theme(theme)
        self.actions.refresh()

    # What opens in a panel

    def show_in_scenario(self, line: int) -> bool:
        """A line of the open scenario where its panel is; False where nothing of it stands there."""
        if not self._window.scenario.show_line(line):
            return False
        self._window.panels.show("scenario")
        return True

    # Made once

    def _make_verbs(self, trust: TrustStore) -> Verbs:
        window = self._window
        session, bridge = window.session, window.bridge
        seen = Seen(
            window.timeline,
            window.filter_state,
            window.themes,
            window.panels,
            window.toolbar.search,
            window.emit_panel,
            window.errors,
            self.sheets.show_palette,
            self.sheets.show_shortcuts,
            self.sheets.show_about,
            window.tables.show_notes,
            self.sheets.show_lanes,
        )
        file = FileVerbs(session, bridge, trust, window.recent, window.selection, window, self._in_view)
        notes = NoteVerbs(session, window.selection, self._in_view, file.exporting, window)
        run = RunVerbs(session, bridge, window.choices, window)
        mistakes = Mistakes(session, window, self._show_draft)
        file.may_save, file.may_lose_drafts, run.may_run = mistakes.may_save, mistakes.may_leave, mistakes.may_run
        store = window.store
        runs = RunListVerbs(session, bridge, window.selection, file.exporting, window.recent, store, window)
        return Verbs(
            file,
            EditVerbs(session, bridge),
            EmitVerbs(window.emit_panel, session, window.selection, self._show_emit, bridge),
            run,
            ViewVerbs(seen),
            FlightVerbs(session, window),
            notes,
            runs,
            ConnectionVerbs(window),
            SettingsVerbs(window.store, window),
        )

    def _make_menus(self) -> None:
        window = self._window
        recent = FileMenu("Open Recent", self._recent_files, window)
        samples = FileMenu("Open Sample", _sample_files, window)
        for files in (recent, samples):
            files.file_wanted.connect(self.verbs.file.try_open)
        fill_menu_bar(window.menuBar(), self.actions, {"file.open_recent": recent, "file.open_sample": samples})

    def _show_draft(self, draft: Draft) -> None:
        self._window.panels.show("scenario")
        self._window.scenario.show_draft(draft)

    def _show_emit(self) -> None:
        self._window.panels.show("emit")

    def _in_view(self) -> Span:
        view = self._window.timeline.viewport
        return view.start_ns, view.end_ns

    def _recent_files(self) -> list[tuple[str, Path]]:
        return [(str(path), path) for path in self._window.recent.paths]

    def _connect_bridge(self) -> None:
        bridge = self._window.bridge
        bridge.records_arrived.connect(self.refresh_records)
        bridge.engine_changed.connect(self.refresh_engine)
        bridge.document_changed.connect(self.refresh_document)
        bridge.trace_replaced.connect(self.replace_trace)

    def _connect_commands(self) -> None:
        window, file = self._window, self.verbs.file
        file.opened.connect(self.file_opened)
        file.trusted.connect(self.refresh_trust)
        file.recent_wanted.connect(self.sheets.show_recent)
        file.samples_wanted.connect(self.sheets.show_samples)
        file.code_wanted.connect(self.sheets.show_code)
        self.verbs.run.compare_wanted.connect(self.sheets.show_comparison)
        notes, listed = self.verbs.notes, window.tables.notes
        notes.changed.connect(self.refresh_notes)
        notes.stretch_wanted.connect(window.timeline.show_stretch)
        self.actions.done.connect(window.tables.refresh_notes)  # a mark that is kept is a note
        listed.add_wanted.connect(self.actions["note.add"].trigger)
        listed.save_wanted.connect(self.actions["note.save"].trigger)
        listed.edit_wanted.connect(notes.edit)
        listed.remove_wanted.connect(notes.remove)
        listed.go_wanted.connect(notes.go_to)
        window.inspector.source_wanted.connect(self.source.go)
        self.source.settings_wanted.connect(self.sheets.show_editor_settings)
        self.verbs.settings.wanted.connect(self.sheets.show_settings)
        self.verbs.settings.changed.connect(self.apply_settings)
        window.inspector.note_wanted.connect(notes.edit)
        window.inspector.follow_wanted.connect(window.filter_state.set_text)
        again = ("payload.copy", "dispatch.emit_again", "dispatch.emit_edited")
        window.inspector.offer_payload_actions([self.actions[each] for each in again])
        RunsWiring(window, self.verbs, self.refresh_view)
        self.actions.done.connect(self.refresh_view)
        self.verbs.connections.wanted.connect(self.sheets.show_connections)
        self.verbs.flight.settings_wanted.connect(self.sheets.show_flight)
        window.flight_sign.clicked.connect(self.sheets.show_flight)
        window.flight_notice.settings_wanted.connect(self.sheets.show_flight)
        window.flight_notice.open_wanted.connect(file.try_open)
        window.flight.looked.connect(window.flight_notice.look)
        window.errors.connections_wanted.connect(self.sheets.show_connections)
        window.flight.wrote.connect(window.flight_notice.show_written)
        window.dropped.connect(file.try_open)
        window.start_page.sample_wanted.connect(file.open_sample)
        window.start_page.file_wanted.connect(file.try_open)
        window.start_page.open_wanted.connect(self.actions["file.open"].trigger)
        window.start_page.new_wanted.connect(self.actions["file.new"].trigger)
        window.trust_bar.trust_wanted.connect(file.trust)
        window.trust_bar.code_wanted.connect(file.show_code)
        window.choices.speed_changed.connect(self.verbs.run.set_speed)
        window.tables.timeline_wanted.connect(self.actions["view.centre"].trigger)
        window.tables.export_wanted.connect(file.ask_export_rows)
        about_a_row = ("payload.copy", "note.add", "dispatch.emit_again", "dispatch.emit_edited")
        about_the_view = ("view.fit", "view.follow", "view.freeze", "mark.clear")
        window.timeline.for_selected = tuple(self.actions[each] for each in about_a_row)
        window.timeline.for_view = tuple(self.actions[each] for each in about_the_view)
        window.tables.menu.add_commands(self.actions[each] for each in about_a_row)
        window.timeline.hovered.connect(window.status.show_hover)
        window.timeline.view_changed.connect(window.tables.statistics.show_stretch)
        window.tables.statistics.stretch_wanted.connect(window.timeline.show_stretch)
        window.themes.changed.connect(self.refresh_theme)
        window.selection.changed.connect(self.actions.refresh)
        window.selection.changed.connect(self.show_selected)
        window.filter_state.changed.connect(self.actions.refresh)
        window.timeline.following_changed.connect(self.actions.refresh)
        window.timeline.frozen_changed.connect(self.actions.refresh)
        window.timeline.lane_choices.changed.connect(self.actions.refresh)
        window.timeline.axis.mode_changed.connect(self.actions.refresh)
        window.panels.changed.connect(self.actions.refresh)

    def _connect_mistakes(self) -> None:
        window = self._window
        window.bridge.failed.connect(window.show_error)
        window.flight.failed.connect(window.show_error)
        self.actions.failed.connect(window.show_error)
        self.verbs.file.failed.connect(window.show_error)
        self.verbs.notes.failed.connect(window.show_error)
        self.verbs.runs.failed.connect(window.show_error)
        self.verbs.file.exporting.wrote.connect(window.status.show_written)
        for panel in (window.scenario, window.emit_panel, window.tables, self.source):
            panel.failed.connect(window.show_error)


def _sample_files() -> list[tuple[str, Path]]:
    return [(sample.title, sample.path) for sample in SAMPLES]
