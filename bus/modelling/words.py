"""Models, changes and sweeps in words: the same on a terminal and in the window."""

from __future__ import annotations

import math

from bus.modelling import spread
from bus.modelling.arrivals import ArrivalFit
from bus.modelling.confidence import Estimate
from bus.modelling.run_figures import COUNT, NANOSECONDS
from bus.modelling.validating import TOLD, Fit, TimesFit, Validation
from bus.wording import duration, several

FIT_HEADS = ("captured | simulated", "count", "failed", "time", *TOLD, "distance", "by chance")
PLUS_MINUS = "± is the confidence interval of 95 %"
DIFFERS = {True: "differs", False: "", None: "not known"}


def arrival_sentence(fit: ArrivalFit) -> str:
    """How events of one name came from outside."""
    came = f"{fit.event} came {several(fit.count, 'time')} from outside"
    if math.isnan(fit.per_second):
        return came
    came += f", {_number(fit.per_second, COUNT)} a second"
    if math.isnan(fit.distance):
        return f"{came}; too few to tell whether as a Poisson process"
    told = f"distance {fit.distance:.3f}, by chance up to {fit.allowed:.3f}"
    return f"{came}, {'' if fit.is_poisson else 'not '}as a Poisson process would ({told})"


def verdict(found: Validation) -> str:
    """Whether a model fits, in one sentence."""
    few = ", ".join(dict.fromkeys(found.untold))
    unknown = f" Too few times to tell: {few}." if few else ""
    wrong = len(found.sentences)
    if wrong:
        return f"It does not fit everywhere: {several(wrong, 'sentence says', 'sentences say')} where.{unknown}"
    return f"It fits: what differs does so by chance, by a tenth at most, or by half a millisecond.{unknown}"


def fit_rows(found: Validation) -> list[tuple[list[str], bool]]:
    """The rows below FIT_HEADS, and whether what each tells does not fit."""
    rows: list[tuple[list[str], bool]] = []
    for fit in found.fits:
        told: list[TimesFit | None] = [each for each in fit.times if _is_told(each)]
        for at, times in enumerate(told or [None]):
            names = _names(fit) if not at else ["", "", ""]
            rows.append(([*names, *_times(times)], times is not None and times.fits is False))
    return rows


def estimate_text(found: Estimate, unit: str, *, signed: bool = False) -> str:
    """A mean and its interval."""
    if math.isnan(found.mean):
        return "-"
    sign = ("+" if found.mean > 0 else "-" if found.mean < 0 else "") if signed else ""
    text = f"{sign}{_number(abs(found.mean) if signed else found.mean, unit)}"
    return text if math.isnan(found.half) or not found.half else f"{text} ± {_number(found.half, unit)}"


def _is_told(times: TimesFit) -> bool:
    """Whether there is anything to tell: mostly nothing waits."""
    longest = max(times.captured.max, times.simulated.max)
    return not math.isnan(longest) and (times.what != "waiting" or longest >= spread.NOTICED_NS)


def _names(fit: Fit) -> list[str]:
    half = "" if math.isnan(fit.simulated.half) or not fit.simulated.half else f" ± {fit.simulated.half:.0f}"
    return [
        f"{fit.kind} {fit.name}",
        f"{fit.captured} | {fit.simulated.mean:.0f}{half}",
        " | ".join("-" if math.isnan(share) else f"{share:.1%}" for share in fit.failed),
    ]


def _times(times: TimesFit | None) -> list[str]:
    if times is None:
        return [""] * (len(TOLD) + 3)
    pairs = [f"{duration(getattr(times.captured, q))} | {duration(getattr(times.simulated, q))}" for q in TOLD]
    told = [f"{times.distance:.3f}", f"{times.by_chance:.3f}"] if times.fits is not None else ["-", "-"]
    return [times.what, *pairs, *told]


def _number(value: float, unit: str) -> str:
    if unit == NANOSECONDS:
        return duration(value)
    if unit == COUNT:
        return f"{value:.3g}" if value < 1000 else f"{value:.0f}"
    return f"{value:.1%}"
