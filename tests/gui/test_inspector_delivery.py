"""What the inspector tells of an event that a broker carried."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from buslens.records import Outcome
from tests.helpers.window_run import run_to_its_end

TWICE = (
    "buslens: 1\nengine: sqlite\nevents: {a: {}}\n"
    "handlers: {h: {on: a, do: [{fail: {if: count == 1}}]}}\nscript: [{emit: a}]"
)


@pytest.fixture
def ran(window: Any, qtbot: Any, tmp_path: Path) -> Any:
    path = tmp_path / "twice.yaml"
    path.write_text(TWICE)
    run_to_its_end(window, qtbot, path)
    return window


def test_the_way_of_an_event_step_by_step_with_its_headers(ran: Any) -> None:
    ran.selection.select("dispatch", int(ran.session.trace.dispatches.id[0]))
    facts = ran.inspector.facts
    assert [name for name, _ in facts.delivery] == [
        "Confirmed", "Enqueued", "Delivered", "Rejected", "Redelivered #2", "Acknowledged #2",
    ]  # fmt: skip
    assert facts.delivery[0][1].endswith("offset 1")
    assert dict(facts.headers)["specversion"] == "1.0"
    assert ran.inspector.delivery.isVisibleTo(ran.inspector)


def test_a_call_leads_to_its_other_attempts(ran: Any) -> None:
    calls = ran.session.trace.calls
    failed, well = (int(calls.id[calls.outcome == which][0]) for which in (Outcome.FAILED, Outcome.OK))
    ran.selection.select("call", failed)
    assert [link.name for link in ran.inspector.facts.attempts] == ["attempt 1", "attempt 2"]
    ran.inspector.attempts.chosen.emit("call", well)
    assert ran.selection.id == well
    assert ("Attempt", "2") in ran.inspector.facts.timing
    ran.timeline.grab()  # the steps are painted
