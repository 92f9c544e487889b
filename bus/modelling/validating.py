"""Whether a model does what the captured program did: the same distributions of both, side by side, with a distance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis.statistics import Quantiles, quantiles_of
from bus.modelling import distance, simulating
from bus.modelling.confidence import Estimate, estimate
from bus.modelling.making import Model
from bus.modelling.measuring import Measured, Measurements
from bus.modelling.simulating import Watch
from bus.scenario import Document
from bus.trace import Trace
from bus.wording import duration
from buslens.records import NameKind

Array = npt.NDArray[Any]

SEEDS = 3
"""Runs of the model, where nobody asks for another number."""

NOTICED_NS = 500_000
"""What a busy machine takes to call anything at all, of which a model knows nothing: shorter times are none."""

NOTICED = 0.1
"""Quantiles that differ by no more than this share, or NOTICED_NS, are the same for people."""

FEW = 0.5
"""Where chance alone makes a larger distance than this, there are too few times for it to tell anything."""

SHARES = 0.03
"""Of failed calls, that captured and simulated ones may differ beyond what chance explains."""

TOLD = ("p50", "p95", "p99")
"""Quantiles by which distributions are told and judged."""


@dataclass(frozen=True, slots=True)
class TimesFit:
    """One distribution as it was captured and as it is simulated."""

    what: str
    """latency, waiting or duration: see measuring.py."""

    captured: Quantiles
    simulated: Quantiles
    counts: tuple[int, int]
    distance: float
    """Of Kolmogorov and Smirnov; NaN where one side has no times."""

    by_chance: float
    """Hardly ever are samples of one distribution farther apart, or runs of the model among each other."""

    @property
    def fits(self) -> bool | None:
        """Whether nobody would tell them apart; None where one side has too few times to say so."""
        if math.isnan(self.distance):
            return None
        pairs = ((getattr(self.captured, q), getattr(self.simulated, q)) for q in TOLD)
        if all(abs(one - other) <= max(NOTICED_NS, NOTICED * one) for one, other in pairs):
            return True
        return None if self.by_chance > FEW else self.distance <= self.by_chance

    @property
    def is_untold(self) -> bool:
        """Whether both sides have times, and too few to tell."""
        return self.fits is None and not math.isnan(self.distance)


@dataclass(frozen=True, slots=True)
class Fit:
    """An event or a handler of the program beside its model."""

    kind: str
    """event or handler."""

    name: str
    captured: int
    """Dispatches, or calls."""

    simulated: Estimate
    """The same, over the runs."""

    failed: tuple[float, float]
    """Share of its calls, captured and simulated; NaN where it has none."""

    times: tuple[TimesFit, ...]
    sentences: tuple[str, ...]
    """Where it does not fit."""


@dataclass(frozen=True, slots=True)
class Validation:
    """A model beside the capture that it was made of."""

    fits: tuple[Fit, ...]
    seeds: int
    virtual_ns: float
    """What one run of the model takes, on average."""

    captured_ns: int

    @property
    def untold(self) -> list[str]:
        """Events and handlers with too few times to tell whether they fit, though they look otherwise."""
        return [f"{fit.kind} {fit.name}" for fit in self.fits for each in fit.times if each.is_untold]

    @property
    def sentences(self) -> list[str]:
        """Where the model does not do what the program did; empty where it does."""
        return [sentence for fit in self.fits for sentence in fit.sentences] + self._told_late

    @property
    def _told_late(self) -> list[str]:
        """Where the model cannot keep up with the program: it waits for what ran side by side there."""
        by_chance = 3 / math.sqrt(max((fit.captured for fit in self.fits), default=1) or 1)
        late_ns = self.virtual_ns - self.captured_ns
        if late_ns <= max(NOTICED_NS, self.captured_ns * max(NOTICED, by_chance)):
            return []
        return [f"one run of the model takes {duration(self.virtual_ns)}, {duration(self.captured_ns)} were captured"]


def validate(trace: Trace, model: Model, seeds: int = SEEDS, watch: Watch = lambda run: None) -> Validation:
    """Run the model and compare it with its capture. Raises UserError where it does not run, and what watch raises."""
    document = Document(model.text, name="the model")
    captured = Measurements(trace, model.begun_ns)
    spans, runs = [], []
    for run in simulating.runs(document, seeds, lambda _: False, watch):
        runs.append(Measurements(run.trace))
        spans.append(run.trace.span_ns[1] - run.trace.span_ns[0])
    found = []
    for kind, names in ((NameKind.EVENT, model.events), (NameKind.HANDLER, model.handlers)):
        idents = [run.named(kind) for run in runs]
        for name, ident in names.items():
            is_event = kind == NameKind.EVENT
            own = captured.event(ident) if is_event else captured.handler(ident)
            made = [
                (run.event if is_event else run.handler)(known.get(name, -1))
                for run, known in zip(runs, idents, strict=True)
            ]
            found.append(_fit("event" if is_event else "handler", name, own, made))
    first, last = trace.span_ns
    return Validation(tuple(found), seeds, sum(spans) / len(spans), last - first)


def _fit(kind: str, name: str, captured: Measured, runs: list[Measured]) -> Fit:
    count = estimate([float(run.count) for run in runs])
    calls = sum(run.calls for run in runs)
    failed = (_share(captured.failed, captured.calls), _share(sum(run.failed for run in runs), calls))
    times = tuple(_times(what, captured, runs) for what in captured.times)
    sentences = [_told(kind, name, each) for each in times if each.fits is False]
    if _counts_differ(captured.count, count):
        what = "dispatches" if kind == "event" else "calls"
        sentences.append(f"{kind} {name}: {captured.count} {what} were captured, {count.mean:.0f} are simulated")
    if _shares_differ(failed, (captured.calls, calls)):
        sentences.append(f"{kind} {name}: {failed[0]:.1%} of its calls failed, {failed[1]:.1%} are simulated to")
    return Fit(kind, name, captured.count, count, failed, times, tuple(sentences))


def _times(what: str, captured: Measured, runs: list[Measured]) -> TimesFit:
    one, made = captured.times[what], [run.times[what] for run in runs]
    other = np.concatenate(made)
    among = [distance.between(_noticed(each), _noticed(other)) for each in made if len(each)]
    return TimesFit(
        what, quantiles_of(one), quantiles_of(other), (len(one), len(other)),
        distance.between(_noticed(one), _noticed(other)), max([distance.chance(len(one), len(other)), *among]),
    )  # fmt: skip


def _noticed(times: Array) -> Array:
    """Times as far as they are told apart."""
    return np.where(times < NOTICED_NS, 0, times)


def _told(kind: str, name: str, one: TimesFit) -> str:
    pairs = ", ".join(
        f"{q} {duration(getattr(one.captured, q))} against {duration(getattr(one.simulated, q))}" for q in TOLD
    )
    return (
        f"{kind} {name}: its {one.what} does not fit (captured against simulated: {pairs}; distance {one.distance:.2f})"
    )


def _counts_differ(captured: int, simulated: Estimate) -> bool:
    """By more than counts of chance do, or runs among each other."""
    allowed = max(3 * math.sqrt(max(captured, 1)), 0.0 if math.isnan(simulated.half) else simulated.half)
    return abs(simulated.mean - captured) > allowed


def _shares_differ(failed: tuple[float, float], calls: tuple[int, int]) -> bool:
    if math.isnan(failed[0]) or math.isnan(failed[1]):
        return False
    pooled = (failed[0] * calls[0] + failed[1] * calls[1]) / sum(calls)
    chance = 2.576 * math.sqrt(pooled * (1 - pooled) * (1 / calls[0] + 1 / calls[1]))
    return abs(failed[0] - failed[1]) > max(chance, SHARES)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else math.nan
