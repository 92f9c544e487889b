"""Where the packaged program begins: the command line, or the Python that Buslens starts beside itself.

Handlers' code, workers and the check of Qt run in processes that are started as `sys.executable -X utf8 -c CODE`, and
a window beside a program as `sys.executable -m buslens`. In the folder that needs no Python that executable is this
program: it does then what Python would do.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import sys
from collections.abc import MutableMapping

SET_BY_PYINSTALLER = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "QT_PLUGIN_PATH", "QML2_IMPORT_PATH")
"""They lead into this folder and have been read, or are not needed: another program would load our libraries."""

NOTES_TO_ITSELF = "_PYI_"
"""How PyInstaller's start knows that it has begun already. A process of our own that found them would not look for the
libraries of this folder; one of another program has nothing to do with them."""


def main() -> None:
    multiprocessing.freeze_support()
    give_back(os.environ, os.path.dirname(os.path.abspath(__file__)))
    wanted = as_python(sys.argv[1:])
    if wanted is None:
        from buslens.__main__ import main as buslens

        return buslens()
    kind, code, sys.argv = wanted
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if stream is not None:
            stream.reconfigure(encoding="utf-8")
    if kind == "-m":
        runpy.run_module(code, run_name="__main__", alter_sys=True)
    elif kind == "-c":
        exec(compile(code, "<string>", "exec"), vars(sys.modules["__main__"]))
    else:
        runpy.run_path(code, run_name="__main__")
    return None


def as_python(arguments: list[str]) -> tuple[str, str, list[str]] | None:
    """Of a call as Python is called: `-c`, `-m` or nothing, then code, module or file, and `sys.argv`. Else None."""
    rest = list(arguments)
    while rest and rest[0] in ("-P", "-s", "-I", "-X"):
        rest = rest[2 if rest[0] == "-X" else 1 :]
    if rest[:1] in (["-c"], ["-m"]):
        return rest[0], rest[1], [rest[0], *rest[2:]]
    return ("", rest[0], rest) if rest and len(rest) < len(arguments) else None


def give_back(environment: MutableMapping[str, str], folder: str) -> None:
    """The person's own environment: what is started from here, ourselves too, begins as from a terminal."""
    for name in [name for name in environment if name.startswith(NOTES_TO_ITSELF)]:
        del environment[name]
    for name in SET_BY_PYINSTALLER:
        own = environment.pop(f"{name}_ORIG", "")
        if folder in environment.get(name, ""):
            del environment[name]
            if own:
                environment[name] = own


if __name__ == "__main__":
    main()
