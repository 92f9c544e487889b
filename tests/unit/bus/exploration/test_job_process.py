"""A process that explores does what its first line says, and ends when its input is closed."""

from __future__ import annotations

import json
import subprocess

from bus.exploration.explorer import Plan
from bus.exploration.orders import ExploreOrder, line_of, ordered
from bus.exploration.program import Program
from bus.workers.worker_talk import command_of
from tests.helpers.exploring import sample
from tests.helpers.patience import PATIENCE_S


def test_it_says_how_far_it_is_and_ends_with_what_it_saw() -> None:
    order = ExploreOrder(ordered(Program(sample("lost-update"))), Plan(), 3, None)
    command = command_of("bus.exploration.job_process")
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        process.stdin.write(line_of(order))
        process.stdin.flush()
        said = [json.loads(line) for line in process.stdout]
        assert process.wait(PATIENCE_S) == 0
    assert "so_far" in said[0]
    assert said[-1]["result"]["tally"]["runs"] == 3
