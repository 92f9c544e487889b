"""How far a headless run is, drawn on stderr where that is a terminal and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from app import cli_output
from app.cli_text import plain
from bus.session import Session
from bus.wording import duration, extent, several

if TYPE_CHECKING:
    from bus.modelling.simulating import Running


@contextmanager
def progress(session: Session) -> Iterator[Callable[[], None]]:
    """Yields what is to be called after each pump."""
    with _bar() as bar:
        name = session.document.scenario.name if session.document else ""
        task = bar.add_task(plain(name), total=None, status="starting")

        def show() -> None:
            bar.update(task, status=_progress_text(session))

        yield show


@contextmanager
def counting(runs: int | None) -> Iterator[Callable[[int, int, float], None]]:
    """Yields what is told how many runs were made, how many of them break something, and in how many seconds."""
    with _bar() as bar:
        task = bar.add_task("exploring", total=runs, status="starting")

        def show(made: int, breaking: int, seconds: float) -> None:
            found = f", {breaking} break something" if breaking else ""
            bar.update(task, completed=made, status=f"{several(made, 'run')}, {made / seconds:.0f}/s{found}")

        yield show


class RunsProgress:
    """How far several runs are that follow each other."""

    def __init__(self, bar: Progress, count: int) -> None:
        self._bar = bar
        self._task = bar.add_task("", total=count, status="starting")

    def running(self, run: Running) -> None:
        """How far the one is that runs now."""
        self._bar.update(self._task, description=run.engine_state.engine, status=_progress_text(run))

    def done(self) -> None:
        """Draw that one more run is over."""
        self._bar.advance(self._task)


@contextmanager
def progress_of_runs(count: int) -> Iterator[RunsProgress]:
    """Progress of so many runs that follow each other, drawn while the context is open."""
    with _bar() as bar:
        yield RunsProgress(bar, count)


def _bar() -> Progress:
    console = cli_output.console(stderr=True)
    columns = (
        SpinnerColumn("dots" if console.encoding.startswith("utf") else "line"),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[status]}", markup=False),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _progress_text(run: Running) -> str:
    trace, state = run.trace, run.engine_state
    if state.trouble:
        return plain(state.trouble)
    waits = f", {plain(state.waits_for)}" if state.waits_for else ""
    return f"{extent(len(trace.dispatches), len(trace.calls))}, at {duration(state.virtual_ns)}{waits}"
