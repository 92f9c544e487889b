"""Makes what every command of one window does, its QAction and the menus; who hears whom is in ui/wiring.py."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject

from bus.export.slice import Span
from bus.scenario.drafts import Draft
from bus.scenario.samples import SAMPLES
from ui.actions import ACTIONS
from ui.breakpoints.redelivery import RedeliveryVerbs
from ui.breakpoints.verbs import BreakpointVerbs
from ui.connections.verbs import ConnectionVerbs
from ui.draft_guard import DraftGuard
from ui.flight.verbs import FlightVerbs
from ui.menus import FileMenu, fill_menu_bar
from ui.notes.verbs import NoteVerbs
from ui.parts import Parts
from ui.ports import TrustStore
from ui.qt_actions import QtActions
from ui.runs.verbs import RunListVerbs
from ui.settings.verbs import SettingsVerbs
from ui.source.verbs import SourceVerbs
from ui.state import CommandState
from ui.verbs import Verbs
from ui.verbs_edit import EditVerbs, EmitVerbs
from ui.verbs_file import FileVerbs
from ui.verbs_run import RunVerbs
from ui.verbs_view import ViewParts, ViewVerbs


class Commands(QObject):
    """Makes every command of one window: its verbs and its QActions."""

    def __init__(self, parts: Parts, trust: TrustStore) -> None:
        super().__init__(parts)
        self._parts = parts
        self.source = SourceVerbs(parts.session, parts.store, parts.themes, self.show_in_scenario, parts)
        self.verbs = self._make_verbs(trust)
        self.actions = QtActions(ACTIONS, self.verbs, self.state_now, parts, parts.timeline)
        self._make_menus()
        parts.toolbar.place(self.actions)

    def state_now(self) -> CommandState:
        """What commands depend on now: whether they can be used, and what they are called."""
        parts, session = self._parts, self._parts.session
        document = session.document
        return CommandState(
            has_document=document is not None,
            dirty=document is not None and document.dirty,
            undo_title="Clear" if session.can_undo_clear else document.undo_title if document else "",
            redo_title=document.redo_title if document else "",
            phase=session.engine_state.phase,
            recording=session.recording,
            has_records=len(session.trace.dispatches) > 0,
            selected=parts.selection.kind,
            held=session.engine_state.held_count,
            not_redelivered=self.verbs.redelivery.why_not(edited=False),
            not_redelivered_edited=self.verbs.redelivery.why_not(edited=True),
            unsaved_notes=session.trace.notes.unsaved and session.trace.raw.path is not None,
            filtered=parts.filter_state.active,
            following=parts.timeline.following,
            frozen=parts.timeline.frozen,
            lanes=parts.timeline.scene.lane_choices.group,
            time_axis=parts.timeline.scene.axis.mode,
            theme=parts.themes.setting,
            panels=parts.panels.shown,
            earlier_run=bool(session.runs.all) and session.runs.view is not session.runs.all[0],
            later_run=session.runs.view in session.runs.all[:-1],
            can_undo_clear=session.can_undo_clear,
            can_follow=session.trace.raw.path is not None and not session.trace.ended and session.following is None,
            untrusted=self.verbs.file.untrusted,
        )

    def show_in_scenario(self, line: int) -> bool:
        """A line of the open scenario where its panel is; False where nothing of it stands there."""
        if not self._parts.scenario.show_line(line):
            return False
        self._parts.panels.show("scenario")
        return True

    def _make_verbs(self, trust: TrustStore) -> Verbs:
        parts = self._parts
        session, bridge, selection, store, recent = (
            parts.session, parts.bridge, parts.selection, parts.store, parts.recent,
        )  # fmt: skip
        seen = ViewParts(
            parts.timeline,
            parts.filter_state,
            parts.themes,
            parts.panels,
            parts.toolbar.search,
            parts.emit_panel,
            parts.errors,
        )
        file = FileVerbs(session, bridge, trust, recent, selection, parts, self._in_view)
        run = RunVerbs(session, bridge, parts.choices, parts)
        mistakes = DraftGuard(session, parts, self._show_draft)
        file.may_save, file.may_lose_drafts, run.may_run = mistakes.may_save, mistakes.may_leave, mistakes.may_run
        return Verbs(
            file,
            EditVerbs(session, bridge),
            EmitVerbs(parts.emit_panel, session, selection, self._show_emit, bridge),
            run,
            ViewVerbs(seen, parts),
            parts.timeline.verbs,
            FlightVerbs(session, parts),
            NoteVerbs(session, selection, self._in_view, file.exporting, parts),
            RunListVerbs(session, bridge, selection, file.exporting, recent, store, parts),
            BreakpointVerbs(session, bridge, selection, store, parts),
            RedeliveryVerbs(session, bridge, selection, parts.themes, parts),
            ConnectionVerbs(parts),
            SettingsVerbs(store, parts),
        )

    def _make_menus(self) -> None:
        parts = self._parts
        recent = FileMenu("Open Recent", self._recent_files, parts)
        samples = FileMenu("Open Sample", _sample_files, parts)
        for files in (recent, samples):
            files.file_wanted.connect(self.verbs.file.try_open)
        fill_menu_bar(parts.menuBar(), self.actions, {"file.open_recent": recent, "file.open_sample": samples})

    def _in_view(self) -> Span:
        view = self._parts.timeline.viewport
        return view.start_ns, view.end_ns

    def _show_draft(self, draft: Draft) -> None:
        self._parts.panels.show("scenario")
        self._parts.scenario.show_draft(draft)

    def _show_emit(self) -> None:
        self._parts.panels.show("emit")

    def _recent_files(self) -> list[tuple[str, Path]]:
        return [(str(path), path) for path in self._parts.recent.paths]


def _sample_files() -> list[tuple[str, Path]]:
    return [(sample.title, sample.path) for sample in SAMPLES]
