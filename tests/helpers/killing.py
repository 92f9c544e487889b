"""Children that are killed by SIGKILL in the middle of what they do (see killed_child.py); only ours, by their id."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tests.helpers.patience import PATIENCE_S

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def child(*arguments: object) -> Iterator[subprocess.Popen[str]]:
    """A child of ours, which is killed by its own id when we have seen enough."""
    command = [sys.executable, "-m", "tests.helpers.killed_child", *map(str, arguments)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait(PATIENCE_S)
        if process.stdout is not None:
            process.stdout.close()


def heard(output: IO[str] | None, most: int | None = None) -> list[list[str]]:
    """So many whole lines; or all that is left."""
    assert output is not None
    lines: list[list[str]] = []
    while most is None or len(lines) < most:
        line = output.readline()
        if not line.endswith("\n"):
            assert most is None, "the child ended before it was killed"
            break
        lines.append(line.split())
    return lines


def killed_after(lines: int, *arguments: object) -> list[list[str]]:
    """All that a child said until it was killed, at a moment of its own choice behind so many lines."""
    with child(*arguments) as process:
        said = heard(process.stdout, lines)
        os.kill(process.pid, signal.SIGKILL)
        return said + heard(process.stdout)
