"""Exploring in processes: as in one, however many there are; ended when told to; and a mistake comes back in words."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from bus.errors import UserError
from bus.exploration.explorer import Plan
from bus.exploration.jobs import HowFar, Jobs
from bus.exploration.program import Program
from bus.exploration.tally import Tally
from bus.scenario import loads
from tests.helpers.exploring import explored, sample
from tests.helpers.patience import PATIENCE_S

LEAVES_A_CHILD = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
open(sys.argv[1], "w").write(str(child.pid))
print('{"so_far": {"runs": 1, "breaking": 0}}')
print('{"so_far": {"runs": 2, "brea', end="", flush=True)
child.wait()
"""


def on(until: float) -> bool:
    return time.monotonic() < until


def run(jobs: int, runs: int, seconds: float | None = None) -> Tally:
    until = time.monotonic() + PATIENCE_S
    working = Jobs(Program(sample("lost-update")), Plan(), jobs=jobs, runs=runs, seconds=seconds)
    return working.wait(lambda _: on(until))


def test_two_processes_show_what_one_does() -> None:
    assert run(2, 8).as_json() == explored(sample("lost-update"), 8).as_json()


def test_it_ends_when_told_to_with_what_was_seen_so_far() -> None:
    until = time.monotonic() + PATIENCE_S
    working = Jobs(Program(sample("lost-update")), Plan(), jobs=1, runs=1_000_000, seconds=None)

    def go_on(how_far: HowFar) -> bool:
        return how_far.runs == 0 and on(until)

    assert 0 < working.wait(go_on).runs < 1_000_000


def test_it_ends_when_its_time_is_over() -> None:
    assert run(1, 1_000_000, seconds=0.2).runs < 1_000_000


def test_what_the_processes_cannot_do_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    program = Program(loads("buslens: 1\nevents: {a: {}}\nscript: [{emit: a}]\nexpect: [{event: a, emitted: 1}]"))
    program.engine = "rabbitmq"  # as if only they found out
    with pytest.raises(UserError, match="others decide what comes next"):
        Jobs(program, Plan(), jobs=1, runs=1, seconds=None).wait(lambda _: True)


def test_a_run_without_an_end_is_ended_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for room in ("jobs", "work_process"):
        monkeypatch.setattr(f"bus.exploration.{room}.LONGEST_END_S", 0.2)
    many = "{repeat: 10000000, do: [{emit: a, if: count < 0}]}"  # the most steps that there may be: minutes
    program = Program(loads(f"buslens: 1\nevents: {{a: {{}}}}\nscript: [{many}]\nexpect: [{{event: a, emitted: 0}}]"))
    until = time.monotonic() + PATIENCE_S
    with pytest.raises(UserError, match="did not end and has not said what it saw"):
        Jobs(program, Plan(), jobs=1, runs=10, seconds=0.1).wait(lambda _: on(until))
    assert on(until)


def test_closing_waits_for_no_child_that_holds_the_output_of_a_process_and_half_a_line_is_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for room in ("jobs", "work_process"):
        monkeypatch.setattr(f"bus.exploration.{room}.LONGEST_END_S", 0.2)
    told = tmp_path / "child"
    monkeypatch.setattr(
        "bus.exploration.work_process.command_of", lambda _: [sys.executable, "-c", LEAVES_A_CHILD, str(told)]
    )
    before = threading.enumerate()
    working = Jobs(Program(sample("lost-update")), Plan(), jobs=1, runs=1, seconds=None)
    until = time.monotonic() + PATIENCE_S
    with pytest.raises(UserError, match="has not said what it saw"):
        working.wait(lambda how_far: how_far.runs == 0 and on(until))
    assert (working.how_far().runs, on(until)) == (1, True)
    os.kill(int(told.read_text()), signal.SIGKILL)
    for reader in set(threading.enumerate()) - set(before):
        reader.join(PATIENCE_S)
        assert not reader.is_alive()
