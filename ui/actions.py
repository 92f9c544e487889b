"""Every command of the window, once. Menus, toolbar, palette, shortcuts and the `?` sheet are made from this table.

An id is `noun.verb` and permanent: keymaps, docs and tests name it. docs/shortcuts.md is generated from here too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bus.export import EXPORTERS
from ui.layout import PANELS
from ui.state import CommandState
from ui.verbs import Verbs


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a person can do."""

    id: str
    title: str
    menu: str
    """The menu and after a slash the submenu; "-" before the menu's name begins a new group there."""

    does: Callable[[Verbs], object]
    shortcut: str | tuple[str, ...] = ()
    icon: str = ""
    """A file of resources/icons, "" for none."""

    tip: str = ""
    """A sentence that says more than the title, "" where there is no more to say."""

    when: Callable[[CommandState], bool] | None = None
    """Whether it can be done now; None: always."""

    checked: Callable[[CommandState], bool] | None = None
    """Whether its tick is set; None: it has no tick."""

    renamed: Callable[[CommandState], str] | None = None
    """Its title in this state; None: always `title`."""

    place: str = "window"
    """Where its shortcut counts: anywhere in the "window", or while the "timeline" has the focus."""

    submenu: bool = False
    """In the menu bar it is a list to choose from."""

    @property
    def shortcuts(self) -> tuple[str, ...]:
        """The command's keys as Qt writes them; menus show the first one."""
        return (self.shortcut,) if isinstance(self.shortcut, str) else self.shortcut


def has_document(state: CommandState) -> bool:
    return state.has_document


def has_records(state: CommandState) -> bool:
    return state.has_records


def is_live(state: CommandState) -> bool:
    return state.live


def is_paused(state: CommandState) -> bool:
    return state.paused


def is_selected(state: CommandState) -> bool:
    return bool(state.selected)


def has_held(state: CommandState) -> bool:
    return state.held > 0


def reasoned(title: str, why_not: str) -> str:
    """What a command is called that says why it is grey."""
    return f"{title} ({why_not})" if why_not else title


def can_emit_selected(state: CommandState) -> bool:
    return state.has_document and bool(state.selected)


# fmt: off
# A table is read by rows: one command to one or two lines.

FILE = (
    Action("file.new", "New Scenario", "File", lambda v: v.file.new(), "Ctrl+N", "new"),
    Action("file.open", "Open…", "File", lambda v: v.file.ask_open(), "Ctrl+O", "open", "A scenario or a capture"),
    Action("file.open_recent", "Open Recent", "File", lambda v: v.file.choose_recent(), "Ctrl+Shift+O", "recent",
           submenu=True),
    Action("file.open_sample", "Open Sample", "File", lambda v: v.file.choose_sample(), (), "sample",
           "A scenario that teaches one thing", submenu=True),
    Action("file.save", "Save", "-File", lambda v: v.file.save(), "Ctrl+S", "save", "Save the scenario",
           when=has_document),
    Action("file.save_as", "Save As…", "File", lambda v: v.file.ask_save_as(), "Ctrl+Shift+S", "save-as",
           "Save the scenario under another name", when=has_document),
    Action("file.trust", "Trust This File's Python…", "File", lambda v: v.file.trust(), (), "trust",
           "Let the Python handlers of this scenario run", when=lambda s: s.untrusted),
    Action("file.show_code", "Show Python Code…", "File", lambda v: v.file.show_code(), (), "code",
           "Read the Python code of this scenario", when=has_document),
    Action("file.save_evidence", "Save Evidence…", "-File", lambda v: v.run.save_evidence(), (), "",
           "A page to be sent: problems of what is in view, and what shows them", when=has_records),
    Action("file.show_start", "Start Page", "-File", lambda v: v.view.show_start(), (), "layout",
           "Samples and recent files"),
    Action("file.quit", "Quit", "-File", lambda v: v.file.quit(), "Ctrl+Q", "quit"),
)

EDIT = (
    Action("edit.undo", "Undo", "Edit", lambda v: v.edit.undo(), "Ctrl+Z", "undo", "Take back the last change",
           when=lambda s: bool(s.undo_title), renamed=lambda s: f"Undo {s.undo_title}".rstrip()),
    Action("edit.redo", "Redo", "Edit", lambda v: v.edit.redo(), ("Ctrl+Shift+Z", "Ctrl+Y"), "redo",
           "Do again what was taken back", when=lambda s: bool(s.redo_title),
           renamed=lambda s: f"Redo {s.redo_title}".rstrip()),
    Action("edit.filter", "Filter…", "-Edit", lambda v: v.view.focus_filter(), ("Ctrl+F", "/"), "filter",
           "Filter dispatches and calls by fields, names, and words in errors, notes and payloads"),
    Action("edit.clear_filter", "Clear Filter", "Edit", lambda v: v.view.clear_filter(), "Ctrl+Shift+L", "close",
           "Show everything again", when=lambda s: s.filtered),
    Action("payload.copy", "Copy Payload", "-Edit", lambda v: v.emit.copy_payload(), (), "copy",
           "The payload of the selected event as JSON", when=is_selected),
    Action("selection.clear", "Clear Selection", "Edit", lambda v: v.timeline.clear_selection(), "Esc", "",
           "Select nothing, and put the ruler away", place="timeline"),
    Action("settings.show", "Settings…", "-Edit", lambda v: v.settings.show(), "Ctrl+,", "settings",
           "Editor, theme, font size, limits and flight recorder"),
)

VIEW = (
    Action("layout.reset", "Reset Layout", "View", lambda v: v.view.reset_layout(), (), "layout",
           "Put every panel back to where it was at first"),
    Action("view.follow", "Follow the Newest", "-View", lambda v: v.view.toggle_following(), "End", "follow",
           "Keep the newest in view", checked=lambda s: s.following, place="timeline"),
    Action("view.freeze", "Freeze View", "View", lambda v: v.view.toggle_frozen(), "Ctrl+Shift+F", "freeze",
           "Hold the picture; the capture goes on", checked=lambda s: s.frozen),
    Action("mark.span", "Mark the Selected Span", "-View", lambda v: v.timeline.mark_selection(keep=False),
           "M", "",
           "A band over all lanes with its length; the same again takes it away", when=is_selected, place="timeline"),
    Action("mark.keep", "Keep the Mark", "View", lambda v: v.timeline.mark_selection(keep=True), "Shift+M", "",
           "The band stays when something else is marked", when=is_selected, place="timeline"),
    Action("mark.clear", "Clear Marks", "View", lambda v: v.timeline.clear_markers(), (), "",
           "Take every band and the ruler away"),
    Action("note.add", "Add Note…", "-View", lambda v: v.notes.add(), "Ctrl+Shift+N", "note",
           "A note on what is selected, or on the middle of the time in view", when=has_records),
    Action("note.list", "Notes", "View", lambda v: v.view.show_notes(), (), "",
           "Every note of this capture, to be edited, removed and saved"),
    Action("note.save", "Save Notes into the Capture", "View", lambda v: v.notes.save(), (), "",
           "Write them into the file that is open", when=lambda s: s.unsaved_notes),
    Action("problem.list", "Show Problems", "-View/Problems", lambda v: v.view.show_problems(), "Ctrl+F8", "",
           "What went wrong, what shows it, and what to do next"),
    Action("problem.next", "Next Problem", "View/Problems", lambda v: v.view.show_problems(1), "F8", "next",
           "Select what shows the next one", when=has_records),
    Action("problem.previous", "Previous Problem", "View/Problems", lambda v: v.view.show_problems(-1), "Shift+F8",
           "previous", "Select what shows the one before", when=has_records),
    Action("lanes.by_handler", "Lanes by Handler", "-View/Lanes", lambda v: v.view.group_lanes("handler"), (), "",
           "A lane for the calls of each handler", checked=lambda s: s.lanes == "handler"),
    Action("lanes.by_event", "Lanes by Event", "View/Lanes", lambda v: v.view.group_lanes("event"), (), "",
           "A lane for the calls of each event", checked=lambda s: s.lanes == "event"),
    Action("lanes.by_bus", "Lanes by Bus", "View/Lanes", lambda v: v.view.group_lanes("bus"), (), "",
           "A lane for the calls of each emitter or broker", checked=lambda s: s.lanes == "bus"),
    Action("lanes.by_flow", "Lanes by Flow", "View/Lanes", lambda v: v.view.group_lanes("flow"), (), "",
           "A lane for all calls that grew from one emit", checked=lambda s: s.lanes == "flow"),
    Action("lanes.by_thread", "Lanes by Thread", "View/Lanes", lambda v: v.view.group_lanes("thread"), (), "",
           "A lane for the calls on each thread or task", checked=lambda s: s.lanes == "thread"),
    Action("lanes.by_source", "Lanes by Source File", "View/Lanes", lambda v: v.view.group_lanes("source"), (), "",
           "A lane for the calls of all handlers of a file", checked=lambda s: s.lanes == "source"),
    Action("lanes.find", "Go to Lane…", "View/Lanes", lambda v: v.view.find_lane(), "Ctrl+P", "",
           "Find a lane by its name", when=has_records),
    Action("lanes.show_all", "Show All Lanes", "View/Lanes", lambda v: v.view.show_all_lanes(), (), "",
           "Bring back every lane that was hidden (right click on a lane)"),
    Action("axis.linear", "Time to Scale", "-View/Time Axis", lambda v: v.view.set_time_axis("linear"), "Alt+1", "",
           "A pixel is the same time everywhere", checked=lambda s: s.time_axis == "linear"),
    Action("axis.compressed", "Fold Idle Time", "View/Time Axis", lambda v: v.view.set_time_axis("compressed"), "Alt+2",
           "", "Where nothing happened a narrow band says for how long", checked=lambda s: s.time_axis == "compressed"),
    Action("axis.steps", "Step by Step", "View/Time Axis", lambda v: v.view.set_time_axis("steps"), "Alt+3", "",
           "Every dispatch has the same room: their order is seen where times are equal",
           checked=lambda s: s.time_axis == "steps"),
    Action("view.zoom_in", "Zoom In", "-View", lambda v: v.timeline.zoom_in(), ("W", "+"), "zoom-in",
           place="timeline"),
    Action("view.zoom_out", "Zoom Out", "View", lambda v: v.timeline.zoom_out(), ("S", "-"), "zoom-out",
           place="timeline"),
    Action("view.pan_left", "Earlier", "View", lambda v: v.view.pan(-1), ("A", "Left"), "previous",
           place="timeline"),
    Action("view.pan_right", "Later", "View", lambda v: v.view.pan(1), ("D", "Right"), "next",
           place="timeline"),
    Action("view.fit", "Fit Whole Capture", "View", lambda v: v.timeline.fit(), "Home", "fit", when=has_records,
           place="timeline"),
    Action("view.centre", "Centre Selection, Then Fit It", "View", lambda v: v.timeline.centre_selection(), "F",
           "centre", when=has_records, place="timeline"),
    Action("lane.next", "Next on the Lane", "View/Go", lambda v: v.timeline.next_on_lane(1), ".", "next",
           "Where nothing is selected, the first emit", when=has_records, place="timeline"),
    Action("lane.previous", "Previous on the Lane", "View/Go", lambda v: v.timeline.next_on_lane(-1), ",",
           "previous", "Where nothing is selected, the last emit", when=has_records, place="timeline"),
    Action("flow.effect", "To What It Caused", "View/Go", lambda v: v.timeline.along_flow(1), "]", "effect",
           when=is_selected, place="timeline"),
    Action("flow.cause", "To Its Cause", "View/Go", lambda v: v.timeline.along_flow(-1), "[", "cause",
           when=is_selected, place="timeline"),
    Action("why.ask", "Ask Why", "-View/Go", lambda v: v.view.ask_why(), "Y", "",
           "Why it failed, was late, ran, or what it waits for", when=is_selected, place="timeline"),
    Action("why.late", "Show Its Critical Path", "View/Go", lambda v: v.view.ask_why("late"), "Shift+Y", "",
           "Why it ended so late: where the time went since its emit, as a lane of the timeline", when=is_selected,
           place="timeline"),
    Action("flow.cone", "Only Its Causes and Effects", "View/Go", lambda v: v.view.show_cone(), "C", "",
           "Filter for what led to the selection and what it led to; again, and everything is shown",
           when=is_selected, place="timeline"),
    Action("lanes.up", "Lanes Above", "View/Go", lambda v: v.view.scroll_lanes(-1), "Up", "",
           "Scroll the lanes", when=has_records, place="timeline"),
    Action("lanes.down", "Lanes Below", "View/Go", lambda v: v.view.scroll_lanes(1), "Down", "",
           "Scroll the lanes", when=has_records, place="timeline"),
    Action("timeline.focus", "Focus the Timeline", "View/Go", lambda v: v.view.focus_timeline(), "Ctrl+T",
           tip="Its single-letter keys count there"),
    Action("font.larger", "Larger Letters", "-View", lambda v: v.settings.zoom(1), ("Ctrl++", "Ctrl+="), "",
           "Of the whole window"),
    Action("font.smaller", "Smaller Letters", "View", lambda v: v.settings.zoom(-1), "Ctrl+-", "",
           "Of the whole window"),
    Action("font.usual", "Usual Letters", "View", lambda v: v.settings.zoom(0), "Ctrl+0", "",
           "The size of the window's font as it was at first"),
    Action("theme.system", "Theme of the System", "-View/Theme", lambda v: v.view.set_theme("system"), (), "monitor",
           checked=lambda s: s.theme == "system"),
    Action("theme.light", "Light Theme", "View/Theme", lambda v: v.view.set_theme("light"), (), "sun",
           checked=lambda s: s.theme == "light"),
    Action("theme.dark", "Dark Theme", "View/Theme", lambda v: v.view.set_theme("dark"), (), "moon",
           checked=lambda s: s.theme == "dark"),
)

RUN = (
    Action("run.start", "Run", "Run", lambda v: v.run.start(), "F5", "run", "Run the scenario, or go on",
           when=lambda s: s.can_start, renamed=lambda s: "Continue" if s.paused else "Run"),
    Action("run.start_paused", "Run Paused", "Run", lambda v: v.run.start_paused(), "Ctrl+F5", "step-into",
           "Run the scenario and stop before its first dispatch", when=lambda s: s.can_start and not s.paused),
    Action("run.pause", "Pause", "Run", lambda v: v.run.pause(), "F6", "pause", "Stop before whatever comes next",
           when=lambda s: s.phase == "running"),
    Action("run.stop", "Stop", "Run", lambda v: v.run.stop(), "Shift+F5", "stop",
           "End the run, or follow the capture no more", when=is_live,
           renamed=lambda s: "Stop Following" if s.phase == "following" else "Stop"),
    Action("run.restart", "Run Again", "Run", lambda v: v.run.restart(), "Ctrl+Shift+F5", "redo",
           "End the run and begin a new one", when=lambda s: s.live and s.has_document),
    Action("run.step_dispatch", "Step to Next Dispatch", "-Run", lambda v: v.run.step_dispatch(), "F9",
           "step-dispatch", "Go on to the next event that is put on the bus", when=is_paused),
    Action("run.step_call", "Step to Next Call", "Run", lambda v: v.run.step_call(), "F10", "step-call",
           "Go on to the next call of a handler", when=is_paused),
    Action("run.step_into", "Step Into Nested Emit", "Run", lambda v: v.run.step_into(), "F11", "step-into",
           "Go on to what the current call emits, or to whatever comes next", when=is_paused),
    Action("run.step_out", "Step Out of Dispatch", "Run", lambda v: v.run.step_out(), "Shift+F11", "step-out",
           "Go on until the current dispatch is done", when=is_paused),
    Action("breakpoint.toggle", "Break Here", "-Run", lambda v: v.breakpoints.toggle_selected(), "F7", "pause",
           "Hold what comes to the event of the selected emit, or to that handler of the selected call; again: no more",
           when=is_selected),
    Action("breakpoint.list", "Breakpoints…", "Run", lambda v: v.breakpoints.show(), "Ctrl+F7", "",
           "Where deliveries are held and when, and what is held", when=has_document),
    Action("held.release_next", "Release the Next Held Delivery", "Run", lambda v: v.breakpoints.release_next(),
           "Shift+F7", "run", "Let the delivery go on that is held longest, and only that", when=has_held),
    Action("held.release_all", "Release All Held Deliveries", "Run", lambda v: v.breakpoints.release_all(), (), "",
           "Breakpoints hold what comes next", when=has_held),
    Action("call.redeliver", "Redeliver", "Run", lambda v: v.redelivery.again(), "Ctrl+Shift+F7", "redo",
           "Call the handler of the selected call once more with what was emitted; of an emit, those that failed",
           when=lambda s: not s.not_redelivered, renamed=lambda s: reasoned("Redeliver", s.not_redelivered)),
    Action("call.redeliver_edited", "Redeliver Edited…", "Run", lambda v: v.redelivery.edited(), (), "edit",
           "The same with another payload", when=lambda s: not s.not_redelivered_edited,
           renamed=lambda s: reasoned("Redeliver Edited…", s.not_redelivered_edited)),
    Action("run.compare", "Compare Engines…", "-Run", lambda v: v.run.compare(), "Ctrl+Shift+M", "",
           "Run the scenario on several engines, and see side by side what each makes of it", when=has_document),
    Action("run.what_if", "What If…", "Run", lambda v: v.run.what_if(), (), "",
           "Run the scenario with something different, and compare: a slower handler, more load, more workers",
           when=has_document),
    Action("run.explore", "Explore…", "Run", lambda v: v.run.explore(), "Ctrl+Shift+X", "",
           "Run the scenario in thousands of other orders, and see which of them break what it expects",
           when=has_document),
    Action("run.choose", "Choose What Comes Next…", "Run", lambda v: v.run.choose_next(), "Ctrl+F9", "",
           "Run the scenario in virtual time, and take yourself what comes next wherever several things may",
           when=has_document),
    Action("emit.focus", "Emit by Hand…", "-Run", lambda v: v.view.focus_emit(), "Ctrl+E", "emit",
           "Go to the panel where events are emitted"),
    Action("emit.again", "Emit Again", "Run", lambda v: v.emit.again(), "Ctrl+Shift+E", "emit",
           "Emit once more what was emitted last by hand", when=has_document),
    Action("dispatch.emit_again", "Emit the Selected Again", "Run", lambda v: v.emit.selected_again(), (), "emit",
           "Emit the selected event once more, with the payload that it had", when=can_emit_selected),
    Action("dispatch.emit_edited", "Edit and Emit the Selected…", "Run", lambda v: v.emit.edit_selected(),
           "Ctrl+Alt+E", "edit", "Write the selected event and its payload into the Emit panel, to be changed there",
           when=can_emit_selected),
)

CAPTURE = (
    Action("capture.record", "Stop Recording", "Capture", lambda v: v.run.toggle_recording(), "Ctrl+R", "record",
           "Keep no more records until it is clicked again; the engine goes on", checked=lambda s: not s.recording),
    Action("capture.clear", "Clear the View", "Capture", lambda v: v.run.clear(), "Ctrl+L", "clear",
           "Begin with an empty view; what was in it stays in Runs", when=has_records),
    Action("capture.undo_clear", "Undo Clear", "Capture", lambda v: v.runs.undo_clear(), (), "undo",
           "Bring back what was cleared, with what was recorded since", when=lambda s: s.can_undo_clear),
    Action("runs.list", "Runs and Captures", "-Capture", lambda v: v.runs.show_list(), "Ctrl+Shift+R", "recent",
           "Every run and opened capture of this session, to be seen again"),
    Action("runs.earlier", "Earlier Run", "Capture", lambda v: v.runs.earlier(), "Alt+PgUp", "previous",
           "Bring back the run or capture before the one in view", when=lambda s: s.earlier_run),
    Action("runs.later", "Later Run", "Capture", lambda v: v.runs.later(), "Alt+PgDown", "next",
           "The run or capture after the one in view", when=lambda s: s.later_run),
    Action("capture.diff", "Compare With…", "Capture", lambda v: v.run.compare_with(), (), "",
           "What differs between an earlier run, or another capture, and what is in view", when=has_records),
    Action("capture.model", "Make Scenario…", "Capture", lambda v: v.run.make_scenario(), (), "",
           "A scenario that behaves as what is in view, and how far it does", when=has_records),
    Action("programs.show", "Programs…", "-Capture", lambda v: v.file.show_programs(), (), "",
           "Programs that buslens record has started: watch one, with all of its processes"),
    Action("capture.follow", "Follow the File", "Capture", lambda v: v.file.follow(), (), "follow",
           "Go on with what a program writes into the capture that is open", when=lambda s: s.can_follow),
    Action("flight.write", "Write What Just Happened", "-Capture", lambda v: v.flight.write(), "Ctrl+Shift+W", "flight",
           "The flight recorder writes the seconds before and after to a capture of their own", when=has_records),
    Action("flight.settings", "Flight Recorder…", "Capture", lambda v: v.flight.show_settings(), (), "",
           "When it writes by itself, and the files that it wrote"),
    Action("export.view", "Export the Time in View…", "-Capture", lambda v: v.file.ask_export_view(), (), "export",
           "Write what is in view, and what it needs, to a capture of its own", when=has_records),
)

EXPORT = tuple(
    Action(
        f"export.{exporter.id}",
        f"Export as {exporter.title}…",
        "-Capture/Export",
        # The default binds this exporter: the loop's variable is another one by the time it runs.
        lambda v, format_id=exporter.id: v.file.ask_export(format_id),  # type: ignore[misc]
        "Ctrl+Alt+S" if exporter.id == "capture" else (),
        "export",
        f"Write {exporter.suffix}",
        when=has_records,
    )
    for exporter in EXPORTERS
)

TOOLS = (
    Action("palette.show", "Command Palette…", "Tools", lambda v: v.view.show_palette(), ("Ctrl+Shift+P", "Ctrl+K"),
           "palette", "Find a command by its name"),
    Action("errors.hide", "Dismiss Messages", "Tools", lambda v: v.view.hide_errors(), (), "close"),
    Action("connections.show", "Connections…", "Tools", lambda v: v.connections.show(), (), "",
           "Where the brokers are, and whether they can be reached"),
    Action("settings.reveal", "Open Settings File", "Tools", lambda v: v.file.open_settings(), (), "settings"),
)

HELP = (
    Action("help.shortcuts", "Keyboard Shortcuts", "Help", lambda v: v.view.show_shortcuts(), ("?", "F1"),
           "keyboard"),
    Action("help.about", "About Buslens", "Help", lambda v: v.view.show_about(), (), "info"),
)

# fmt: on

PANEL = tuple(
    Action(
        f"panel.{place.id}",
        f"{place.title} Panel",
        "View/Panels",
        lambda v, panel=place.id: v.view.toggle_panel(panel),  # type: ignore[misc]
        place.keys,
        place.icon,
        "Show or hide the panel",
        checked=lambda s, panel=place.id: panel in s.panels,  # type: ignore[misc]
    )
    for place in PANELS
)

ACTIONS: tuple[Action, ...] = (*FILE, *EDIT, *PANEL, *VIEW, *RUN, *CAPTURE, *EXPORT, *TOOLS, *HELP)

TOOLBAR = (
    "run.start",
    "run.pause",
    "run.stop",
    "",
    "run.step_call",
    "run.step_into",
    "run.step_out",
    "run.step_dispatch",
)
"""Left of the choices of engine, speed and seed; "" is a line between groups."""

TOOLBAR_RIGHT = ("capture.record", "flight.write", "view.freeze", "view.follow", "capture.clear")
