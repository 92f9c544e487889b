"""The process that the window starts for its engine."""

from __future__ import annotations

from pathlib import Path

from bus.engine_process import EngineProcesses
from bus.workers.worker_talk import command_of
from tests.helpers.live import Live
from tests.helpers.told import events


def test_it_runs_what_the_window_asks_for(tmp_path: Path) -> None:
    live = Live(tmp_path)
    with EngineProcesses(command_of("app.engine_process")) as processes:
        live.make_run = processes.make_run
        session = live.ended("events: {a: {}}\nscript: [{emit: a}]")
        assert events(session.trace) == ["a"]
        live.close()
