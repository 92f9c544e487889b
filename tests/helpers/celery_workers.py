"""Celery workers that tests start as a person would, and kill by the ids of their processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.helpers.patience import PATIENCE_S

ROOT = Path(__file__).resolve().parents[2]


class Worker:
    """`buslens worker SCENARIO`, in a session of its own."""

    def __init__(self, scenario: Path, log: Path, *arguments: str) -> None:
        self.log = log
        with log.open("w") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "buslens", "worker", str(scenario), *arguments],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Of the process that takes calls; those that do them are its children."""
        return self._process.pid

    @property
    def is_ready(self) -> bool:
        """Whether it says so."""
        return " ready." in self.log.read_text()

    def kill(self) -> None:
        """As a machine that loses power would: the whole session at once."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(PATIENCE_S)
