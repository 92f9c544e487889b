"""The real program in a process of its own, as a person in a terminal meets it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.helpers.patience import PATIENCE_S
from tests.helpers.preloaded import Preloaded

OF_PYTHON = ("PYTHON", "LC_", "LANG")
"""What Python looks at when it starts."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What is left when it has ended."""

    code: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """The one line of a person's mistake: exit code 2, nothing else said, no traceback."""
        assert self.code == 2, f"exit code {self.code}\n{self.out}\n{self.err}"
        assert "Traceback" not in self.err
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        assert lines[0].startswith("buslens: ")
        return lines[0]


@dataclass(frozen=True, slots=True)
class Program:
    """Starts `buslens` in `folder`, with settings of its own and no display."""

    folder: Path
    python: str = sys.executable
    preloaded: Preloaded | None = None
    """Runs commands sooner than a Python that is started for each."""

    def __call__(self, *arguments: str | Path, **environment: str) -> Ended:
        if self.preloaded is not None and not any(name.startswith(OF_PYTHON) for name in environment):
            return Ended(*self.preloaded.run([*map(str, arguments)], self.folder, self.environment(**environment)))
        done = subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment(**environment),
            capture_output=True,
            text=True,
            errors="backslashreplace",
            timeout=PATIENCE_S,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def into(self, output: Path, *arguments: str | Path) -> Ended:
        """As a command whose standard output is a file, by way of a fork."""
        assert self.preloaded is not None
        return Ended(*self.preloaded.run([*map(str, arguments)], self.folder, self.environment(), output))

    def command(self, *arguments: str | Path) -> list[str]:
        return [self.python, "-m", "buslens", *map(str, arguments)]

    def environment(self, **more: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("QT_", "PYTEST"))}
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "PYTHONPATH"):
            kept.pop(name, None)
        return {**kept, "COLUMNS": "160", "NO_COLOR": "1", "PYTHONUTF8": "1", **more}
