"""Proves that an adapter is transparent: a program, or a library's own tests, notice nothing of being watched.

`differences` compares one use of an object bare and watched; `suite` runs a library's tests in a process of their own,
with every object of a class attached as it is made. docs/adapters.md shows both.
"""

from __future__ import annotations

import gc
import os
import pickle
import re
import subprocess
import sys
import tempfile
import traceback
import warnings
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Callable, Mapping, Sequence, Union

import buslens
from buslens.watching.places import files_of

_PLUGIN = "buslens_attaches_everything"
_ATTACHING = """
import buslens
from {module} import {kind}

make = {kind}.__init__

def make_watched(self, *args, **kwargs):
    make(self, *args, **kwargs)
    buslens.attach(self)

{kind}.__init__ = make_watched
"""
_OUTCOMES = re.compile(r"^(\S+::\S.*?) (PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS)", re.MULTILINE)


@dataclass(frozen=True)
class Seen:
    """What came of one use of an object, as far as a program can tell."""

    result: Any
    """What the use gave back, or the type and the text of what it raised."""

    frames: list[tuple[str, int, str]]
    """File, line and function of each step of the traceback, from the library's last line on."""

    warned: list[tuple[str, str, str, int]]
    """Category, text, file and line of each warning, in order."""

    references: list[int]
    """How many references each of the handlers has once the object is gone."""

    pickled: Union[bytes, str]
    """The object as `pickle` writes it, or the name of the error that it raises."""


def differences(
    library: str,
    make: Callable[[], Any],
    use: Callable[[Any], Any],
    handlers: Sequence[Any] = (),
    attach: Callable[[Any], Any] = buslens.attach,
) -> list[str]:
    """One line for each way in which the use of a watched object differs from that of a bare one; none: transparent.

    library: its package. make: makes a fresh object. use: does something with it, and gives back what is to be the same
    (no object with an address in it). handlers: whose references are counted. attach: begins to watch, gives the probe.
    """
    bare = asdict(_seen(library, make, use, handlers, lambda emitter: None))
    watched = asdict(_seen(library, make, use, handlers, attach))
    told = [f"{name}: {watched[name]!r} instead of {value!r}" for name, value in bare.items() if watched[name] != value]
    detached = make()
    before = _names(detached)
    attach(detached).detach()
    left = sorted(_names(detached) - before)
    return [*told, f"detached, the object still has {', '.join(left)}"] if left else told


def suite(
    folder: Union[str, os.PathLike[str]],
    attach: str = "",
    *,
    python: str = sys.executable,
    arguments: Sequence[str] = (),
    path: Sequence[str] = (),
    environment: Mapping[str, str] = os.environ,
    timeout: float = 600,
) -> dict[str, str]:
    """Outcome of each test of a library, by its name, as pytest tells it in a process of its own.

    folder: where the tests are. attach: "package.module:Class", each of whose objects is watched; "": none. python: an
    interpreter with the library and pytest. path: folders from which it imports besides. Raises RuntimeError where no
    test ran.
    """
    with tempfile.TemporaryDirectory() as plugins:
        command = [python, "-m", "pytest", "-p", "no:cacheprovider", "-o", "addopts=", "-v", *arguments]
        if attach:
            module, _, kind = attach.partition(":")
            Path(plugins, f"{_PLUGIN}.py").write_text(_ATTACHING.format(module=module, kind=kind), encoding="utf-8")
            command += ["-p", _PLUGIN]
        ours = str(Path(buslens.__file__).resolve().parents[1])
        paths = [plugins, *path, ours, *filter(None, [environment.get("PYTHONPATH")])]
        done = subprocess.run(
            command,
            cwd=folder,
            env={**environment, "PYTHONPATH": os.pathsep.join(paths)},
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
        )
    found = dict(_OUTCOMES.findall(done.stdout))
    if not found:
        raise RuntimeError(f"no test of {folder} ran:\n{done.stdout}{done.stderr}")
    return found


def _seen(
    library: str,
    make: Callable[[], Any],
    use: Callable[[Any], Any],
    handlers: Sequence[Any],
    attach: Callable[[Any], Any],
) -> Seen:
    frames: list[tuple[str, int, str]] = []
    emitter = make()
    attach(emitter)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            result = use(emitter)
        except Exception as error:
            result = (type(error).__name__, str(error))
            frames = _below(files_of(library), error)
    said = [(each.category.__name__, str(each.message), each.filename, each.lineno) for each in warned]
    pickled = _pickled(emitter)
    del emitter
    gc.collect()
    return Seen(result, frames, said, [sys.getrefcount(handler) for handler in handlers], pickled)


def _below(files: str, error: BaseException) -> list[tuple[str, int, str]]:
    steps = [(each.filename, each.lineno or 0, each.name) for each in traceback.extract_tb(error.__traceback__)]
    of_library = [at for at, (file, _, _) in enumerate(steps) if files and file.startswith(files)]
    return steps[of_library[-1] if of_library else 0 :]


def _pickled(emitter: Any) -> Union[bytes, str]:
    try:
        return pickle.dumps(emitter)
    except Exception as error:
        return type(error).__name__


def _names(emitter: Any) -> set[str]:
    return set(vars(emitter)) if hasattr(emitter, "__dict__") else set()
