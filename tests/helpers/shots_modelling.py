"""Pictures of the sheets that make a scenario of a capture, and ask what would be if one was different."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import Any

from ui.modelling.model_sheet import ModelSheet
from ui.modelling.what_if_sheet import WhatIfSheet
from ui.window import Window

JOBS = """buslens: 1
name: Jobs
engine: pyee-asyncio
events:
  job.queued: {schema: {type: object, properties: {id: {type: integer}}}, sample: {id: 1}}
  job.done: {}
handlers:
  serve:
    on: job.queued
    worker: thread
    parallel: 1
    do: [{wait: exponential 10ms}, {fail: {error: Timeout, probability: 0.05}}, {emit: job.done}]
  archive: {on: job.done, do: [{wait: 1ms..3ms}]}
script: [{emit: job.queued, times: 300, rate: poisson 50/s}]
"""
RUN_S = 60.0
SEEDS = 6
QUESTIONS = (("what-if", "handler.serve.duration", "1.5x"), ("what-if-sweep", "arrivals", "0.4x..1.6x/7"))


def take_modelling(window: Window, theme: str, take: Any, settle: Any) -> None:
    """take, settle: of tests/helpers/shots.py."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "jobs.yaml")
        path.write_text(JOBS)
        window.open(path)
        window.session.start(speed=math.inf)
        assert window.session.wait(RUN_S), "the jobs did not finish"
        window.bridge.touch()
        settle()
        window.wiring.actions["capture.model"].trigger()
        (made,) = window.findChildren(ModelSheet)
        while not made.saving.keep.isEnabled():
            settle()
        take(made, "model", theme)
        made.close()
        settle()
        for name, key, value in QUESTIONS:
            window.wiring.actions["run.what_if"].trigger()
            (sheet,) = window.findChildren(WhatIfSheet)
            sheet.key.setCurrentIndex(sheet.key.findData(key))
            sheet.value.setText(value)
            sheet.seeds.setValue(SEEDS)
            sheet.ask()
            while not sheet.start.isEnabled():
                settle()
            take(sheet, name, theme)
            sheet.close()
            settle()
