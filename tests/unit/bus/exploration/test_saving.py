"""A finding that is saved is a scenario, and a run of it breaks the same."""

from __future__ import annotations

import math
from pathlib import Path

from bus.expectations.judge import judge
from bus.exploration.judging import known_as
from bus.exploration.program import Program
from bus.exploration.saving import scenario_of
from bus.exploration.shrinking import Shrinker
from bus.session import Session
from bus.settings import Settings
from tests.helpers.exploring import LOST_UPDATE, explored, sample
from tests.helpers.patience import PATIENCE_S

EMITTED = "deposit.stored: emitted: == 10"
"""Not met by a script that was made shorter."""


def test_a_run_of_what_was_saved_breaks_the_same(tmp_path: Path) -> None:
    program = Program(sample("lost-update"), seed=5)
    made = explored(sample("lost-update"), 10).sightings[LOST_UPDATE].made
    path = tmp_path / "finding.yaml"
    path.write_text(scenario_of(Shrinker(program, LOST_UPDATE).shrunk(made)).text)
    session = Session(Settings(), trusted=lambda _: False)
    session.open_scenario(path)
    session.start()  # at whatever speed the window has: a replay is in virtual time
    assert session.wait(PATIENCE_S) or session.engine_state.phase == "finished"
    assert session.document is not None
    assert session.engine_state.seed == 5
    assert session.engine_state.speed == math.inf
    verdicts = judge(session.document.scenario.expect, session.trace, end_is_known=True)
    assert [known_as(one) for one in verdicts if not one.met] == [EMITTED, LOST_UPDATE]
    session.close()
