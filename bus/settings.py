"""What a person has chosen, as one typed record; app/settings_file.py keeps it on disk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SMALLEST_FONT, USUAL_FONT, LARGEST_FONT = 7.0, 9.5, 16.0
"""Points; the usual size is dense, and read without effort on a screen of 96 dots an inch."""


KeptBreakpoint = tuple[str, str, str, str, int, bool]
"""File of the scenario, event, handler, condition, the n-th of which alone is held (0: each), and whether it is on."""


@dataclass(frozen=True, slots=True)
class FlightSettings:
    """What the flight recorder writes, when, and how much of it may be there."""

    on: bool = True
    before_s: float = 30.0
    """Seconds of the capture's clock that are written of what was before."""

    after_s: float = 10.0
    on_failure: bool = True
    """Whether a handler that fails or times out is a reason to write."""

    delay_ms: float = 0.0
    """A queue delay that is longer is a reason; 0: none is."""

    latency_ms: float = 0.0
    """A latency that is longer is a reason; 0: none is."""

    events: str = ""
    """Events that are a reason: names with `*` and `?`, separated by blanks."""

    folder: str = ""
    """Where the files go; empty: `flight` in the person's data folder."""

    most_files: int = 20
    """The oldest go when there are more."""

    most_mb: int = 500
    """The oldest go when all together are larger."""

    memory_mb: int = 64
    """Records that are held for it; where the seconds before need more, fewer seconds are written."""

    pause_s: float = 60.0
    """Seconds after a file in which no reason but the button begins another."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting with its default. A new one is a line here."""

    theme: str = "system"
    """"system", "light" or "dark"."""

    font_points: float = USUAL_FONT
    """Size of the window's font, from SMALLEST_FONT to LARGEST_FONT."""

    time_axis: Literal["linear", "compressed", "steps"] = "linear"
    """Of the timeline: to scale, with idle gaps folded, or one unit for each dispatch."""

    editor: str = ""
    """Command that opens source, with {file} and {line}; empty: found from VISUAL and EDITOR."""

    speed: float = 1.0
    """Of the engine's clock where a run names none, times real time; infinity: waits cost nothing."""

    most_records: int = 0
    """Dispatches and calls of a run that the window keeps in memory, about; 0: by a share of the machine's memory."""

    most_disk_gb: float = 20.0
    """Of the temporary file that a live capture lies in until it is saved; 0: as much as the disk has room for."""

    most_stream_gb: float = 4.0
    """Of what each program under watch has written, and every reader has read, that stays on the disk while it runs;
    0: all. It is half of what such a program may write before it drops facts."""

    most_runs: int = 20
    """Runs and opened captures that the window keeps to come back to, the one in view included; 1: none but that."""

    most_runs_gb: float = 10.0
    """Of the temporary files of runs that are kept and not in view; 0: as much as the disk has room for."""

    ask_about_runs: bool = True
    """Whether quitting asks about runs that are in no file; notes are always asked about."""

    flight: FlightSettings = FlightSettings()
    """The flight recorder."""

    breakpoints: tuple[KeptBreakpoint, ...] = ()
    """Of scenarios that have a file, those of the one that was changed last first."""

    recent_files: tuple[str, ...] = ()
    """Opened last, the newest first."""

    scenario_split: float = 0.0
    """Share of the Scenario panel that its tree has, 0 to 1; 0: as much as it needs."""

    window_layout: str = ""
    """Where windows and panels stood, as the window wrote it; empty: as it comes."""

    @property
    def most_stream(self) -> int | None:
        """Bytes that `most_stream_gb` says; None: all stay."""
        return int(self.most_stream_gb * 1e9) if self.most_stream_gb > 0 else None
