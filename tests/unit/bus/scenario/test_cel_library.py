"""A scenario's expressions need no terminal."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
from bus.scenario.cel_library import cel
assert cel.compile("1 + 1").execute({}) == 2
assert not [name for name in sys.modules if name.partition(".")[0] == "prompt_toolkit"]
import cel.cli
assert callable(cel.cli.main), "the real one is there for who wants it"
"""


def test_it_comes_without_its_command_line() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
