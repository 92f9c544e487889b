"""A finding that is saved is a scenario, and a run of it breaks the same."""

from __future__ import annotations

import math
from pathlib import Path

from bus.expectations.judge import judge
from bus.exploration.judging import known_as
from bus.exploration.program import Program
from bus.exploration.saving import scenario_of
from bus.exploration.shrinking import Shrinker
from bus.run.choosing import said
from bus.runtime.choices import ORDER, Place
from bus.runtime.gate import Step
from bus.session import Session
from bus.settings import Settings
from tests.helpers.exploring import LOST_UPDATE, explored, sample
from tests.helpers.live import Live
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


def test_a_replay_is_stepped_and_stays_in_virtual_time(live: Live) -> None:
    document = sample("lost-update")
    document.set_option("choices", said({Place(ORDER, 0): 1}, hostile=False).model_dump())
    session = live(document.text.partition("buslens: 1")[2])
    session.start(paused=True)
    live.until(session, lambda: session.engine_state.next_stop is not None)
    for _ in range(5):
        before = session.engine_state.next_stop
        session.step(Step.DISPATCH)
        live.until(session, lambda before=before: session.engine_state.next_stop not in (None, before))
    session.set_speed(1.0)
    session.resume()
    assert session.wait(PATIENCE_S)
    verdicts = judge(document.scenario.expect, session.trace, end_is_known=True)
    assert LOST_UPDATE in [known_as(one) for one in verdicts if not one.met]
