"""The real program, out of a process that has its modules already: each command is a fork that runs it from end to end.

Most of what a short command costs are imports, and these tests give hundreds of commands. A fork has arguments, folder,
environment, streams and an exit of its own. Only what Python itself does at its start is not in it: a test about that
starts a Python, as `Program.command` says.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.helpers.patience import PATIENCE_S

ROOT = Path(__file__).resolve().parents[2]
MODULES = (
    "app.start", "app.cli_compare", "app.cli_files", "app.cli_otlp", "app.cli_query", "app.cli_run", "bus.export",
    "duckdb",
)  # fmt: skip
"""What commands import, some of them only when they need it."""


class Preloaded:
    """Runs one command at a time."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """environment: of modules that look at it while they are imported."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.helpers.preloaded"],
            cwd=ROOT,
            env={**environment, "OPENBLAS_NUM_THREADS": "1"},  # a fork has only the thread that makes it
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(
        self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str], output: Path | None = None
    ) -> tuple[int, str, str]:
        """Exit code, standard output and standard error of a command. output: a file that standard output goes to."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with tempfile.TemporaryDirectory(prefix="preloaded-") as written:
            out, err = output or Path(written) / "out", Path(written) / "err"
            asked = (list(arguments), str(folder), dict(environment), str(out), str(err))
            self._process.stdin.write(json.dumps(asked) + "\n")
            self._process.stdin.flush()
            code = int(self._process.stdout.readline())
            texts = (
                "" if path == output else path.read_text("utf-8", errors="backslashreplace") for path in (out, err)
            )
            return code, *texts

    def close(self) -> None:
        """End the process that has the modules."""
        self._process.communicate()


def main() -> None:
    """Fork for each command that is asked for on standard input; its exit code goes to standard output."""
    for module in MODULES:
        importlib.import_module(module)
    assert len(os.listdir("/proc/self/task")) == 1, "a fork would lack a thread that somebody may wait for"
    gc.freeze()
    asked, told = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")
    for line in iter(asked.readline, ""):
        pid = os.fork()
        if pid == 0:
            asked.close()
            told.close()
            _run(*json.loads(line))
        told.write(f"{os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}\n")
        told.flush()


def _run(arguments: list[str], folder: str, environment: dict[str, str], out: str, err: str) -> Any:
    """Be the program; does not return."""
    from buslens import __main__ as program

    signal.alarm(int(PATIENCE_S))
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, path, how in ((0, os.devnull, os.O_RDONLY), (1, out, os.O_WRONLY), (2, err, os.O_WRONLY)):
        opened = os.open(path, how | os.O_CREAT)
        os.dup2(opened, number)
        os.close(opened)
    sys.path[0] = folder
    sys.argv = [program.__file__, *arguments]
    program.main()
    sys.exit()


if __name__ == "__main__":
    main()
