"""Commands that start, step and stop the engine."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from bus.errors import UserError
from bus.session import Session, Step
from ui.bridge import Bridge
from ui.run_choices import RunChoices


class RunVerbs(QObject):
    """Commands that run a scenario: each tells the session, and looks at once what came of it."""

    compare_wanted = Signal()
    diff_wanted = Signal()
    evidence_wanted = Signal()
    model_wanted = Signal()
    what_if_wanted = Signal()
    explore_wanted = Signal()
    choose_wanted = Signal()

    def __init__(self, session: Session, bridge: Bridge, choices: RunChoices, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._bridge = bridge
        self._choices = choices
        self.may_run: Callable[[], bool] = _always
        """Whether the scenario may run without what stands in its fields and cannot be taken."""

    def start(self) -> None:
        """Start the scenario, or go on where it is paused."""
        if self._session.engine_state.phase == "paused":
            self._session.resume()
            self._bridge.touch()
        else:
            self._start(paused=False)

    def start_paused(self) -> None:
        """Start, and stop before the first dispatch."""
        self._start(paused=True)

    def restart(self) -> None:
        """End the run and begin a new one."""
        self._start(paused=False)

    def stop(self) -> None:
        """End the run, or stop following the capture."""
        self._session.stop()
        self._bridge.touch()

    def pause(self) -> None:
        """Stand before whatever comes next."""
        self._session.pause()
        self._bridge.touch()

    def step_dispatch(self) -> None:
        """Go on to the next dispatch."""
        self._step(Step.DISPATCH)

    def step_call(self) -> None:
        """Go on to the next call."""
        self._step(Step.CALL)

    def step_into(self) -> None:
        """Go on into the nested emit."""
        self._step(Step.INTO)

    def step_out(self) -> None:
        """Out of the current dispatch."""
        self._step(Step.OUT)

    def compare(self) -> None:
        """Offer to run the scenario on several engines."""
        self.compare_wanted.emit()

    def compare_with(self) -> None:
        """Offer to compare what is in view with another run or capture."""
        self.diff_wanted.emit()

    def save_evidence(self) -> None:
        """Let a person save a page about what is in view, to be sent."""
        self.evidence_wanted.emit()

    def make_scenario(self) -> None:
        """Offer a scenario that behaves as what is in view."""
        self.model_wanted.emit()

    def what_if(self) -> None:
        """Offer to run the scenario with something different."""
        self.what_if_wanted.emit()

    def explore(self) -> None:
        """Offer to make the runs that the scenario could have as well."""
        self.explore_wanted.emit()

    def choose_next(self) -> None:
        """Offer a run in which a person takes what comes next."""
        self.choose_wanted.emit()

    def start_chosen(self, what_is_open: str) -> None:
        """Start a run in which a person takes what comes next: see Order.chosen."""
        self._start(paused=False, chosen=what_is_open)

    def set_speed(self, speed: float) -> None:
        """Set the speed, also while the scenario runs."""
        self._session.set_speed(speed)

    def toggle_recording(self) -> None:
        """Keep records, or keep none, while the engine goes on."""
        self._session.set_recording(not self._session.recording)
        self._bridge.touch()

    def clear(self) -> None:
        """Begin with an empty view; what was in it stays in the list of runs."""
        self._session.clear()
        self._bridge.touch()

    def _start(self, *, paused: bool, chosen: str = "") -> None:
        choices = self._choices
        self._check_script()
        if not self.may_run():
            return
        self._session.start(choices.engine or None, choices.seed, choices.speed, paused, chosen=chosen)
        self._bridge.touch()

    def _check_script(self) -> None:
        """An empty script does nothing; a run of it would only take away what is in view."""
        document = self._session.document
        if document is not None and document.scenario.does_nothing:
            hint = "add a step to Script in the Scenario panel, or emit by hand: Ctrl+E"
            raise UserError("the script is empty: there is nothing to run", hint=hint)

    def _step(self, step: Step) -> None:
        self._session.step(step)
        self._bridge.touch()


def _always() -> bool:
    return True
