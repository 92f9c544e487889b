"""The status bar says who helps, and whether the machine had the time that a run needs."""

from __future__ import annotations

import math
from typing import Any

import pytest

from bus.runtime.state import LATE_NS, EngineState
from bus.sharing.owner import WorkerStatus
from bus.stream.behind import Behind
from tests.helpers.patience import PATIENCE_S


def test_workers_that_have_joined_are_counted_and_named(window: Any) -> None:
    part = window.status.workers
    assert not part.isVisible()
    clock = "its clock is 0.42 ms ahead of ours, give or take 0.05 ms"
    here = WorkerStatus("worker one on desk", clock, is_gone=False)
    gone = WorkerStatus("worker two on shelf", clock, is_gone=True)
    joined: list[WorkerStatus] = []

    def show() -> None:
        window.session.engine_state = EngineState("running", "rabbitmq", workers=tuple(joined))
        window.status.refresh_engine()

    joined.append(here)
    show()
    assert part.isVisible()
    assert part.text() == "1 worker"
    assert part.toolTip() == f"worker one on desk: {clock}"
    joined.append(gone)
    show()
    assert part.text() == "1 worker, 1 gone"
    assert part.toolTip().endswith("\nworker two on shelf: gone")
    joined.extend([here] * 30)
    show()
    assert part.text() == "31 workers, 1 gone"
    assert part.toolTip().endswith("\nand 12 more")
    joined.clear()
    show()
    assert not part.isVisible()


def test_a_machine_that_had_no_time_is_told(window: Any) -> None:
    part = window.status.late
    window.session.engine_state = EngineState("running", "pyee", virtual_ns=9, late_ns=LATE_NS - 1)
    window.status.refresh_engine()
    assert not part.isVisible()
    window.session.engine_state = EngineState("finished", "pyee", virtual_ns=9, late_ns=4_900_000_000)
    window.status.refresh_engine()
    assert part.isVisible()
    assert part.text() == "up to 4.90 s late"
    assert "longer than the scenario says" in part.toolTip()


def test_a_window_that_is_behind_the_programs_says_by_how_much(window: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    opening, part = window.session.opening, window.status.late
    window.session.engine_state = EngineState("following", "shop.py 7")
    for ns, said in ((999_999_999, ""), (96_000_000_000, "96.0 s behind, 1 200 000 facts"), (0, "")):
        monkeypatch.setattr(type(opening), "behind", lambda _self, ns=ns: Behind(1_200_000, ns))
        window.status.refresh_engine()
        assert part.text().replace("\u202f", " ").replace("\xa0", " ") == said
        assert part.isVisible() is bool(said)
    assert "what they did last is not shown yet" in part.toolTip()


def test_what_went_wrong_is_said_also_where_zeros_had_no_room(window: Any) -> None:
    window.resize(600, 500)
    window.status.refresh()
    assert not window.status.lost.isVisible(), "0 lost has no room"
    window.wiring.verbs.file.open_sample("lost-events")
    window.session.start(speed=math.inf)
    assert window.session.wait(PATIENCE_S)
    window.status.refresh()
    assert window.status.lost.isVisible()
    assert not window.status.lost.text().startswith("0 ")


def test_a_run_that_stands_still_says_so_and_where_one_sees_why(window: Any) -> None:
    window.session.engine_state = EngineState("finished", "pyee", stands_still=True)
    window.status.refresh_engine()
    assert window.status.engine.text() == "pyee stands still"
    assert "Pending say what waits for what" in window.status.engine.toolTip()
    window.session.engine_state = EngineState("finished", "pyee")
    window.status.refresh_engine()
    assert window.status.engine.text() == "pyee finished"
