"""Commands that change only what is seen: panels, the timeline's view, theme, palette and sheets."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QLineEdit

from bus.picture.grouping import Group
from bus.picture.scale import Mode
from bus.trace.ids import id_text
from ui.filter_state import FilterState
from ui.layout import DockLayout
from ui.panels.emit.panel import EmitPanel
from ui.theme import ThemeSource
from ui.timeline.input import LANE_STEP, PAN_SHARE
from ui.timeline.view import TimelineView
from ui.widgets.error_bar import ErrorBar


@dataclass(frozen=True, slots=True)
class ViewParts:
    """The parts of the window that these verbs act on."""

    timeline: TimelineView
    filter_state: FilterState
    themes: ThemeSource
    layout: DockLayout
    search: QLineEdit
    emit: EmitPanel
    errors: ErrorBar


class ViewVerbs(QObject):
    """Commands that change only what is seen.

    Nothing here touches the session; what is to be shown above the window is asked for.
    """

    palette_wanted = Signal()
    shortcuts_wanted = Signal()
    about_wanted = Signal()
    lanes_wanted = Signal()
    notes_wanted = Signal()
    problems_wanted = Signal(int)
    """The next problem (1), the previous one (-1), or the list as it is (0)."""
    why_wanted = Signal(str)
    """The id of a question about the selection, "" for the most pressing one."""

    def __init__(self, seen: ViewParts, parent: QObject) -> None:
        super().__init__(parent)
        self._seen = seen
        self.timeline = seen.timeline

    def toggle_panel(self, panel: str) -> None:
        """Show or hide one panel."""
        self._seen.layout.toggle(panel)

    def reset_layout(self) -> None:
        """Every panel back in its place."""
        self._seen.layout.reset()

    def show_notes(self) -> None:
        """Every note of the capture."""
        self._seen.layout.show("tables")
        self.notes_wanted.emit()

    def show_problems(self, direction: int = 0) -> None:
        """What is wrong in the trace; direction: of another one than the one that is chosen."""
        self._seen.layout.show("tables")
        self.problems_wanted.emit(direction)

    def ask_why(self, question: str = "") -> None:
        """What can be asked about the selection, and the answer to one question; "": the most pressing one."""
        self._seen.layout.show("tables")
        self.why_wanted.emit(question)

    def show_cone(self) -> None:
        """Filter for what led to the selection and what it led to; the same again shows everything."""
        selection, filter_state = self.timeline.scene.selection, self._seen.filter_state
        if selection.kind:
            text = f"cone:{id_text(selection.id)}"
            filter_state.set_text("" if filter_state.text == text else text)

    def toggle_following(self) -> None:
        """Go along with the newest, or stay."""
        self.timeline.set_following(not self.timeline.following)

    def group_lanes(self, group: Group) -> None:
        """What has a lane of its own."""
        self.timeline.scene.lane_choices.group_by(group)

    def set_time_axis(self, mode: Mode) -> None:
        """To scale, with idle gaps folded, or step by step."""
        self.timeline.verbs.set_time_axis(mode)

    def find_lane(self) -> None:
        """Go to a lane by its name."""
        self.lanes_wanted.emit()

    def show_all_lanes(self) -> None:
        """Hide no lane any more."""
        self.timeline.scene.lane_choices.show_all()

    def toggle_frozen(self) -> None:
        """Hold the picture, or let it go on."""
        self.timeline.set_frozen(not self.timeline.frozen)

    def pan(self, direction: int) -> None:
        """Earlier (-1) or later (1)."""
        self.timeline.verbs.pan(direction * PAN_SHARE)

    def scroll_lanes(self, direction: int) -> None:
        """Lanes further up (-1) or down (1)."""
        self.timeline.verbs.scroll_lanes(direction * LANE_STEP)

    def focus_timeline(self) -> None:
        """Keys go to the timeline."""
        self._seen.layout.show_timeline()
        self.timeline.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def focus_filter(self) -> None:
        """Put the cursor into the filter."""
        self._seen.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._seen.search.selectAll()

    def clear_filter(self) -> None:
        """Remove the filter, so that everything is shown."""
        self._seen.filter_state.clear()

    def focus_emit(self) -> None:
        """Put the cursor into the Emit panel."""
        self._seen.layout.show("emit")
        self._seen.emit.form.event_box.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def set_theme(self, setting: str) -> None:
        """Show another theme. setting: one of ui.theme.SETTINGS."""
        self._seen.themes.set_setting(setting)

    def show_start(self) -> None:
        """Show samples and recent files."""
        self._seen.layout.show_start()

    def hide_errors(self) -> None:
        """The person has read them."""
        self._seen.errors.dismiss()

    def show_palette(self) -> None:
        """Let a person choose among all commands."""
        self.palette_wanted.emit()

    def show_shortcuts(self) -> None:
        """All keys on one sheet."""
        self.shortcuts_wanted.emit()

    def show_about(self) -> None:
        """Show which version of Buslens this is."""
        self.about_wanted.emit()
