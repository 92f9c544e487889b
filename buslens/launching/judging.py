"""`buslens record --expect SCENARIO`: the program runs as a child, and what it recorded is judged when it has ended.

The exit code is the program's own; where that is 0 and an expectation is not met, it is 1. Standard library only: it is
the application that judges, in a process of its own.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys

TYPE_CHECKING = False  # see `session`
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, Callable

UNMET = 1
_HOME = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
"""Where the package lies that this module is of."""

_PASSED_ON = ("SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2")
_LEFT_TO_THE_PROGRAM = ("SIGINT", "SIGQUIT")
"""A terminal sends them to the program as well."""


def why_none(scenario: str) -> str:
    """One sentence about why nothing can be judged by this scenario; empty where nothing speaks against it."""
    from buslens import application

    missing = application.why_not()
    if missing:
        return missing
    checked = _command("validate", "--expects", named(scenario), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if not checked.returncode:
        return ""
    return checked.stderr.decode("utf-8", "replace").strip().removeprefix("buslens: ") or f"{scenario} is no scenario"


def named(scenario: str) -> str:
    """The scenario as it is called from any folder: a file by its whole path, a sample by its name."""
    return os.path.abspath(scenario) if os.path.exists(scenario) else scenario


def judged(run: Callable[[], int], scenario: str, capture: str, junit: str) -> int:
    """Run the program in a child and judge the capture that was made of it; the exit code.

    run: becomes the program, in the child; comes back, with an exit code, only where that cannot be.
    """
    if os.path.isfile(capture):  # what is judged is what this program records
        os.unlink(capture)
    code = _ended(run)
    options = ["--junit", os.path.abspath(junit)] if junit else []
    # The program's standard output is its own.
    folder, name = os.path.split(capture)
    verdict = _command("expect", named(scenario), name, *options, folder=folder, stdout=sys.stderr).returncode
    if not os.path.exists(capture):
        print("buslens: nothing was recorded, so that nothing that is expected is known", file=sys.stderr)
        verdict = UNMET
    return code or verdict


def _ended(run: Callable[[], int]) -> int:
    """The exit code of the program, as a shell tells it."""
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if not child:
        try:
            os._exit(run())
        finally:  # whatever was raised, this is not the process that judges
            os._exit(UNMET)

    def pass_on(number: int, _frame: FrameType | None) -> None:
        os.kill(child, number)

    before = {
        getattr(signal, name): signal.signal(getattr(signal, name), pass_on if name in _PASSED_ON else _nothing)
        for name in (*_PASSED_ON, *_LEFT_TO_THE_PROGRAM)
        if hasattr(signal, name)
    }
    try:
        _, status = os.waitpid(child, 0)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def _nothing(_number: int, _frame: FrameType | None) -> None:
    """A handler, and not SIG_IGN, which the program would inherit."""


def _command(
    *arguments: str, folder: str = _HOME, stdout: Any, stderr: Any = None
) -> subprocess.CompletedProcess[bytes]:
    """A command of the application, which runs in that folder, and takes no module that lies there for one of ours."""
    done: subprocess.CompletedProcess[bytes] = subprocess.run(
        [sys.executable, "-P", "-m", "buslens", *arguments],
        cwd=folder, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (_HOME, os.environ.get("PYTHONPATH"))))},
    )  # fmt: skip
    return done
