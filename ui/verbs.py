"""What every command does, in four groups; the table of commands (ui/actions.py) names them.

A group holds what its verbs need and nothing else. A verb may raise UserError: whoever runs the command shows it.
"""

from __future__ import annotations

from dataclasses import dataclass

from ui.breakpoints.redelivery import RedeliveryVerbs
from ui.breakpoints.verbs import BreakpointVerbs
from ui.connections.verbs import ConnectionVerbs
from ui.flight.verbs import FlightVerbs
from ui.notes.verbs import NoteVerbs
from ui.runs.verbs import RunListVerbs
from ui.settings.verbs import SettingsVerbs
from ui.timeline.verbs import TimelineVerbs
from ui.verbs_edit import EditVerbs, EmitVerbs
from ui.verbs_file import FileVerbs
from ui.verbs_run import RunVerbs
from ui.verbs_view import ViewVerbs


@dataclass(frozen=True, slots=True)
class Verbs:
    """What commands do, by subject; given to each command when it runs."""

    file: FileVerbs
    edit: EditVerbs
    emit: EmitVerbs
    run: RunVerbs
    view: ViewVerbs
    timeline: TimelineVerbs
    flight: FlightVerbs
    notes: NoteVerbs
    runs: RunListVerbs
    breakpoints: BreakpointVerbs
    redelivery: RedeliveryVerbs
    connections: ConnectionVerbs
    settings: SettingsVerbs
