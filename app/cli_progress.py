"""How far a headless run is, drawn on stderr where that is a terminal and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from app.cli_text import duration, plain
from bus.session import Session


@contextmanager
def progress(session: Session) -> Iterator[Callable[[], None]]:
    """Yields what is to be called after each pump."""
    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[said]}", markup=False),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        name = session.document.scenario.name if session.document else ""
        task = bar.add_task(plain(name), total=None, said="starting")

        def show() -> None:
            trace, state = session.trace, session.engine_state
            said = f"{len(trace.dispatches)} dispatches, {len(trace.calls)} calls, at {duration(state.virtual_ns)}"
            bar.update(task, said=said)

        yield show
