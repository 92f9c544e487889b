"""What commands ask before they offer themselves: the window's situation as one small value."""

from __future__ import annotations

from dataclasses import dataclass, field

LIVE = ("starting", "running", "paused", "stopping", "following")
"""Phases in which something goes on; after them an engine waits for emits by hand, or is gone."""


@dataclass(frozen=True, slots=True)
class CommandState:
    """What commands depend on.

    Taken anew whenever something changed; equal values mean that no command looks different.
    """

    has_document: bool = False
    dirty: bool = False
    undo_title: str = ""
    """What undo takes back, "" for nothing."""

    redo_title: str = ""
    phase: str = "idle"
    """Of the engine, as in EngineState."""

    recording: bool = True
    has_records: bool = False
    selected: str = ""
    """Kind of what is selected, "" for nothing."""

    held: int = 0
    """Deliveries that breakpoints hold."""

    not_redelivered: str = "nothing is selected"
    """Why what is selected cannot be redelivered as it was, "" where it can."""

    not_redelivered_edited: str = "nothing is selected"
    """The same with another payload."""

    unsaved_notes: bool = False
    """The capture that is open has notes that its file has not."""

    filtered: bool = False
    following: bool = True
    frozen: bool = False
    lanes: str = "handler"
    """What has a lane of its own on the timeline."""

    time_axis: str = "linear"
    """Mode of the timeline's axis."""

    theme: str = "system"
    panels: frozenset[str] = field(default_factory=frozenset)
    """Ids of the panels that are shown."""

    earlier_run: bool = False
    """There is a run or capture before the one in view, to go back to."""

    later_run: bool = False
    can_undo_clear: bool = False
    """Clear was the last thing that was done."""

    can_follow: bool = False
    """The capture in view is a file that a program may still write, and is not followed."""

    untrusted: bool = False
    """The scenario has Python code that waits for trust."""

    @property
    def live(self) -> bool:
        """Whether something goes on that can be ended: an engine, or following a program."""
        return self.phase in LIVE

    @property
    def paused(self) -> bool:
        """Whether the engine stands, as in a debugger."""
        return self.phase == "paused"

    @property
    def can_start(self) -> bool:
        """Whether Run means something: start, or go on."""
        return self.has_document and self.phase not in ("starting", "running", "stopping")
