"""Every verb that the window, the command line and the tests share: open, run, step, emit, save, export."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from bus import scenario
from bus.scenario import Document
from bus.settings import Settings
from bus.simulation.gate import Step, Stop
from bus.simulation.state import AT_REST, EngineState, Waiting
from bus.trace import Trace

__all__ = ["EngineState", "Session", "Step", "Stop", "Waiting"]


class Session:
    """One document, one engine, one trace. All verbs belong to one thread; none of them blocks but `wait`."""

    def __init__(self, settings: Settings, *, trusted: Callable[[str], bool]) -> None:
        self.settings = settings
        self.document: Document | None = None
        self.trace = Trace()
        self.engine_state = EngineState(speed=settings.speed)
        self.recording = True
        self._trusted = trusted

    def new_scenario(self) -> None:
        """Begin an empty scenario."""
        self.document = scenario.new()

    def open(self, path: Path) -> None:
        """Open a scenario or a capture, whichever the file is."""
        self.open_scenario(path)

    def open_scenario(self, path: Path) -> None:
        """Open a scenario file. Raises UserErrors."""
        self.document = scenario.load(path)

    def open_capture(self, path: Path) -> None:
        """Open a capture file. Raises UserError."""

    def save(self, path: Path | None = None) -> None:
        """Save the scenario. Raises UserError."""
        if self.document is not None:
            self.document.save(path)

    def start(
        self, engine: str | None = None, seed: int | None = None, speed: float | None = None, paused: bool = False
    ) -> None:
        """Run the scenario."""

    def stop(self) -> None:
        """End the run."""

    def pause(self) -> None:
        """Stop before whatever comes next."""

    def resume(self) -> None:
        """Go on."""

    def step(self, step: Step) -> None:
        """Go on to where the step ends."""

    def set_speed(self, speed: float) -> None:
        """How fast time runs, from now on; math.inf: waits cost nothing."""

    def set_recording(self, on: bool) -> None:
        """Keep records, or keep none, while the engine goes on."""
        self.recording = on

    def clear(self) -> None:
        """Forget what was recorded."""
        self.trace = Trace()

    def emit(self, event: str, payload: Any = None, times: int = 1, per_second: float | None = None) -> None:
        """Put an event on the bus by hand. Raises UserError."""

    def pump(self) -> bool:
        """Take in what is new. Whether anything was."""
        return False

    def wait(self, timeout: float) -> bool:
        """Pump until the run is over, at most so many seconds. Whether it is over."""
        return self.engine_state.phase in AT_REST

    def export(self, format_id: str, path: Path, selection: Any = None) -> None:
        """Write the trace in another format. Raises UserError."""

    def close(self) -> None:
        """Give everything back."""
