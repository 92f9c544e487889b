"""Workers that join a run, started as a person would, and killed by the ids of their processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.helpers.patience import PATIENCE_S, wait_until

ROOT = Path(__file__).resolve().parents[2]


class Joined:
    """`buslens worker SCENARIO --engine ENGINE`."""

    def __init__(self, scenario: Path, engine: str, log: Path, *arguments: str) -> None:
        self.log = log
        with log.open("w") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "buslens", "worker", str(scenario), "--engine", engine, *arguments],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    def says(self, what: str) -> bool:
        """Whether it has said that."""
        return what in self.log.read_text()

    def wait_for(self, what: str) -> None:
        """Until it says so."""
        wait_until(lambda: self.says(what), lambda: f"{what!r} in {self.log.read_text()}")

    @property
    def member(self) -> str:
        """Its name in the run."""
        return self.log.read_text().rpartition(" as ")[2].split()[0]

    @property
    def run(self) -> str:
        """The run that it has joined."""
        return self.log.read_text().rpartition("joined ")[2].split()[0]

    def send(self, what: signal.Signals) -> None:
        """Send it one."""
        os.kill(self._process.pid, what)

    def ended(self) -> int:
        """Wait until it ends by itself; its exit code."""
        return self._process.wait(PATIENCE_S)

    def kill(self, how: signal.Signals = signal.SIGKILL) -> int:
        """End it; its exit code."""
        if self._process.poll() is None:
            os.kill(self._process.pid, how)
        return self._process.wait(PATIENCE_S)
