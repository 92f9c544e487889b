"""What a detector is: one kind of problem, and the function that looks for it in a trace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bus.analysis.problems.finding import Finding
from bus.analysis.problems.observed import Observed


@dataclass(frozen=True, slots=True)
class NotEnough:
    """A detector cannot say whether there is a problem of its kind."""

    why: str
    """One sentence without a full stop: what is missing."""


Find = Callable[[Observed], Iterator[Finding | NotEnough]]
"""Yields what it finds, what weighs most first: whoever asks may stop at any of them.

It never asks for a Python object for each call: only for what it yields.
"""


@dataclass(frozen=True, slots=True)
class Detector:
    """One kind of problem."""

    id: str
    """Permanent: baselines and CI name it."""

    title: str
    find: Find
