"""Who hears whom: every connection between panels stands here and, about runs, in ui/wiring_runs.py.

From an emit to the pixel: Session.pump -> Bridge.records_arrived -> Refresh.records -> a panel's `refresh_records`.
"""

from __future__ import annotations

from PySide6.QtCore import QObject

from ui.appearance import Appearance
from ui.commands import Commands
from ui.panels.map.tab import MapTab
from ui.parts import Parts
from ui.ports import TrustStore
from ui.refresh import Refresh
from ui.sheets import Sheets
from ui.wiring_breakpoints import BreakpointDots
from ui.wiring_problems import ProblemsWiring
from ui.wiring_runs import RunsWiring


class Wiring(QObject):
    """Connects the parts of one window with its commands, dialogs, look and refresh, which it makes."""

    def __init__(self, window: Parts, trust: TrustStore) -> None:
        super().__init__(window)
        self._window = window
        commands = Commands(window, trust)
        self.verbs, self.actions, self.source = commands.verbs, commands.actions, commands.source
        self.appearance = Appearance(window, self.actions)
        self.sheets = Sheets(window, self.verbs, self.actions, self.appearance)
        self.refresh = Refresh(window, self.verbs, self.actions, self.appearance.capture_layout)
        self._connect_session()
        self._connect_sheets()
        self._connect_panels()
        self._connect_bars()
        self._connect_commands()
        self._connect_mistakes()
        RunsWiring(window, self.verbs, self.refresh)
        tabs = (window.tables.dispatches, window.tables.calls, window.tables.failures)
        (map_tab,) = window.tables.findChildren(MapTab)
        BreakpointDots(window.session, self.verbs.breakpoints, window.timeline, tabs, map_tab, self)
        ProblemsWiring(window, self.verbs, self.source)

    def begin(self) -> None:
        """Everything stands: look right from the first moment."""
        self.appearance.begin()
        self.refresh.document()
        self.verbs.breakpoints.refresh_document()
        self.refresh.opened()

    def close(self) -> None:
        """The window goes: keep how it looks, and end what runs beside it."""
        self.appearance.remember()
        self.verbs.file.exporting.close()
        self._window.tables.sql.cancel()
        self._window.tables.problems.looker.close()
        self._window.tables.expectations.close_looker()
        self._window.scenario.remarks.stop()
        self.sheets.close()

    def _connect_session(self) -> None:
        """What happens in the session, and what a person has selected, is told to every part that shows it."""
        window, refresh = self._window, self.refresh
        window.bridge.records_arrived.connect(refresh.records)
        window.bridge.engine_changed.connect(refresh.engine)
        window.bridge.document_changed.connect(refresh.document)
        window.included.changed.connect(window.bridge.touch)
        window.bridge.document_changed.connect(self.verbs.breakpoints.refresh_document)
        window.bridge.trace_replaced.connect(refresh.trace)
        window.selection.changed.connect(refresh.selected)
        window.themes.changed.connect(self.appearance.refresh_theme)
        self.verbs.settings.changed.connect(self.appearance.apply_settings)
        self.verbs.file.opened.connect(refresh.opened)
        self.verbs.file.trusted.connect(refresh.trust)
        self.verbs.notes.changed.connect(refresh.notes)
        self.actions.done.connect(window.tables.refresh_notes)  # a mark that is kept is a note
        self.actions.done.connect(refresh.view)

    def _connect_sheets(self) -> None:
        """What opens above the window."""
        window, verbs, sheets = self._window, self.verbs, self.sheets
        verbs.view.palette_wanted.connect(sheets.show_palette)
        verbs.view.shortcuts_wanted.connect(sheets.show_shortcuts)
        verbs.view.about_wanted.connect(sheets.show_about)
        verbs.view.lanes_wanted.connect(sheets.show_lanes)
        verbs.file.recent_wanted.connect(sheets.show_recent)
        verbs.file.samples_wanted.connect(sheets.show_samples)
        verbs.file.programs_wanted.connect(sheets.show_programs)
        verbs.file.code_wanted.connect(sheets.show_code)
        verbs.run.compare_wanted.connect(sheets.show_comparison)
        verbs.run.diff_wanted.connect(sheets.show_diff)
        verbs.run.evidence_wanted.connect(sheets.show_report)
        verbs.run.model_wanted.connect(sheets.show_model)
        verbs.run.what_if_wanted.connect(sheets.show_what_if)
        verbs.run.explore_wanted.connect(sheets.show_explore)
        verbs.run.choose_wanted.connect(sheets.show_choices)
        verbs.settings.wanted.connect(sheets.show_settings)
        self.source.settings_wanted.connect(sheets.show_editor_settings)
        verbs.connections.wanted.connect(sheets.show_connections)
        verbs.breakpoints.list_wanted.connect(sheets.show_breakpoints)
        window.errors.connections_wanted.connect(sheets.show_connections)
        verbs.flight.settings_wanted.connect(sheets.show_flight)
        window.flight_sign.clicked.connect(sheets.show_flight)
        window.flight_notice.settings_wanted.connect(sheets.show_flight)

    def _connect_panels(self) -> None:
        """Panels and the timeline with each other and with commands."""
        window, file, notes, listed = self._window, self.verbs.file, self.verbs.notes, self._window.tables.notes
        listed.add_wanted.connect(self.actions["note.add"].trigger)
        listed.save_wanted.connect(self.actions["note.save"].trigger)
        listed.edit_wanted.connect(notes.edit)
        listed.remove_wanted.connect(notes.remove)
        listed.go_wanted.connect(notes.go_to)
        notes.stretch_wanted.connect(window.timeline.verbs.show_stretch)
        self.verbs.view.notes_wanted.connect(window.tables.show_notes)
        self.verbs.view.why_wanted.connect(window.tables.show_why)
        window.timeline.input.why.asked.connect(window.tables.ask_why)
        window.tables.why.path_found.connect(window.timeline.scene.show_path)
        window.tables.revealed.connect(window.timeline.verbs.reveal_selection)
        window.tables.why.source_wanted.connect(self.source.go)
        window.tables.listeners.source_wanted.connect(self.source.go)
        window.scenario.included.open_wanted.connect(file.try_open)
        window.scenario.tree.break_wanted.connect(self.verbs.breakpoints.toggle_in_scenario)
        window.inspector.source_wanted.connect(self.source.go)
        window.inspector.note_wanted.connect(notes.edit)
        window.inspector.follow_wanted.connect(window.filter_state.set_text)
        window.tables.timeline_wanted.connect(self.actions["view.centre"].trigger)
        window.tables.export_wanted.connect(file.ask_export_rows)
        window.timeline.hovered.connect(window.status.show_hover)
        window.timeline.view_changed.connect(window.tables.statistics.show_stretch)
        window.tables.statistics.stretch_wanted.connect(window.timeline.verbs.show_stretch)
        by_hand = ("call.redeliver", "call.redeliver_edited", "breakpoint.toggle")
        again = ("payload.copy", "dispatch.emit_again", "dispatch.emit_edited")
        about_a_row = ("payload.copy", "note.add", "dispatch.emit_again", "dispatch.emit_edited", *by_hand)
        about_the_view = ("view.fit", "view.follow", "view.freeze", "mark.clear")
        window.inspector.offer_payload_actions([self.actions[each] for each in again])
        window.timeline.input.for_selected = tuple(self.actions[each] for each in ("flow.cone", *about_a_row))
        window.timeline.input.for_view = tuple(self.actions[each] for each in about_the_view)
        window.tables.menu.add_commands(
            self.actions[each] for each in ("why.ask", "why.late", "flow.cone", *about_a_row)
        )

    def _connect_bars(self) -> None:
        """The start page, the bars around the timeline, and files that are dropped on the window."""
        window, file = self._window, self.verbs.file
        window.dropped.connect(file.try_open)
        window.start_page.sample_wanted.connect(file.open_sample)
        window.start_page.file_wanted.connect(file.try_open)
        window.start_page.open_wanted.connect(self.actions["file.open"].trigger)
        window.start_page.new_wanted.connect(self.actions["file.new"].trigger)
        window.trust_bar.trust_wanted.connect(file.trust)
        window.trust_bar.code_wanted.connect(file.show_code)
        window.held_bar.next_wanted.connect(self.actions["held.release_next"].trigger)
        window.held_bar.all_wanted.connect(self.actions["held.release_all"].trigger)
        window.held_bar.list_wanted.connect(self.verbs.breakpoints.show)
        window.choices.speed_changed.connect(self.verbs.run.set_speed)
        window.flight_notice.open_wanted.connect(file.try_open)
        window.flight.looked.connect(window.flight_notice.look)
        window.flight.wrote.connect(window.flight_notice.show_written)
        file.exporting.wrote.connect(window.status.show_written)

    def _connect_commands(self) -> None:
        """What else commands depend on: see Commands.state_now."""
        window = self._window
        window.filter_state.changed.connect(self.actions.refresh)
        window.timeline.following_changed.connect(self.actions.refresh)
        window.timeline.frozen_changed.connect(self.actions.refresh)
        window.timeline.scene.lane_choices.changed.connect(self.actions.refresh)
        window.timeline.scene.axis.mode_changed.connect(self.actions.refresh)
        window.panels.changed.connect(self.actions.refresh)

    def _connect_mistakes(self) -> None:
        """What a person must know is shown in one place."""
        window, verbs = self._window, self.verbs
        told = (window.bridge, window.flight, window.included, self.actions, verbs.file, verbs.notes, verbs.runs)
        by_hand = (verbs.breakpoints, verbs.redelivery)
        for each in (*told, *by_hand, window.scenario, window.emit_panel, window.tables, self.source):
            each.failed.connect(window.show_error)
