"""A scenario run in virtual time, seed after seed, and the trace of each run."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from bus.comparison import ComparisonPlan, run_once
from bus.engines import ENGINES
from bus.errors import UserError
from bus.modelling.unwritten import placed
from bus.scenario import Document
from bus.session import Session
from bus.trace import Trace


def traces(
    document: Document, seeds: int, trusted: Callable[[str], bool], watch: Callable[[Session], None]
) -> Iterator[Trace]:
    """One run each with the scenario's own seed and those behind it. Raises UserError where a run cannot end well."""
    engine = document.scenario.engine
    first = document.scenario.seed
    for seed in range(first, first + seeds):
        plan = ComparisonPlan([engine], seed, math.inf)
        result = run_once(document, engine, plan, trusted, watch)
        if result.problem:
            problem = result.problem if document.path else placed(result.problem, document.title, document.text)
            raise UserError(f"{document.title}: the run with seed {seed} failed: {problem}")
        yield result.trace


def about_servers(*documents: Document) -> str:
    """A sentence on the servers that runs of these need; empty where they need none."""
    found = dict.fromkeys(each.scenario.engine for each in documents if not ENGINES[each.scenario.engine].is_embedded)
    if not found:
        return ""
    return (
        f"{' and '.join(found)}: on the server itself, of which no time counts; its answers may differ from run to run."
    )
