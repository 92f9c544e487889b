"""Importing `buslens` early is enough for the end of the program to be recorded."""

from __future__ import annotations

import subprocess
import sys

from buslens.at_exit import AtExit


def test_it_calls_what_there_is() -> None:
    at_exit, called = AtExit(), []
    at_exit()
    at_exit.then = lambda: called.append(1)
    at_exit()
    assert called == [1]


def test_what_the_program_does_at_its_end_comes_before() -> None:
    code = (
        "import buslens, atexit\n"
        "atexit.register(lambda: print('program'))\n"
        "from buslens.exiting import EXITS\n"
        "from buslens.at_exit import AT_EXIT\n"
        "assert AT_EXIT.then == EXITS.end_of_program\n"
        "AT_EXIT.then = lambda: print('ours')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["program", "ours"]
