"""The same scenario on several engines: one result each, also where one of them cannot run."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from bus import scenario
from bus.comparison import ComparisonPlan, check, compare
from bus.contract.boundaries import Boundary
from bus.errors import UserError
from bus.scenario.samples import SAMPLES
from bus.session import Session

PATHS = {sample.id: sample.path for sample in SAMPLES}


def test_every_engine_gives_a_result_and_the_document_stays_as_it_is() -> None:
    document = scenario.load(PATHS["lost-events"])
    revision = document.revision
    plan = ComparisonPlan(["pyee", "sqlite"], speed=math.inf, crashes=[None, Boundary.HANDLED])
    results = list(compare(document, plan, bool, lambda _: None))
    assert [(result.crash, result.engine) for result in results] == [
        (None, "pyee"), (None, "sqlite"), (Boundary.HANDLED, "pyee"), (Boundary.HANDLED, "sqlite"),
    ]  # fmt: skip
    assert results[0].figures.lost > 0
    assert results[1].figures.lost == 0
    assert all(result.wall_s > 0 and result.events_per_s > 0 and not result.problem for result in results)
    assert len(results[0].trace.dispatches) > 0
    assert document.revision == revision


def test_what_goes_wrong_on_one_engine_is_said_and_the_others_run(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text("buslens: 1\nevents: {a: {schema: {type: object}}}\nscript: [{emit: a, with: 7}]")
    results = list(compare(scenario.load(path), ComparisonPlan(["pyee", "pyee-asyncio"]), bool, lambda _: None))
    assert [("is not of type 'object'" in result.problem) for result in results] == [True, True]


def test_an_unknown_engine_is_refused_before_any_runs() -> None:
    with pytest.raises(UserError, match="did you mean sqlite"):
        check(ComparisonPlan(["pyee", "sqlit"]))
    with pytest.raises(UserError, match="no engine to compare"):
        check(ComparisonPlan([]))


def test_who_watches_may_end_it(tmp_path: Path) -> None:
    path = tmp_path / "long.yaml"
    path.write_text("buslens: 1\nevents: {a: {}}\nscript: [{wait: 10min}]")

    class StoppedError(Exception):
        pass

    def stop(session: Session) -> None:
        raise StoppedError

    with pytest.raises(StoppedError):
        list(compare(scenario.load(path), ComparisonPlan(["pyee"]), bool, stop))
