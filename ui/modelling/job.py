"""What the sheets compute beside the Qt thread."""

from __future__ import annotations

from collections.abc import Callable

from bus.modelling import what_if
from bus.modelling.making import Model, ModelOptions, model_of
from bus.modelling.scenario_change import ScenarioChange
from bus.modelling.simulating import Running, Watch
from bus.modelling.validating import SEEDS, Validation, validate
from bus.modelling.what_if import Sweep, WhatIf
from bus.scenario import Document
from bus.trace import Trace
from bus.wording import extent
from ui.job import JobChannel

Trusted = Callable[[str], bool]


def make_model(beside: JobChannel, trace: Trace, title: str, wanted: ModelOptions) -> tuple[Model, Validation]:
    """A model of a trace, beside it."""
    beside.show("Looking at what was recorded …")
    model = model_of(trace, title, wanted)
    return model, validate(trace, model, SEEDS, _watching(beside))


def compare(
    beside: JobChannel, document: Document, changes: list[ScenarioChange], without: list[str], seeds: int,
    trusted: Trusted,
) -> WhatIf:  # fmt: skip
    """A scenario beside a change of it."""
    return what_if.what_if(document, changes, without, seeds, trusted, _watching(beside))


def sweep(beside: JobChannel, document: Document, asked: Sweep, seeds: int, trusted: Trusted) -> None:
    """Gives each point when it is there."""
    for point in what_if.sweep(document, asked, [], [], seeds, trusted, _watching(beside)):
        beside.give(point)


def _watching(beside: JobChannel) -> Watch:
    def watch(run: Running) -> None:
        trace = run.trace
        beside.show(f"Running: seed {run.engine_state.seed}, {extent(len(trace.dispatches), len(trace.calls))} …")

    return watch
