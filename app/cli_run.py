"""`buslens run`: open, start, wait, summarise, through the verbs that the window uses."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path

from app import cli_output
from app.cli_otlp import SpansOut
from app.cli_output import STDOUT, complain
from app.cli_progress import progress
from app.cli_summary import Summary, print_json, print_tables
from app.cli_trouble import LONG_S, TroubleOnStderr
from app.interruption import STOPPED, interruptible
from app.scenario_files import found_scenario
from app.settings_file import SettingsFile
from app.trust import TrustedFiles
from app.verdict_formats import as_junit
from bus.capture.growing_file import GrowingFile
from bus.errors import Place, UserError, UserErrors
from bus.flight.recorder import FlightRecorder
from bus.session import Session
from buslens.records import Outcome

LOOK_EVERY_S = 0.05
FAILED = 1


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What a person asked `buslens run` for."""

    scenario: str
    engine: str | None = None
    seed: int | None = None
    speed: float = math.inf
    output: Path | None = None
    json: bool = False
    junit: Path | None = None
    """Where its expectations are written as JUnit XML; None: nowhere."""

    parameters: tuple[tuple[str, str], ...] = ()
    """Parameters of the scenario, and what they are in this run."""

    strict: bool = False
    """Failed handlers fail the run, and so does that it stands still."""

    trust: bool = False
    flights: Path | None = None
    """Where the flight recorder writes; None: there is none."""

    to: str = ""
    """otlp=URL: where spans are sent; empty: nowhere."""

    payloads: bool = False
    """Whether spans have what the events carried."""


def run_headless(request: RunRequest) -> int:
    """Run the scenario to its end; the exit code."""
    spans = SpansOut(request.to, payloads=request.payloads) if request.to else None
    trusted = TrustedFiles()
    settings = SettingsFile().read()
    session = Session(settings, trusted=trusted.trusts)
    if request.flights is not None:
        session.flight = FlightRecorder(replace(settings.flight, on=True, folder=str(request.flights)), request.flights)
    try:
        open_checked(session, request, trusted)
        interrupted = _drive(session, request, spans)
        state = session.engine_state
        failure = UserError(state.message) if state.phase == "failed" else None
        if failure is not None and not len(session.trace.dispatches):
            raise failure
        unsaved = _unsaved(session, request.output)
        summary = Summary.of(session)
    finally:
        session.close()
    _tell_flights(session)
    if request.junit is not None:
        cli_output.write_file(request.junit, as_junit([(summary.name or request.scenario, summary.expectations)]))
    if interrupted:
        complain(interrupted)
    if summary.standstill:
        complain(f"the run stands still, nothing can happen any more: {summary.standstill}")
    if str(request.junit) != STDOUT:
        (print_json if request.json else print_tables)(summary)
    wrong = [error for error in (failure, unsaved) if error is not None]
    if wrong:
        raise UserErrors(wrong)
    if interrupted:
        return STOPPED
    return FAILED if summary.unmet or (request.strict and (summary.failed or summary.standstill)) else 0


def _unsaved(session: Session, output: Path | None) -> UserError | None:
    """Write the capture whole, in place of what has grown there meanwhile; why that cannot be done, if it cannot."""
    if output is None:
        return None
    if session.growing is not None:
        session.growing.close()
    try:
        session.export("capture", output)
    except UserError as error:
        return error
    if session.trace.raw.problem:
        complain(session.trace.raw.problem)
    return None


def _tell_flights(session: Session) -> None:
    flight = session.flight
    if flight is None:
        return
    for written in flight.written:
        complain(f"the flight recorder wrote {written.path}: {written.why}")
    if flight.problem:
        complain(flight.problem)


def open_checked(session: Session, request: RunRequest, trusted: TrustedFiles) -> None:
    """Open what is to be run. Raises UserErrors where that, or what else was asked for, cannot be."""
    path = found_scenario(request.scenario)
    if request.output is not None and str(request.output) == STDOUT:
        hint = "name a file; buslens export FILE --to jsonl -o - writes it there"
        raise UserError("a capture does not go to standard output, where the summary of the run goes", hint=hint)
    if request.output is not None and not request.output.parent.is_dir():
        raise UserError(f"there is no folder {request.output.parent} to write {request.output.name} into")
    if request.output is not None and request.output.is_dir():
        raise UserError("this is a folder, not a file", at=Place(str(request.output)), hint="name a file in it")
    if request.output is not None and (request.output.is_file() or not request.output.exists()):
        session.growing = GrowingFile(request.output)
    session.open_scenario(path)
    document = session.document
    if document is not None and request.parameters:
        document.set_parameters(dict(request.parameters))
    if document is None or not document.needs_trust or trusted.trusts(document.content_hash):
        return
    if not request.trust:
        raise UserError(f"{path} has Python handlers", hint="read them, then run it with --trust")
    trusted.trust(document.content_hash, path.resolve())


def _drive(session: Session, request: RunRequest, spans: SpansOut | None) -> str:
    """Start and wait; where a person ended it with Ctrl+C, or somebody with SIGTERM, what that did to it."""
    interrupted = ""
    with interruptible() as interruption:
        session.start(engine=request.engine, seed=request.seed, speed=request.speed)
        trouble, wait = TroubleOnStderr(), TroubleOnStderr(LONG_S, over="")
        with progress(session) as show:
            while not interruption.is_asked and not session.wait(LOOK_EVERY_S):
                if spans is not None:
                    spans.look(session.trace)
                show()
                trouble.tell(session.engine_state.trouble)
                wait.tell(session.engine_state.waits_for)
        if interruption.is_asked:
            interrupted = _interrupted(session)
            session.stop()
            session.wait(5.0)
    session.pump()
    if spans is not None:
        spans.end(session.trace)
    return interrupted


def _interrupted(session: Session) -> str:
    """What the end by hand does to the run, before it ends: afterwards a call that is cut off looks like any other."""
    session.pump()
    running = int((session.trace.calls.outcome == Outcome.RUNNING).sum())
    if session.engine_state.stands_still or not running:
        return "the run was interrupted: what is expected is judged of what had happened by then"
    calls = "1 call that had not ended is" if running == 1 else f"{running:,} calls that had not ended are"
    return f"the run was interrupted, and {calls} cut off: what is expected is judged after that"
